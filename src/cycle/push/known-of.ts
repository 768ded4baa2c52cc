import type { SourceId } from '../../core/model/entry.ts';
import { doubtful, empty, unmanaged, type Link, type TargetId } from '../../core/model/link.ts';
import { missingMembers } from '../../core/model/missing-members.ts';
import type { Outcome, Shown } from '../../core/model/outcome.ts';
import type { Acknowledged } from '../../ports/scim-target.ts';
import { isGone, othersThan } from '../match/presence.ts';
import type { PushContext } from './push-context.ts';
import { acknowledged } from './remember.ts';

/** What the target acknowledged before this operation: for an answer to be compared with. */
export function knownOf(link: Link, context: PushContext): Acknowledged {
  const { sourceId, attributes, lifecycle } = link;
  const own = acknowledged(new Map([['externalId', sourceId]]), context)['externalId'];
  return {
    externalId: attributes['externalId'] === own ? sourceId : undefined,
    active: lifecycle === 'active',
    paths: Object.entries(attributes).flatMap(([path, mark]) =>
      mark === doubtful || mark === empty || mark === unmanaged ? [] : [path],
    ),
    members: () => acknowledgedMembers(sourceId, context),
    expectedMembers: () => activeMembers(sourceId, context),
    showsOthers: async () => isGone(link, await othersThan(link, context.links, context.store), context),
  };
}

/** Who is in a group as far as the target acknowledged it. */
export async function membersOf(
  group: SourceId,
  { store, target }: Pick<PushContext, 'store' | 'target'>,
): Promise<readonly SourceId[]> {
  return (await store.members(target.name, [group])).get(group) ?? [];
}

/** The target's ids of those whom it acknowledged as members of a group. */
export async function acknowledgedMembers(group: SourceId, context: PushContext): Promise<TargetId[]> {
  return (await membersOf(group, context)).flatMap((id) => {
    const link = context.links.get(id);
    return link === undefined || link.lifecycle === 'lost' ? [] : [link.targetId];
  });
}

/** Without those who were switched off: some targets take them out of their groups. */
export async function activeMembers(group: SourceId, context: PushContext): Promise<TargetId[]> {
  return (await membersOf(group, context)).flatMap((id) => {
    const link = context.links.get(id);
    return link?.lifecycle === 'active' ? [link.targetId] : [];
  });
}

/** Who is in a group as far as anybody knew, and is not among those whom an answer shows. */
export async function missingFrom(
  { shown }: Extract<Outcome, { kind: 'applied' }>,
  group: SourceId,
  context: PushContext,
  { add, remove }: { readonly add: readonly SourceId[]; readonly remove: readonly SourceId[] } = {
    add: [],
    remove: [],
  },
): Promise<SourceId[]> {
  if (shown?.members === undefined) return [];
  const there = new Set(shown.members);
  const known = new Set([...(await membersOf(group, context)), ...add]);
  for (const id of remove) known.delete(id);
  return missingMembers(
    [...known].flatMap((id) => {
      const link = context.links.get(id);
      return link === undefined || link.lifecycle === 'lost'
        ? []
        : [{ id, active: link.lifecycle === 'active', shown: there.has(link.targetId) }];
    }),
    shown.tookOthers,
  );
}

/** A link with what the answer showed to be otherwise: what went is in doubt, and is sent again; what cannot be stored is counted. */
export function asShown(link: Link, shown: Shown | undefined, sent: Iterable<string>): Link {
  const unstored = new Set(link.unstored);
  for (const path of sent) unstored.delete(path);
  for (const path of shown?.unstored ?? []) unstored.add(path);
  const doubts = (shown?.lost ?? []).map((path) => [path, doubtful] as const);
  return {
    ...link,
    attributes: { ...link.attributes, ...Object.fromEntries(doubts) },
    unstored: unstored.size === 0 ? undefined : [...unstored].sort(),
  };
}
