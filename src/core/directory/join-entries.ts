import type { Entry, SourceId } from '../model/entry.ts';
import type { EntryList } from '../model/entries.ts';

/** What several readings show, one after the other. An id may come again. */
export function joinEntries(readings: readonly Part[]): JoinedEntries {
  return new JoinedEntries(readings);
}

/** What one directory shows. */
interface Part {
  readonly directory: string;
  readonly entries: EntryList;
}

export class JoinedEntries implements EntryList {
  readonly length: number;
  /** In the order of their entries. */
  readonly directories: readonly string[];
  readonly #lists: readonly EntryList[];

  constructor(readings: readonly Part[]) {
    this.#lists = readings.map(({ entries }) => entries);
    this.directories = readings.map(({ directory }) => directory);
    this.length = this.#lists.reduce((sum, { length }) => sum + length, 0);
  }

  at(place: number): Entry | undefined {
    const [list, own] = this.#find(place);
    return list?.at(own);
  }

  idAt(place: number): SourceId | undefined {
    const [list, own] = this.#find(place);
    return list?.idAt?.(own) ?? list?.at(own)?.id;
  }

  dnAt(place: number): string | undefined {
    const [list, own] = this.#find(place);
    return list?.dnAt?.(own) ?? list?.at(own)?.dn;
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (const list of this.#lists) yield* list;
  }

  #find(place: number): [EntryList | undefined, number] {
    let left = place;
    for (const list of this.#lists) {
      if (left < list.length) return [list, left];
      left -= list.length;
    }
    return [undefined, left];
  }
}
