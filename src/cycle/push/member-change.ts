import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { MemberChange } from '../../ports/scim-target.ts';
import { acknowledgedMembers, activeMembers } from './known-of.ts';
import type { MemberStep } from './member-pieces.ts';
import type { PushContext } from './push-context.ts';

/**
 * What the target is asked for a piece.
 *
 * @param looked whether the group was looked at already
 */
export function changeOf(
  group: SourceId,
  chunk: readonly MemberStep[],
  looked: boolean,
  context: PushContext,
): MemberChange {
  const linksOf = (ids: readonly SourceId[]): Link[] => ids.flatMap((id) => context.links.get(id) ?? []);
  const { add, remove } = divide(chunk);
  return {
    add: linksOf(add)
      .filter(({ lifecycle }) => lifecycle !== 'lost')
      .map((member) => ({ id: member.targetId, type: member.type })),
    remove: linksOf(remove).map((member) => member.targetId),
    ...(looked ? { looked } : {}),
    current: () => acknowledgedMembers(group, context),
    expected: () => activeMembers(group, context),
  };
}

/** What the target calls those who are sent. */
export function idsIn({ add, remove }: MemberChange): string[] {
  return [...add.map(({ id }) => id), ...remove];
}

/** Who joins and who leaves. */
export function divide(chunk: readonly MemberStep[]): { readonly add: SourceId[]; readonly remove: SourceId[] } {
  return {
    add: chunk.filter(({ joins }) => joins).map(({ id }) => id),
    remove: chunk.filter(({ joins }) => !joins).map(({ id }) => id),
  };
}
