import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import { doubtful, type Link, type TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { AccountSearch } from './account-search.ts';

/**
 * The one rule for whom an account on the target belongs to: the entry that is linked to it, or was the first in this push
 * to be answered with its id. Answers of creates, accounts that a search finds and adoptions all go by it.
 *
 * @returns the other entry that has it already; undefined when it is this one's now
 */
export async function claim(
  { type, sourceId }: { readonly type: ResourceType; readonly sourceId: SourceId },
  id: TargetId,
  { target, store, claims }: Pick<AccountSearch, 'target' | 'store' | 'claims'>,
): Promise<SourceId | undefined> {
  const key = keyOf(type, id);
  const claimed = claims.get(key);
  if (claimed !== undefined && claimed !== sourceId) return claimed;
  // Before anything is awaited: another create may be answered with the same id meanwhile.
  claims.set(key, sourceId);
  const owner = (await store.owners(target.name, type, [id])).get(id);
  if (owner === undefined || owner === sourceId) return undefined;
  claims.delete(key);
  return owner;
}

/** It turned out to be somebody else's: whoever that is can have it. */
export function unclaim(type: ResourceType, id: TargetId, { claims }: Pick<AccountSearch, 'claims'>): void {
  claims.delete(keyOf(type, id));
}

function keyOf(type: ResourceType, id: TargetId): string {
  return `${type} ${id}`;
}

export function takenFailure(by: string, id: TargetId, owner: SourceId): Failure {
  return {
    class: 'conflict',
    reason: 'match_taken',
    targetId: id,
    detail: `the target ${by} id ${id}, which belongs, or belonged, to entry ${owner}`,
  };
}

export function foreignFailure(by: string, id: TargetId): Failure {
  return {
    class: 'conflict',
    reason: 'match_foreign',
    targetId: id,
    detail: `the target ${by} id ${id}, which is somebody else's by its externalId or name`,
  };
}

/**
 * A create that was answered with somebody else's account may have written to it: what is known of it is in doubt, and
 * whoever went along may be in that group. The next cycle puts it right.
 */
export async function doubtOwner(
  owner: SourceId,
  added: readonly SourceId[],
  { target, store, links }: AccountSearch,
): Promise<void> {
  const link = links.get(owner) ?? (await store.links(target.name, [owner])).get(owner);
  if (link === undefined || link.lifecycle === 'lost') return;
  const attributes = Object.fromEntries(Object.keys(link.attributes).map((path) => [path, doubtful]));
  const unsettled = [...new Set([...(link.unsettled ?? []), ...added])];
  // Whoever was switched off may be on again: then a departure ends their access once more.
  const doubted: Link = {
    ...link,
    lifecycle: 'active',
    attributes,
    unsettled: unsettled.length > 0 ? unsettled : undefined,
  };
  await store.record([{ kind: 'link', link: doubted }]);
  links.set(owner, doubted);
}
