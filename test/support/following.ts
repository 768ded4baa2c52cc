import assert from 'node:assert/strict';
import { dnKey } from '../../src/core/directory/dn.ts';
import { DirectoryCache } from '../../src/core/directory/directory-cache.ts';
import type { Entry, ResourceType } from '../../src/core/model/entry.ts';
import type { DirectorySource, ReadOutcome } from '../../src/ports/directory-source.ts';

type Attributes = Readonly<Record<ResourceType, readonly string[]>>;

/** Somebody who keeps a directory cache of a directory by polling it. */
export interface Follower {
  readonly directoryCache: DirectoryCache;
  /** One poll. */
  poll(): Promise<{ readonly verdict: ReadOutcome; readonly visited: readonly Entry[] }>;
  /**
   * One poll, after which the directory cache must be what a complete reading shows. References to entries that are not in it
   * mean nobody, and are compared with `exactly` only: a server may rewrite them without a trace.
   */
  check(exactly?: boolean): Promise<ReadOutcome>;
}

/** `fresh` reads completely; another source over the same directory will do. */
export function follow(source: DirectorySource, attributes: Attributes, fresh: DirectorySource = source): Follower {
  const directoryCache = new DirectoryCache();
  const request = {
    attributes: { user: new Set(attributes.user), group: new Set(attributes.group) },
    signal: new AbortController().signal,
  };
  const poll: Follower['poll'] = async () => {
    const { watermark, known } = directoryCache;
    const visited: Entry[] = [];
    const since = watermark === undefined ? undefined : { watermark, known };
    const verdict = await source.read({ ...request, since, known, visit: (entry) => void visited.push(entry) });
    directoryCache.update({ ...verdict, directory: source.name, entries: visited });
    return { verdict, visited };
  };
  return {
    directoryCache,
    poll,
    check: async (exactly = false) => {
      const { verdict } = await poll();
      const entries: Entry[] = [];
      await fresh.read({ ...request, visit: (entry) => void entries.push(entry) });
      const compared = exactly ? plain : (some: readonly Entry[]) => plain(resolved(some));
      assert.deepEqual(compared([...directoryCache.known]), compared(entries));
      return verdict;
    },
  };
}

/** What can be compared: values as sets, since servers give them in any order; no stamps. */
function plain(entries: readonly Entry[]): unknown {
  return entries
    .map(({ id, type, dn, attributes }) => ({
      id,
      type,
      dn,
      attributes: [...attributes]
        .map(([name, values]) => [name, values.map(String).sort()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

const references = ['member', 'manager'];

/** Without references to nobody. */
function resolved(entries: readonly Entry[]): readonly Entry[] {
  const keys = new Set(entries.map(({ dn }) => dnKey(dn)));
  return entries.map((entry) => {
    const attributes = new Map(entry.attributes);
    for (const name of references) {
      const values = attributes.get(name)?.filter((value) => keys.has(dnKey(String(value))));
      if (values?.length === 0) attributes.delete(name);
      else if (values !== undefined) attributes.set(name, values);
    }
    return { ...entry, attributes };
  });
}
