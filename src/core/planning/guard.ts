import type { SourceId } from '../model/entry.ts';
import type { GuardFinding, Hold, Operation } from '../model/plan.ts';
import type { Steps } from '../model/steps.ts';
import { takeApart, type Begun, type GuardInput, type Judged } from './guard-input.ts';
import { findExcess, measurePlan } from './guard-limits.ts';
import { drewOthers, leadOf, partsOf, type Lead, type Part } from './guard-parts.ts';
import { putTogether } from './put-together.ts';
import { rules } from './guard-rules.ts';
import type { Suspicion } from './guard-suspicion.ts';
import { holdId } from './plan-id.ts';

/*
 * Is this plan plausible? What looks like an accident is held, part by part; everything else goes on.
 *
 *   rule               | holds                                       | when
 *   -------------------+---------------------------------------------+------------------------------------------------
 *   older_data         | all but values that are set                 | the data of their directory is older than what
 *                      |                                             | the target went by already, or was, and still
 *                      |                                             | wants the same after it went on
 *   first_run          | removals, but of those who are disabled;    | no cycle was ever committed
 *                      | members leaving                             |
 *   empty_reading      | the same, of those who are linked from one  | that directory showed none of their type
 *                      | directory                                   |
 *   empty_scope        | removals of those who left the scope        | a group by which it goes lost its last member
 *   unread_directory   | removals, and members leaving, of those     | nobody reads it any more
 *                      | who are linked from a directory             |
 *   moved_directory    | whatever a directory says of entries that   | a move is not allowed
 *                      | are linked from another one                 |
 *   adopted_groups     | adoptions of groups                         | there are members whom nobody of ours put there;
 *                      |                                             | not before the first load is over
 *   unresolved_members | members leaving a group                     | a value in it that names nobody may mean them
 *   unresolved_members | those who leave the scope                   | the same, of a group by which the scope goes
 *   clock_leap         | deletions of those whose time to come back  | so much time was not seen to pass
 *                      | is over                                     |
 *   lookalike          | removals of an account that has their name  | always
 *                      | and is not known to be theirs               |
 *
 *   and those above a limit, together with what was done in the last 24 hours without an approval:
 *
 *   limit              | counts                                      | of
 *   -------------------+---------------------------------------------+------------------------------------------------
 *   removals           | users, and groups, that lose access; by     | those with access
 *                      | word and by absence apart                   |
 *                      | deletions of accounts that were off before  | everyone who is linked
 *   members            | members leaving one group                   | its members
 *   memberships        | members leaving, all groups together, those | the members of all groups
 *                      | of groups that go included                  |
 *                      | groups that would become empty              | groups that have members
 *   updates            | updates, and creations of what was lost     | those with access
 *   clears             | users, and groups, of which one attribute   | those that have a value there
 *                      | is emptied; attribute by attribute          |
 *   reactivations      | users who get access back                   | those without access
 *   adoptions,         | existing accounts taken over; new accounts, | everyone who is linked
 *   creations          | and those made again of what was lost; not  |
 *                      | before the first load is over               |
 *   relinks            | accounts that pass to another entry         | those with access
 *
 *   allowed are percent of those, or atLeast when that is more; which never stands for more than half of them, but always
 *   for one (updates, deletions, adoptions and creations apart: there, nobody loses or gains access unseen).
 *
 * By word: the directory says it of this very entry (disabled, deleted, moved away). By absence: somebody is missing from
 * what was read, or from the scope. Neither holds the other; but together they never take more than half by `atLeast`, and
 * then it is the absent who wait.
 *
 * Operations are taken apart (guard-parts.ts); each rule selects parts; what follows a part that is held is held with
 * it, and what is a consequence of one that is not held goes on with that.
 */

export interface GuardResult {
  readonly proceed: readonly Operation[];
  readonly hold: Hold | undefined;
  /** How the rest of what proceeds is judged if it stops in the middle. */
  readonly begun: Begun;
}

/** Divides a plan into what may proceed and what a person has to approve, a step for each operation. */
export function* guardInSteps(input: GuardInput): Steps<GuardResult> {
  const plan = yield* takeApart(input);
  const found: Suspicion[] = [];
  for (const rule of rules) {
    for (const suspicion of rule(plan)) found.push(suspicion);
    yield;
  }
  const suspicions = [...found, ...findExcess(plan, found)];
  yield;
  if (suspicions.length === 0)
    return { proceed: input.operations, hold: undefined, begun: yield* begin(plan, input.operations, []) };
  // An approval stands for what was found too much. What follows it may change without voiding the approval.
  const decisive: Operation[] = [];
  for (const operation of input.operations) {
    const parts = partsOf(operation, plan.context).filter((part) => isFound(part, suspicions));
    for (const one of putTogether(operation, parts)) decisive.push(one);
    yield;
  }
  const { proceed, held } = yield* divide(plan, suspicions);
  const id = holdId(input.target, decisive, input.hash);
  const findings = suspicions.map(({ finding }) => finding);
  const begun = yield* begin(plan, proceed, findings);
  return { proceed, hold: { holdId: id, decisive, operations: held, findings }, begun };
}

/** What an unfinished plan before it was judged by stays. */
function* begin(plan: Judged, proceed: readonly Operation[], held: readonly GuardFinding[]): Steps<Begun> {
  const removedNow = new Set<SourceId>();
  const changesNow = new Set<string>();
  for (const operation of proceed) {
    const { removed, changes } = drewOthers(operation, plan.context);
    for (const id of removed) removedNow.add(id);
    for (const change of changes) changesNow.add(change);
    yield;
  }
  const before = plan.begun?.drew;
  return {
    measured: measurePlan(plan, held),
    drew: {
      removed: [...new Set([...(before?.removed.filter((id) => plan.context.gone.has(id)) ?? []), ...removedNow])],
      changes: [...new Set([...(before?.changes ?? []), ...changesNow])],
    },
  };
}

function* divide(
  plan: Judged,
  suspicions: readonly Suspicion[],
): Steps<{ readonly proceed: Operation[]; readonly held: Operation[] }> {
  const leads = heldLeads(plan, suspicions);
  const isHeld = (part: Part) => isFound(part, suspicions) || part.follows.some((lead) => leads.has(lead));
  const [proceed, held]: [Operation[], Operation[]] = [[], []];
  for (const operation of plan.operations) {
    yield;
    const parts = partsOf(operation, plan.context);
    const free = parts.filter((part) => !isHeld(part));
    for (const one of putTogether(operation, free)) proceed.push(one);
    for (const one of putTogether(operation, parts.filter(isHeld))) held.push(one);
  }
  return { proceed, held };
}

/** What is held and has others follow it. It may follow something itself: whoever is adopted and switched off at once. */
function heldLeads(plan: Judged, suspicions: readonly Suspicion[]): ReadonlySet<Lead> {
  const leads = new Set<Lead>();
  for (let size = -1; size < leads.size;) {
    size = leads.size;
    for (const part of plan.parts) {
      const lead = leadOf(part);
      if (lead !== undefined && (isFound(part, suspicions) || part.follows.some((one) => leads.has(one))))
        leads.add(lead);
    }
  }
  return leads;
}

function isFound(part: Part, suspicions: readonly Suspicion[]): boolean {
  return !part.isConsequence && suspicions.some(({ selects }) => selects(part));
}
