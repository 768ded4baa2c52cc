import type { SourceId } from '../../model/entry.ts';
import { PackedEntries, type Pack } from './packed-entries.ts';

/** The same entries with these in place of those with their ids, and without those who are gone. */
export function replaceEntries(
  pack: Pack,
  before: PackedEntries,
  changed: PackedEntries,
  gone: readonly SourceId[],
): PackedEntries {
  const removed = new Set<number>();
  let users = before.counts.user;
  const remove = (id: SourceId): void => {
    for (const type of ['user', 'group'] as const) {
      const { at, isThere } = before.placeOf(id, type);
      if (!isThere || removed.has(at)) continue;
      removed.add(at);
      if (type === 'user') users -= 1;
    }
  };
  for (const id of gone) remove(id);
  for (const id of changed.ids()) remove(id);
  const places = placesOf(before, changed);
  const locations = new Uint32Array(before.length - removed.size + changed.length);
  let read = 0;
  let written = 0;
  const copy = (end: number): void => {
    locations.set(before.locations.subarray(read, end), written);
    written += end - read;
    read = end;
  };
  const holes = Uint32Array.from(removed).sort();
  let hole = 0;
  /** All that stays of what stands before this place. */
  const copyTo = (end: number): void => {
    for (let next = holes[hole]; next !== undefined && next < end; next = holes[hole]) {
      copy(next);
      read = next + 1;
      hole += 1;
    }
    copy(Math.max(end, read));
  };
  for (const [index, location] of changed.locations.entries()) {
    copyTo(places[index] ?? 0);
    locations[written++] = location;
  }
  copyTo(before.length);
  return new PackedEntries(pack, locations, users + changed.counts.user);
}

/** Where each of some entries belongs among others. */
function placesOf(before: PackedEntries, changed: PackedEntries): number[] {
  const places: number[] = [];
  for (const type of ['user', 'group'] as const)
    for (const id of changed.ids(type)) places.push(before.placeOf(id, type).at);
  return places;
}
