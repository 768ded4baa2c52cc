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
  const add = known.filter((id) => !held.has(id));
  const remove = [...held].filter((id) => !wanted.has(id));
  const waiting = wanted.size - known.length;
  if (add.length + remove.length === 0) return { waiting };
  const reason = membersReason(add, remove);
  return {
    operations: [{ ...subject(group, reason, stages.members), verb: 'members', add, remove, cause: 'changed' }],
    waiting,
  };
}

/**
 * Acknowledged members who are still there. A group that was lost has none, and a member who was lost is in no group:
 * once created again, either is empty-handed.
 */
export function heldMembers(group: SourceId, input: PlanInput, outlook: Outlook): ReadonlySet<SourceId> {
  if (!outlook.live.has(group)) return new Set();
  return new Set([...(input.members.get(group) ?? [])].filter((id) => outlook.live.has(id)));
}

export function membersReason(add: readonly SourceId[], remove: readonly SourceId[]): string {
  return [add.length > 0 ? `${add.length} joined` : '', remove.length > 0 ? `${remove.length} left` : '']
    .filter((part) => part !== '')
    .join(', ');
}
