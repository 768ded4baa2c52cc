import type { SourceId } from '../model/entry.ts';
import type { MembersOperation, Operation } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanInput, PlannedPart } from './plan-input.ts';
import type { Availability } from './availability.ts';
import { shownMembers } from './shown-members.ts';
import { stages } from './stages.ts';
import { subject } from './subject.ts';

/**
 * Who joins and who leaves a wanted group. Those who leave the target altogether leave its groups as well, and before:
 * a target may refuse to delete someone, or keep a deleted one in its groups (RFC 7644 §3.6 leaves both open).
 */
export function planMembers(group: Resource, input: PlanInput, availability: Availability): PlannedPart {
  const wanted = new Set(group.members);
  const known = [...wanted].filter((id) => availability.willExist(id));
  const held = heldMembers(group.sourceId, input, availability);
  const unsettled = new Set(input.links.get(group.sourceId)?.unsettled);
  // A group that was lost has no members, and whoever was lost is in no group, once created again.
  const isGroupNew = !availability.live.has(group.sourceId);
  // Whoever is in an adopted group is not put into it once more.
  const match = isGroupNew ? input.matches.get(group.sourceId) : undefined;
  const present = new Set(match === undefined ? [] : shownMembers(match.body, known, availability.targetIdOf)?.present);
  const add = known
    .filter((id) => !present.has(id))
    .filter((id) => isGroupNew || !held.has(id) || unsettled.has(id) || !availability.live.has(id));
  const remove = [...held].filter((id) => !wanted.has(id) && !staysIn(wanted, id, input));
  const waiting = [...wanted].filter((id) => !availability.willExist(id) && !availability.staysAway(id)).length;
  // Who leaves does not wait for those who are yet to come; whoever is there already joins with the same request. A relink
  // comes after that.
  const leaving = isGroupNew ? [] : remove.filter((id) => availability.live.has(id));
  const isThere = (id: SourceId): boolean =>
    availability.live.get(id)?.lifecycle === 'active' && !input.successors.has(id);
  const along = new Set(leaving.length === 0 || input.successors.has(group.sourceId) ? [] : add.filter(isThere));
  const others = (ids: readonly SourceId[]) => ids.filter((id) => !along.has(id) && !leaving.includes(id));
  return {
    operations: [
      ...changeOf(group, stages.leaving, [...along], leaving),
      ...changeOf(group, stages.joining, others(add), others(remove)),
    ],
    waiting,
  };
}

/** Who is not shown stays; who is gone, while it is open who comes in their place, where that one is wanted. */
function staysIn(wanted: ReadonlySet<SourceId>, id: SourceId, { unseen, awaited }: PlanInput): boolean {
  const heir = awaited?.get(id);
  return heir === undefined ? unseen?.has(id) === true : wanted.has(heir);
}

function changeOf(
  group: Resource,
  stage: number,
  add: readonly SourceId[],
  remove: readonly SourceId[],
): MembersOperation[] {
  if (add.length + remove.length === 0) return [];
  return [{ ...subject(group, membersReason(add, remove), stage), verb: 'members', add, remove, cause: 'changed' }];
}

/**
 * Those who are deleted leave their groups right before: afterwards nobody could name them to the target any more. A
 * group that is created again in this plan comes too late for that.
 */
export function beforeDeletions(operations: readonly Operation[]): Operation[] {
  const deleted = new Set(operations.filter(({ verb }) => verb === 'delete').map(({ sourceId }) => sourceId));
  return operations.flatMap((operation): Operation[] => {
    if (operation.verb !== 'members' || !operation.remove.some((id) => deleted.has(id))) return [operation];
    if (operation.stage === stages.leaving) return [{ ...operation, stage: stages.membershipsOfDeleted }];
    const { add } = operation;
    const remove = operation.remove.filter((id) => !deleted.has(id));
    return add.length + remove.length === 0 ? [] : [{ ...operation, remove, reason: membersReason(add, remove) }];
  });
}

/**
 * Members, acknowledged or possible, whom the target has or will have. Also of a group that was lost, and of members
 * who were: a target that had only mislaid them still has them together.
 */
export function heldMembers(group: SourceId, input: PlanInput, availability: Availability): ReadonlySet<SourceId> {
  const possible = [...(input.members.get(group) ?? []), ...(input.links.get(group)?.unsettled ?? [])];
  return new Set(possible.filter((id) => availability.willExist(id)));
}

export function membersReason(add: readonly SourceId[], remove: readonly SourceId[]): string {
  return [add.length > 0 ? `${add.length} joined` : '', remove.length > 0 ? `${remove.length} left` : '']
    .filter((part) => part !== '')
    .join(', ');
}
