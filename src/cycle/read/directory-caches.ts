import { DirectoryCache } from '../../core/directory/directory-cache.ts';
import type { ResourceType } from '../../core/model/entry.ts';

export type AttributeNames = Readonly<Record<ResourceType, ReadonlySet<string>>>;

/** A cached directory, and the attributes of which it was made. */
export interface CachedDirectory {
  readonly directoryCache: DirectoryCache;
  /** How the source finds changes, as it said last. */
  changes?: string | undefined;
  readonly attributes: AttributeNames;
}

/** What a running daemon knows of its directories between cycles. In memory only: it holds personal data. */
export interface DirectoryCaches {
  /** The directory cache that has at least these attributes; an empty one when they were never all asked for. */
  readonly of: (directory: string, attributes: AttributeNames) => CachedDirectory;
  /** Does this when nobody else does something with the directory: a directory cache has one reader at a time. */
  readonly alone: <T>(directory: string, job: () => Promise<T>) => Promise<T>;
}

export function createDirectoryCaches(): DirectoryCaches {
  const directoryCaches = new Map<string, CachedDirectory>();
  const readers = new Map<string, Promise<unknown>>();
  return {
    of(directory, attributes) {
      const known = directoryCaches.get(directory);
      if (known !== undefined && coversAttributes(attributes, known.attributes)) return known;
      // What was asked for before stays asked for: targets that rest in one cycle come back in the next.
      const fresh = {
        directoryCache: new DirectoryCache(),
        attributes: known === undefined ? attributes : union(known.attributes, attributes),
      };
      directoryCaches.set(directory, fresh);
      return fresh;
    },
    alone(directory, job) {
      const before = readers.get(directory);
      const own = before === undefined ? job() : before.then(job, job);
      readers.set(directory, own);
      return own;
    },
  };
}

const types = ['user', 'group'] as const;

/** Whether all that is wanted is there. */
export function coversAttributes(wanted: AttributeNames, known: AttributeNames): boolean {
  return types.every((type) => wanted[type].isSubsetOf(known[type]));
}

function union(one: AttributeNames, other: AttributeNames): AttributeNames {
  return { user: one.user.union(other.user), group: one.group.union(other.group) };
}
