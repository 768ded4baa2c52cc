import type { Operation } from '../model/plan.ts';
import { handOver } from './hand-over.ts';
import { keepChoices } from './keep-choice.ts';
import { createAvailability } from './availability.ts';
import { planDeparture } from './plan-departure.ts';
import type { PlanInput, PlannedOperations } from './plan-input.ts';
import { beforeDeletions, planMembers } from './plan-members.ts';
import { planRejected, planResource } from './plan-resource.ts';

/*
 * What is wanted against what the target acknowledged:
 *
 *   link          | wanted, active        | wanted, inactive          | rejected             | departed
 *   --------------+-----------------------+---------------------------+----------------------+---------------------------
 *   none, no match| create                | nothing (createInactive:  | nothing              | -
 *                 |                       | create)                   |                      |
 *   none, match   | adopt                 | adopt; deactivate         | nothing              | -
 *   active        | update if different   | deactivate                | nothing; deactivate  | by policy: deactivate,
 *                 |                       |                           | if known inactive    | delete, or keep
 *   deactivated   | reactivate            | update if different       | nothing              | delete when the grace is over
 *   lost          | create again          | nothing                   | nothing              | forget
 *   lost, and a   | create again          | nothing                   | nothing; deactivate  | deactivate that one
 *   look-alike    |                       |                           | that one             | (always held)
 *
 * `active` in doubt (a request about it was never answered): reactivated if wanted active; else like any active one.
 * None, and it comes in the place of an entry that is gone: relink, with what an update and a reactivation would say.
 * Linked from another directory than the one that has it now: the same, in the place of the entry as it was.
 * `lost` and a match: adopt. Whoever was lost is in no group, and is referred to under another id, once created again.
 * Groups have no `active`: they are created, adopted, updated, get and lose members; departed ones are kept, emptied
 * or deleted by policy.
 */

/** Works out the operations that bring a target from its links to what is wanted, in their order. */
export function buildPlan(given: PlanInput): PlannedOperations {
  const handed = handOver(given);
  const availability = createAvailability(handed);
  const input = {
    ...handed,
    resources: handed.resources.map((resource) => keepChoices(resource, handed, availability.targetIdOf)),
  };
  const parts = [
    ...input.resources.map((resource) => planResource(resource, input, availability)),
    ...input.resources.filter(({ type }) => type === 'group').map((group) => planMembers(group, input, availability)),
    ...input.rejected.map((rejected) => planRejected(rejected, input, availability)),
    ...input.departures.map((departure) => planDeparture(departure, input, availability)),
  ];
  return {
    operations: beforeDeletions(parts.flatMap((part) => part.operations ?? [])).sort(inOrder),
    remembered: parts.flatMap((part) => part.remembered ?? []),
    forgotten: parts.flatMap((part) => part.forgotten ?? []),
    waiting: parts.reduce((sum, part) => sum + (part.waiting ?? 0), 0),
  };
}

/** By stage; within one, so that the same plan always reads the same. */
function inOrder(a: Operation, b: Operation): number {
  return a.stage - b.stage || compare(a.verb, b.verb) || compare(a.sourceId, b.sourceId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
