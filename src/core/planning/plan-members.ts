import type { SourceId } from '../model/entry.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanInput, PlannedOperations } from './plan-input.ts';
import type { Outlook } from './outlook.ts';
import { stages } from './stages.ts';
import { subject } from './subject.ts';

/**
 * Who joins and who leaves a wanted group. Those who leave the target altogether leave its groups as well, and before:
 * a target may refuse to delete someone, or keep a deleted one in its groups (RFC 7644 §3.6 leaves both open).
 */
export function planMembers(group: Resource, input: PlanInput, outlook: Outlook): Partial<PlannedOperations> {
  const wanted = new Set(group.members);
  const known = [...wanted].filter((id) => outlook.willExist(id));
  const held = heldMembers(group.sourceId, input, outlook);
  const unsettled = new Set(input.links.get(group.sourceId)?.unsettled);
  // A group that was lost has no members, and whoever was lost is in no group, once created again.
  const isGroupNew = !outlook.live.has(group.sourceId);
  const add = known.filter((id) => isGroupNew || !held.has(id) || unsettled.has(id) || !outlook.live.has(id));
  const remove = [...held].filter((id) => !wanted.has(id) && input.unseen?.has(id) !== true);
  const waiting = [...wanted].filter((id) => !outlook.willExist(id) && !outlook.staysAway(id)).length;
  if (add.length + remove.length === 0) return { waiting };
  const reason = membersReason(add, remove);
  return {
    operations: [{ ...subject(group, reason, stages.members), verb: 'members', add, remove, cause: 'changed' }],
    waiting,
  };
}

/**
 * Members, acknowledged or possible, whom the target has or will have. Also of a group that was lost, and of members
 * who were: a target that had only mislaid them still has them together.
 */
export function heldMembers(group: SourceId, input: PlanInput, outlook: Outlook): ReadonlySet<SourceId> {
  const possible = [...(input.members.get(group) ?? []), ...(input.links.get(group)?.unsettled ?? [])];
  return new Set(possible.filter((id) => outlook.willExist(id)));
}

export function membersReason(add: readonly SourceId[], remove: readonly SourceId[]): string {
  return [add.length > 0 ? `${add.length} joined` : '', remove.length > 0 ? `${remove.length} left` : '']
    .filter((part) => part !== '')
    .join(', ');
}
