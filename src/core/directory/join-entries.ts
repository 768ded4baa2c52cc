import type { Entry } from '../model/entry.ts';
import type { EntryList } from '../model/entries.ts';

/** What several readings show, one after the other. An id may come again. */
export function joinEntries(readings: readonly { readonly entries: EntryList }[]): EntryList {
  const [first, ...others] = readings.map(({ entries }) => entries);
  return first === undefined ? [] : others.length === 0 ? first : new JoinedEntries([first, ...others]);
}

class JoinedEntries implements EntryList {
  readonly length: number;
  readonly #lists: readonly EntryList[];

  constructor(lists: readonly EntryList[]) {
    this.#lists = lists;
    this.length = lists.reduce((sum, { length }) => sum + length, 0);
  }

  at(place: number): Entry | undefined {
    let left = place;
    for (const list of this.#lists) {
      if (left < list.length) return list.at(left);
      left -= list.length;
    }
    return undefined;
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (const list of this.#lists) yield* list;
  }
}
