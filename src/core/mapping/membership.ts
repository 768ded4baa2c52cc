import type { Entry, SourceId } from '../model/entry.ts';
import type { Sees } from './visibility.ts';

/** Who is in a group by which a scope goes, through whichever groups. */
export interface Membership {
  /** The directory of the group. */
  readonly directory: string;
  readonly ids: ReadonlySet<SourceId>;
  /** Who is not in it, and may be meant by a value in it that names nobody. */
  readonly possible: ReadonlySet<SourceId>;
  /** Whether this very entry is in it: one with the same id in a directory that is not seen is somebody else's word. */
  readonly has: (entry: Pick<Entry, 'id' | 'directory'>) => boolean;
}

export function createMembership(
  directory: string,
  members: readonly Entry[],
  possible: readonly Entry[],
  sees: Sees,
): Membership {
  const ids = new Set<SourceId>();
  /** Of those who were reached in another directory than that of the group, or in several. */
  const elsewhere = new Map<SourceId, Set<string>>();
  for (const member of members) {
    if (member.directory !== directory || elsewhere.has(member.id))
      noteDirectory(elsewhere, member, ids.has(member.id) ? directory : undefined);
    ids.add(member.id);
  }
  const has: Membership['has'] = (entry) =>
    ids.has(entry.id) && [...(elsewhere.get(entry.id) ?? [directory])].some((known) => sees(known, entry.directory));
  return { directory, ids, possible: new Set(possible.map(({ id }) => id).filter((id) => !ids.has(id))), has };
}

function noteDirectory(elsewhere: Map<SourceId, Set<string>>, { id, directory }: Entry, own: string | undefined): void {
  const known = elsewhere.get(id);
  if (known === undefined) elsewhere.set(id, new Set(own === undefined ? [directory] : [own, directory]));
  else known.add(directory);
}
