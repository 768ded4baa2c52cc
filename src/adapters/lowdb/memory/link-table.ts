import type { Link } from '../../../core/model/link.ts';
import { Arena, offsetOf, type ArenaView } from './arena.ts';
import { checkedRow } from './blocks.ts';
import { NumberColumn } from './columns.ts';
import type { IdRows } from './id-rows.ts';
import {
  countWords,
  directoryAt,
  factsAt,
  forgetAt,
  hasRest,
  holdsValueAt,
  lengthAt,
  LinkPacker,
  rowAt,
  setRow,
  typeAt,
  unpackLink,
  type LinkFacts,
} from './link-record.ts';
import type { LinkWords } from './link-words.ts';

/** Bytes of links that are taken in as they are. */
const mostAtOnce = 256 * 1024;

/** So many are looked at before somebody else has a turn. */
const rowsBetween = 10_000;

/** What all links of a state have together. */
export interface LinkShared {
  readonly ids: IdRows;
  readonly words: LinkWords;
}

/** Where the bytes of a link are. */
export interface LinkPlace {
  readonly bytes: Buffer;
  readonly at: number;
}

/** The links of one target, as bytes outside of the JavaScript heap, by the row of their entry. Links are made when asked for. */
export class LinkTable {
  readonly #shared: LinkShared;
  readonly #packer: LinkPacker;
  #bytes = new Arena();
  /** One more than the position; 0 for a row without a link. */
  #positions = new NumberColumn();
  #size = 0;

  constructor(shared: LinkShared) {
    this.#shared = shared;
    this.#packer = new LinkPacker(shared.words);
  }

  get size(): number {
    return this.#size;
  }

  has(row: number): boolean {
    return row >= 0 && this.#positions.get(row) > 0;
  }

  place(row: number): LinkPlace | undefined {
    const position = row < 0 ? 0 : this.#positions.get(row);
    if (position === 0) return undefined;
    return { bytes: this.#bytes.chunkAt(position - 1), at: offsetOf(position - 1) };
  }

  get(row: number, target: string): Link | undefined {
    const place = this.place(row);
    return place === undefined ? undefined : linkAt(place, target, this.#shared);
  }

  facts(row: number): LinkFacts | undefined {
    const place = this.place(row);
    return place === undefined ? undefined : factsAt(place.bytes, place.at, this.#shared.words);
  }

  put(row: number, link: Link): void {
    const bytes = this.#packer.pack(link, row);
    countWords(bytes, 0, this.#shared.words, 1);
    const position = this.#bytes.add(bytes);
    this.delete(row);
    this.#positions.set(row, position + 1);
    this.#size += 1;
  }

  delete(row: number): void {
    const place = this.place(row);
    if (place === undefined) return;
    const position = this.#positions.get(row) - 1;
    countWords(place.bytes, place.at, this.#shared.words, -1);
    this.#positions.set(row, 0);
    this.#size -= 1;
    if (this.#bytes.drop(position, lengthAt(place.bytes, place.at))) this.#moveOut(position);
  }

  /** Takes in whole links, one after the other, as they were in a snapshot; none of these rows may have one. */
  load(block: Buffer, each: (row: number, facts: LinkFacts) => void): void {
    // One that is longer than others has a place of its own.
    const first = block.length > mostAtOnce ? undefined : this.#bytes.add(block);
    for (let at = 0; at < block.length;) {
      const length = lengthAt(block, at);
      const row = checkedRow(rowAt(block, at), this.#shared.ids.length);
      countWords(block, at, this.#shared.words, 1);
      const position = first === undefined ? this.#bytes.add(block.subarray(at, at + length)) : first + at;
      this.#positions.set(row, position + 1);
      this.#size += 1;
      each(row, factsAt(block, at, this.#shared.words));
      at += length;
    }
  }

  /** Rows with a link, in their order. */
  *rows(): Generator<number> {
    for (let row = 0, { length } = this.#shared.ids; row < length; row += 1)
      if (this.#positions.get(row) > 0) yield row;
  }

  /** Rows of links that have something to say that few have. */
  *rowsWithRest(): Generator<number> {
    for (const row of this.rows()) {
      const place = this.place(row);
      if (place !== undefined && hasRest(place.bytes, place.at)) yield row;
    }
  }

  /**
   * Links as they are now, whatever is recorded while somebody goes through them; undefined now and then, where nothing was
   * wanted for long.
   */
  *view(
    target: string,
    isWanted: (row: number, directory: string) => boolean = () => true,
  ): Generator<Link | undefined> {
    const { directories } = this.#shared.words;
    let looked = 0;
    for (const place of places(this.#positions.copy(), this.#bytes.view())) {
      looked += 1;
      if (looked % rowsBetween === 0) yield undefined;
      const { bytes, at } = place;
      if (isWanted(rowAt(bytes, at), directories.textOf(directoryAt(bytes, at))))
        yield linkAt(place, target, this.#shared);
    }
  }

  forgetContent(): void {
    for (const row of this.rows()) {
      const place = this.place(row);
      if (place !== undefined) forgetAt(place.bytes, place.at);
    }
  }

  /** How many of a type hold a value at a path. */
  holders(type: Link['type'], path: string): number {
    let count = 0;
    for (const row of this.rows()) {
      const place = this.place(row);
      if (place === undefined || typeAt(place.bytes, place.at) !== type) continue;
      if (holdsValueAt(place.bytes, place.at, this.#shared.words, path)) count += 1;
    }
    return count;
  }

  /** Moves what is of use out of the chunk of a position. */
  #moveOut(position: number): void {
    const { bytes, from } = this.#bytes.piecesBeside(position);
    for (let at = 0; at < bytes.length; at += lengthAt(bytes, at)) {
      const row = rowAt(bytes, at);
      if (this.#positions.get(row) !== from + at + 1) continue;
      this.#positions.set(row, this.#bytes.add(bytes.subarray(at, at + lengthAt(bytes, at))) + 1);
    }
    this.#bytes.release(position);
  }
}

/** The bytes of a link, for a snapshot in which its row has another number. */
export function copyWithRow({ bytes, at }: LinkPlace, row: number): Buffer {
  const copy = Buffer.from(bytes.subarray(at, at + lengthAt(bytes, at)));
  setRow(copy, 0, row);
  return copy;
}

function* places(positions: Uint32Array, bytes: ArenaView): Generator<LinkPlace> {
  for (const position of positions)
    if (position > 0) yield { bytes: bytes.chunkAt(position - 1), at: offsetOf(position - 1) };
}

function linkAt({ bytes, at }: LinkPlace, target: string, { ids, words }: LinkShared): Link {
  return unpackLink(bytes, at, words, { target, sourceId: ids.idOf(rowAt(bytes, at)) });
}
