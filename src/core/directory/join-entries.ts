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
  #start = 0;

  constructor(readings: readonly Part[]) {
    this.#lists = readings.map(({ entries }) => entries);
    this.directories = readings.map(({ directory }) => directory);
    this.length = this.#lists.reduce((sum, { length }) => sum + length, 0);
  }

  at(place: number): Entry | undefined {
    return this.#listAt(place)?.at(place - this.#start);
  }

  idAt(place: number): SourceId | undefined {
    const list = this.#listAt(place);
    return list?.idAt?.(place - this.#start) ?? list?.at(place - this.#start)?.id;
  }

  dnAt(place: number): string | undefined {
    const list = this.#listAt(place);
    return list?.dnAt?.(place - this.#start) ?? list?.at(place - this.#start)?.dn;
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (const list of this.#lists) yield* list;
  }

  /** The list in which a place is; `#start` says where it begins. */
  #listAt(place: number): EntryList | undefined {
    this.#start = 0;
    for (const list of this.#lists) {
      if (place < this.#start + list.length) return list;
      this.#start += list.length;
    }
    return undefined;
  }
}
