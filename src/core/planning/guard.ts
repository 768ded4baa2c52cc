import type { Hold, Operation } from '../model/plan.ts';
import { takeApart, type GuardInput, type Judged } from './guard-input.ts';
import { leadOf, partsOf, putTogether, type Lead, type Part } from './guard-parts.ts';
import { rules } from './guard-rules.ts';
import type { Suspicion } from './guard-suspicion.ts';
import { holdId } from './plan-id.ts';

/*
 * Is this plan plausible? What looks like an accident is held, part by part; everything else goes on.
 *
 *   rule          | looks at                                  | of                        | holds when
 *   --------------+-------------------------------------------+---------------------------+------------------------------
 *   older_data    | removals, reactivations, cleared values,   | -                         | the data of the directory is
 *                 | memberships of entries of a directory     |                           | older than what was acknowledged
 *   first_run     | removals by absence, of a type; members   | -                         | no cycle was ever committed,
 *                 | leaving one group                         |                           | and there is any
 *   empty_reading | the same                                  | -                         | the directory showed none of
 *                 |                                           |                           | the type (members: of a type)
 *   unread_       | removals, and members leaving, of those   | -                         | there is any
 *   directory     | linked from a directory that is not read  |                           |
 *   removals      | deactivations, deletions, emptied groups  | linked resources of the   | > max(percent, atLeast), with
 *                 | of a type; by word and by absence apart   | type                      | those of the last 24 hours
 *   members       | members leaving one group                 | its members               | the same, group by group
 *   unresolved_   | members leaving one group, of whom a value  | -                         | there is any
 *   members       | in it that names nobody may still speak   |                           |
 *   updates       | updates, and creations of what was lost   | linked resources of the   | > max(percent, atLeast), in
 *                 |                                           | type                      | this plan
 *
 * Operations are taken apart (guard-parts.ts); each rule selects parts; what follows a part that is held is held with
 * it, and what is a consequence of one that is not held goes on with that. By word: the directory says that somebody is
 * disabled. By absence: somebody is missing from what was read, or from the scope.
 */

export interface Verdict {
  readonly proceed: readonly Operation[];
  readonly hold: Hold | undefined;
}

/** Divides a plan into what may proceed and what a person has to approve. */
export function guard(input: GuardInput): Verdict {
  const plan = takeApart(input);
  const suspicions = rules.flatMap((rule) => rule(plan));
  if (suspicions.length === 0) return { proceed: input.operations, hold: undefined };
  // An approval stands for what was found too much. What follows it may change without voiding the approval.
  const decisive = input.operations.flatMap((operation) => {
    const parts = partsOf(operation, plan.context).filter((part) => isFound(part, suspicions));
    return putTogether(operation, parts);
  });
  const { proceed, held } = divide(plan, suspicions);
  const id = holdId(input.target, decisive, input.hash);
  return { proceed, hold: { holdId: id, decisive, operations: held, findings: suspicions.map(({ finding }) => finding) } };
}

function divide(plan: Judged, suspicions: readonly Suspicion[]): { readonly proceed: Operation[]; readonly held: Operation[] } {
  const leads = heldLeads(plan, suspicions);
  const isHeld = (part: Part) => isFound(part, suspicions) || part.follows.some((lead) => leads.has(lead));
  const [proceed, held]: [Operation[], Operation[]] = [[], []];
  for (const operation of plan.operations) {
    const parts = partsOf(operation, plan.context);
    proceed.push(...putTogether(operation, parts.filter((part) => !isHeld(part))));
    held.push(...putTogether(operation, parts.filter(isHeld)));
  }
  return { proceed, held };
}

/** What is held and has others follow it. It may follow something itself: whoever is adopted and switched off at once. */
function heldLeads(plan: Judged, suspicions: readonly Suspicion[]): ReadonlySet<Lead> {
  const leads = new Set<Lead>();
  for (let size = -1; size < leads.size; ) {
    size = leads.size;
    for (const part of plan.parts()) {
      const lead = leadOf(part);
      if (lead !== undefined && (isFound(part, suspicions) || part.follows.some((one) => leads.has(one)))) leads.add(lead);
    }
  }
  return leads;
}

function isFound(part: Part, suspicions: readonly Suspicion[]): boolean {
  return !part.isConsequence && suspicions.some(({ selects }) => selects(part));
}
