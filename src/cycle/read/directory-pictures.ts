import { Picture } from '../../core/directory/picture.ts';
import type { ResourceType } from '../../core/model/entry.ts';

export type AttributeNames = Readonly<Record<ResourceType, ReadonlySet<string>>>;

/** A picture of a directory, and the attributes of which it was made. */
export interface DirectoryPicture {
  readonly picture: Picture;
  /** How the source finds changes, as it said last. */
  changes?: string | undefined;
  readonly attributes: AttributeNames;
}

/** What a running daemon knows of its directories between cycles. In memory only: it holds personal data. */
export interface DirectoryPictures {
  /** The picture that has at least these attributes; an empty one when they were never all asked for. */
  readonly of: (directory: string, attributes: AttributeNames) => DirectoryPicture;
  /** Does this when nobody else does something with the directory: a picture has one reader at a time. */
  readonly alone: <T>(directory: string, job: () => Promise<T>) => Promise<T>;
}

export function createPictures(): DirectoryPictures {
  const pictures = new Map<string, DirectoryPicture>();
  const readers = new Map<string, Promise<unknown>>();
  return {
    of(directory, attributes) {
      const known = pictures.get(directory);
      if (known !== undefined && isWithin(attributes, known.attributes)) return known;
      // What was asked for before stays asked for: targets that rest in one cycle come back in the next.
      const fresh = {
        picture: new Picture(),
        attributes: known === undefined ? attributes : union(known.attributes, attributes),
      };
      pictures.set(directory, fresh);
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
export function isWithin(wanted: AttributeNames, known: AttributeNames): boolean {
  return types.every((type) => wanted[type].isSubsetOf(known[type]));
}

function union(one: AttributeNames, other: AttributeNames): AttributeNames {
  return { user: one.user.union(other.user), group: one.group.union(other.group) };
}
