import type { SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { Operation } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import type { Steps } from '../model/steps.ts';
import { keepChoices } from './keep-choice.ts';
import { createAvailability } from './availability.ts';
import { planDeparture } from './plan-departure.ts';
import type { PlanInput, PlannedOperations, PlannedPart } from './plan-input.ts';
import { beforeDeletions, planMembers } from './plan-members.ts';
import { planRejected, planResource } from './plan-resource.ts';
import { inOrder } from './stages.ts';
import { underNewNames } from './successors.ts';

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

/** Works out the operations that bring a target from its links to what is wanted, in their order: a step for each entry. */
export function* planInSteps(given: PlanInput): Steps<PlannedOperations> {
  const handed = handOver(given);
  const availability = yield* createAvailability(handed);
  const resources: Resource[] = [];
  for (const resource of handed.resources) {
    resources.push(keepChoices(resource, handed, availability.targetIdOf));
    yield;
  }
  const input = { ...handed, resources };
  const parts = new Parts();
  for (const resource of resources) {
    parts.add(resource, planResource(resource, input, availability));
    yield;
  }
  for (const resource of resources) {
    if (resource.type === 'group') parts.add(resource, planMembers(resource, input, availability));
    yield;
  }
  for (const rejected of input.rejected) {
    parts.add(rejected, planRejected(rejected, input, availability));
    yield;
  }
  for (const departure of input.departures) {
    parts.add(departure.link, planDeparture(departure, input, availability));
    yield;
  }
  const { operations, remembered, forgotten, acknowledged, waiting, incomplete } = parts;
  return {
    operations: beforeDeletions(operations).sort(inOrder),
    remembered,
    forgotten,
    acknowledged,
    waiting,
    incomplete: [...incomplete],
  };
}

/** What was planned so far, put together. */
class Parts {
  readonly operations: Operation[] = [];
  readonly remembered: Link[] = [];
  readonly forgotten: Link[] = [];
  readonly acknowledged: SourceId[] = [];
  readonly incomplete = new Set<SourceId>();
  waiting = 0;

  add({ sourceId }: { readonly sourceId: SourceId }, part: PlannedPart): void {
    for (const operation of part.operations ?? []) this.operations.push(operation);
    for (const link of part.remembered ?? []) this.remembered.push(link);
    for (const link of part.forgotten ?? []) this.forgotten.push(link);
    if (part.isAcknowledged === true) this.acknowledged.push(sourceId);
    if (part.waiting === undefined || part.waiting === 0) return;
    this.waiting += part.waiting;
    this.incomplete.add(sourceId);
  }
}

/**
 * What the state would know if those who came in the place of others had their links already: with these, a relink is
 * planned like any update, and memberships pass over without a word.
 */
function handOver(input: PlanInput): PlanInput {
  if (input.successors.size === 0) return input;
  const heirs = new Map([...input.successors].map(([heir, { replaces }]) => [replaces.sourceId, heir]));
  const pass = (id: SourceId): SourceId => heirs.get(id) ?? id;
  const directories = new Map(input.resources.map(({ sourceId, directory }) => [sourceId, directory]));
  const links = new Map(
    [...input.links].flatMap(([id, link]) => {
      const unsettled = link.unsettled?.map(pass);
      return heirs.has(id) ? [] : [[id, unsettled === undefined ? link : { ...link, unsettled }]];
    }),
  );
  for (const [heir, { replaces }] of input.successors) {
    const directory = directories.get(heir) ?? replaces.directory;
    links.set(heir, {
      ...replaces,
      sourceId: heir,
      directory,
      departedAt: undefined,
      unsettled: replaces.unsettled?.map(pass),
    });
  }
  return {
    ...input,
    links,
    members: underNewNames(input.members, input.successors),
    departures: input.departures.filter(({ link }) => !heirs.has(link.sourceId)),
  };
}
