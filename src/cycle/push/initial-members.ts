import type { SourceId } from '../../core/model/entry.ts';
import type { Link, TargetId } from '../../core/model/link.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { InitialMembers, PushContext } from './push-context.ts';
import { liveLink } from './remember.ts';

export function initialMembersOf(operations: readonly Operation[]): InitialMembers {
  const wanted = operations.flatMap((operation) =>
    operation.verb === 'members' ? [[operation.sourceId, operation.add] as const] : [],
  );
  return { wanted: new Map(wanted), joined: new Map() };
}

/** Links of those who can be in a group from the start: they exist, and one request takes so many. */
export function firstMembers(group: SourceId, context: PushContext): readonly Link[] {
  const links: Link[] = [];
  for (const id of context.initialMembers.wanted.get(group) ?? []) {
    if (links.length >= context.target.memberChunk.create) break;
    const link = liveLink(context, id);
    if (link !== undefined) links.push(link);
  }
  return links;
}

/** Those of the first members whom the target took. */
export function joinedAtOnce(
  group: SourceId,
  first: readonly Link[],
  taken: readonly TargetId[],
  { initialMembers }: PushContext,
): SourceId[] {
  const ids = new Set(taken);
  const joined = first.filter(({ targetId }) => ids.has(targetId)).map(({ sourceId }) => sourceId);
  if (joined.length > 0) initialMembers.joined.set(group, new Set(joined));
  return joined;
}
