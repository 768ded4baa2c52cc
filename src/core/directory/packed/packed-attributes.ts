import type { AttributeValue, Entry } from '../../model/entry.ts';
import type { Dictionary } from './dictionary.ts';
import { readNumber, readValue, skipValue, type Cursor } from './packed-value.ts';

type Values = readonly AttributeValue[];
type Attributes = ReadonlyMap<string, Values>;

/** Attributes as they are packed: each is read when somebody asks for it, and nobody keeps it. */
export class PackedAttributes implements Attributes {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #dictionary: Dictionary;

  constructor(bytes: Uint8Array, start: number, dictionary: Dictionary) {
    this.#bytes = bytes;
    this.#start = start;
    this.#dictionary = dictionary;
  }

  /** Whether these are the very attributes of the same record, which never changes. */
  isSameRecord(other: PackedAttributes): boolean {
    return this.#bytes === other.#bytes && this.#start === other.#start;
  }

  get size(): number {
    return readNumber({ bytes: this.#bytes, at: this.#start });
  }

  get(name: string): Values | undefined {
    const cursor = this.#seek(name);
    return cursor === undefined ? undefined : this.#read(cursor, readNumber(cursor));
  }

  has(name: string): boolean {
    return this.#seek(name) !== undefined;
  }

  forEach(callback: (values: Values, name: string, map: Attributes) => void, thisArgument?: unknown): void {
    for (const [name, values] of this) callback.call(thisArgument, values, name, this);
  }

  *entries(): MapIterator<[string, Values]> {
    const cursor: Cursor = { bytes: this.#bytes, at: this.#start };
    for (let left = readNumber(cursor); left > 0; left -= 1) {
      const head = readNumber(cursor);
      yield [this.#dictionary.nameOf(head >>> 1), this.#read(cursor, head)];
    }
  }

  *keys(): MapIterator<string> {
    for (const [name] of this) yield name;
  }

  *values(): MapIterator<Values> {
    for (const [, values] of this) yield values;
  }

  [Symbol.iterator](): MapIterator<[string, Values]> {
    return this.entries();
  }

  /** At the attribute of that name. */
  #seek(name: string): Cursor | undefined {
    const wanted = this.#dictionary.numberOf(name);
    if (wanted === undefined) return undefined;
    const cursor: Cursor = { bytes: this.#bytes, at: this.#start };
    for (let left = readNumber(cursor); left > 0; left -= 1) {
      const { at } = cursor;
      const head = readNumber(cursor);
      if (head >>> 1 === wanted) {
        cursor.at = at;
        return cursor;
      }
      for (let values = (head & 1) === 0 ? 1 : readNumber(cursor); values > 0; values -= 1) skipValue(cursor);
    }
    return undefined;
  }

  #read(cursor: Cursor, head: number): Values {
    if ((head & 1) === 0) return [readValue(cursor, this.#dictionary)];
    const values: AttributeValue[] = [];
    for (let left = readNumber(cursor); left > 0; left -= 1) values.push(readValue(cursor, this.#dictionary));
    return values;
  }
}

/** What an entry can be told by that did not change since: two may be objects of one record. */
export type EntryRecord = Entry | PackedAttributes;

export function recordOf(entry: Entry): EntryRecord {
  return entry.attributes instanceof PackedAttributes ? entry.attributes : entry;
}

export function isSameRecord(one: EntryRecord, other: EntryRecord): boolean {
  if (one === other) return true;
  return one instanceof PackedAttributes && other instanceof PackedAttributes && one.isSameRecord(other);
}
