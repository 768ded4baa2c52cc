import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Digest, Link } from '../model/link.ts';
import { valueOf, type Resource } from '../model/resource.ts';
import { digestAttributes } from './diff.ts';
import type { Successor } from './plan-input.ts';

/*
 * Who is the same person under a new source id (a rehire, a migration, a directory that was built anew)?
 *
 *   the newcomer has a value of a match attribute that the link of an entry remembers which is
 *     gone from the directory, the only such link, and nobody else's   → its successor, also when the value has changed
 *                                                                       since, if a request went out and no answer came
 *     gone from the directory, one of several, or wanted by several    → nobody: a person has to say
 *     still in the directory, in scope or not                          → nobody
 *
 * Only whoever has no link can be a successor: an entry that takes another one's value later keeps its own account. What
 * the link remembers is a keyed digest, so that a value that is spelled in another way is another value.
 */

/**
 * @param newcomers wanted, and without a link
 * @param gone links of entries that a complete reading proves to be gone
 * @param match SCIM paths by which accounts are recognised, in order
 */
export function findSuccessors(
  newcomers: readonly Resource[],
  gone: readonly Link[],
  match: Readonly<Record<ResourceType, readonly string[]>>,
  digest: Digest,
): ReadonlyMap<SourceId, Successor> {
  const found = new Map<SourceId, Successor>();
  if (gone.length === 0 || newcomers.length === 0) return found;
  const indexes = indexOf(gone, match);
  const claims = new Map<SourceId, number>();
  for (const newcomer of newcomers) {
    const { candidates, matchedBy } = predecessorsOf(newcomer, match[newcomer.type], indexes, digest);
    for (const { sourceId } of candidates) claims.set(sourceId, (claims.get(sourceId) ?? 0) + 1);
    const [replaces, ...others] = candidates;
    if (replaces !== undefined && others.length === 0) found.set(newcomer.sourceId, { replaces, matchedBy });
  }
  return new Map([...found].filter(([, { replaces }]) => claims.get(replaces.sourceId) === 1));
}

/** Members by group, by the names of those who come in the place of others: the account in the group is the same. */
export function underNewNames(
  members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>,
  successors: ReadonlyMap<SourceId, Successor>,
): ReadonlyMap<SourceId, ReadonlySet<SourceId>> {
  if (successors.size === 0) return members;
  const heirs = new Map([...successors].map(([heir, { replaces }]) => [replaces.sourceId, heir]));
  const pass = (id: SourceId): SourceId => heirs.get(id) ?? id;
  return new Map([...members].map(([group, ids]) => [pass(group), new Set([...ids].map(pass))]));
}

type Index = ReadonlyMap<string, readonly Link[]>;

function indexOf(gone: readonly Link[], match: Readonly<Record<ResourceType, readonly string[]>>): Index {
  const index = new Map<string, Link[]>();
  const add = (key: string, link: Link): void => {
    const alike = index.get(key);
    if (alike === undefined) index.set(key, [link]);
    else alike.push(link);
  };
  for (const link of gone) {
    if (link.heir !== undefined) add(`${link.type} heir ${link.heir}`, link);
    for (const path of match[link.type]) {
      const text = link.attributes[path];
      if (text !== undefined && path !== 'externalId') add(`${link.type} ${path} ${text}`, link);
    }
  }
  return index;
}

/** By the first match attribute in which somebody who is gone is equal. */
function predecessorsOf(
  newcomer: Resource,
  paths: readonly string[],
  index: Index,
  digest: Digest,
): { candidates: readonly Link[]; matchedBy: string } {
  const passing = index.get(`${newcomer.type} heir ${newcomer.sourceId}`);
  if (passing !== undefined) return { candidates: passing, matchedBy: 'externalId' };
  for (const path of paths) {
    const value = valueOf(newcomer, path);
    if (path === 'externalId' || typeof value !== 'string') continue;
    const text = digestAttributes(new Map([[path, value]]), digest, () => undefined)[path];
    const candidates = text === undefined ? undefined : index.get(`${newcomer.type} ${path} ${text}`);
    if (candidates !== undefined) return { candidates, matchedBy: path };
  }
  return { candidates: [], matchedBy: '' };
}
