import type { SourceId } from '../core/model/entry.ts';
import { doubtful, empty, unmanaged, type Link, type TargetId } from '../core/model/link.ts';
import type { Acknowledged } from '../ports/scim-target.ts';
import type { PushContext } from './push-context.ts';
import { acknowledged } from './remember.ts';

/** What the target acknowledged before this operation: for an answer to be compared with. */
export function knownOf(link: Link, context: PushContext): Acknowledged {
  const { sourceId, attributes } = link;
  const own = acknowledged(new Map([['externalId', sourceId]]), context)['externalId'];
  return {
    externalId: attributes['externalId'] === own ? sourceId : undefined,
    paths: Object.entries(attributes).flatMap(([path, mark]) => (mark === doubtful || mark === empty || mark === unmanaged ? [] : [path])),
    members: () => acknowledgedMembers(sourceId, context),
  };
}

/** The target's ids of those whom it acknowledged as members of a group. */
async function acknowledgedMembers(group: SourceId, { store, target, links }: PushContext): Promise<TargetId[]> {
  return (await store.members(target.name, group)).flatMap((id) => links.get(id)?.targetId ?? []);
}
