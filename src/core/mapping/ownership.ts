import type { EntryList } from '../model/entries.ts';
import type { Entry, SourceId } from '../model/entry.ts';
import type { Rejected } from '../model/resource.ts';
import type { TargetDefinition } from './definition.ts';

/** Entries in the order of the target's directories; those of one directory in the order in which they came. */
export function inOrderOfDirectories(entries: EntryList, definition: TargetDefinition): EntryList {
  const ranks = new Map([...definition.maps.keys()].map((name, rank) => [name, rank]));
  const rankOf = ({ directory }: Entry) => ranks.get(directory) ?? ranks.size;
  let last = 0;
  const isOrdered = Iterator.from(entries).every((entry) => {
    const rank = rankOf(entry);
    const follows = rank >= last;
    last = rank;
    return follows;
  });
  return isOrdered ? entries : [...entries].sort((a, b) => rankOf(a) - rankOf(b));
}

/**
 * Of entries that several directories show (two of them may overlap): which appearance counts. The one in the directory
 * from which the entry is linked, if it is in scope there: what another directory says of it later changes nothing.
 * Otherwise the first one that is in scope, in the order of the target's directories; so nobody departs because another
 * directory shows them as well, or no longer does.
 *
 * @param ordered in the order of the directories
 * @param homes the directories from which entries are linked
 */
export function findOwners(
  ordered: EntryList,
  isWanted: (entry: Entry) => boolean,
  homes: ReadonlyMap<SourceId, string>,
): ReadonlyMap<SourceId, Entry> {
  const owners = new Map<SourceId, Entry>();
  for (const [id, appearances] of Map.groupBy(ordered, ({ id }) => id)) {
    const [first] = appearances;
    if (first === undefined || appearances.length === 1) continue;
    const home = appearances.find(({ directory }) => directory === homes.get(id));
    owners.set(id, home !== undefined && isWanted(home) ? home : (appearances.find(isWanted) ?? first));
  }
  return owners;
}

/** An appearance of someone whom another directory owns, as it is reported. Nothing is written or removed for it. */
export function reportAppearance({ id, directory, type, dn }: Entry, owner: Entry): Rejected {
  const text = `directory ${directory} shows the same entry as ${owner.directory}, and only that one counts`;
  return { sourceId: id, directory, type, label: dn, active: undefined, reasons: [{ code: 'duplicate_entry', text }] };
}
