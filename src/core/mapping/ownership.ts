import { JoinedEntries } from '../directory/join-entries.ts';
import type { EntryList } from '../model/entries.ts';
import type { Entry, SourceId } from '../model/entry.ts';
import type { Rejected } from '../model/resource.ts';
import type { Steps } from '../model/steps.ts';
import type { TargetDefinition } from './definition.ts';
import type { EntryTable } from './entry-table.ts';

/** Entries in the order of the target's directories; those of one directory in the order in which they came. */
export function inOrderOfDirectories(entries: EntryList, definition: TargetDefinition): EntryList {
  const ranks = new Map([...definition.maps.keys()].map((name, rank) => [name, rank]));
  const rankOf = (directory: string) => ranks.get(directory) ?? ranks.size;
  let last = 0;
  const follows = (directory: string): boolean => {
    const rank = rankOf(directory);
    const isNext = rank >= last;
    last = rank;
    return isNext;
  };
  const isOrdered =
    entries instanceof JoinedEntries
      ? entries.directories.every(follows)
      : Iterator.from(entries).every(({ directory }) => follows(directory));
  return isOrdered ? entries : [...entries].sort((a, b) => rankOf(a.directory) - rankOf(b.directory));
}

/**
 * Of entries that several directories show (two of them may overlap): which appearance counts. The one in the directory
 * from which the entry is linked, if it is in scope there: what another directory says of it later changes nothing.
 * Otherwise the first one that is in scope, in the order of the target's directories; so nobody departs because another
 * directory shows them as well, or no longer does.
 *
 * @param table in the order of the directories
 * @param isWanted asked by row
 * @param homes the directories from which entries are linked
 */
export function* findOwners(
  table: EntryTable,
  isWanted: (row: number) => boolean,
  homes: ReadonlyMap<SourceId, string>,
): Steps<ReadonlyMap<SourceId, Entry>> {
  const owners = new Map<SourceId, Entry>();
  if (table.directories.length < 2) return owners;
  for (let row = 0; row < table.length; row += 1) {
    if (row % between === 0) yield;
    const id = table.id(row);
    const appearances = table.rowsOf(id);
    if (appearances.length === 1 || appearances[0] !== row) continue;
    const home = appearances.find((one) => table.directory(one) === homes.get(id));
    const owner = home !== undefined && isWanted(home) ? home : (appearances.find(isWanted) ?? row);
    owners.set(id, table.entry(owner));
  }
  return owners;
}

const between = 100;

/** An appearance of someone whom another directory owns, as it is reported. Nothing is written or removed for it. */
export function reportAppearance({ id, directory, type, dn }: Entry, owner: Entry): Rejected {
  const text = `directory ${directory} shows the same entry as ${owner.directory}, and only that one counts`;
  return { sourceId: id, directory, type, label: dn, active: undefined, reasons: [{ code: 'duplicate_entry', text }] };
}
