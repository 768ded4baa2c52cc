import { Arena, offsetOf } from './arena.ts';
import { NumberColumn } from './columns.ts';
import { HashIndex } from './hash-index.ts';
import { afterText, hashOf, mostBytes, packText, unpackText, uuidTag } from './packed-text.ts';

/**
 * Each id once, as a row: everything else that is remembered about many says rows. A row is somebody's for as long as this
 * process runs; a snapshot has those that something is known of.
 */
export class IdRows {
  readonly #texts = new Arena();
  readonly #positions = new NumberColumn();
  readonly #index = new HashIndex((row) => this.#hashOfRow(row));
  #scratch = Buffer.allocUnsafe(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** −1 when it has none. */
  find(id: string): number {
    const end = this.#pack(id);
    return this.#index.find(hashOf(this.#scratch, 0, end), (row) => this.#isAt(row, end));
  }

  /** Its row, which it gets when it has none. */
  of(id: string): number {
    const end = this.#pack(id);
    const hash = hashOf(this.#scratch, 0, end);
    const known = this.#index.find(hash, (row) => this.#isAt(row, end));
    return known >= 0 ? known : this.#add(this.#scratch, 0, end, hash);
  }

  /** Takes in packed ids, one after the other, none of which has a row. */
  load(block: Buffer): void {
    for (let at = 0; at < block.length;) {
      const end = afterText(block, at);
      this.#add(block, at, end, hashOf(block, at, end));
      at = end;
    }
  }

  idOf(row: number): string {
    const position = this.#positions.get(row);
    return unpackText(this.#texts.chunkAt(position), offsetOf(position));
  }

  /** Whether the id is a UUID, as all entries of a directory have. */
  isUuid(row: number): boolean {
    const position = this.#positions.get(row);
    return this.#texts.chunkAt(position)[offsetOf(position)] === uuidTag;
  }

  /** Its packed bytes. */
  bytesOf(row: number): Buffer {
    const position = this.#positions.get(row);
    const chunk = this.#texts.chunkAt(position);
    return chunk.subarray(offsetOf(position), afterText(chunk, offsetOf(position)));
  }

  #add(bytes: Buffer, from: number, to: number, hash: number): number {
    const row = this.#length;
    this.#length += 1;
    this.#positions.set(row, this.#texts.add(from === 0 ? bytes : bytes.subarray(from, to), to - from));
    this.#index.add(hash, row);
    return row;
  }

  #pack(id: string): number {
    if (mostBytes(id) > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(2 * mostBytes(id));
    return packText(id, this.#scratch, 0);
  }

  #isAt(row: number, end: number): boolean {
    const position = this.#positions.get(row);
    const at = offsetOf(position);
    const chunk = this.#texts.chunkAt(position);
    for (let index = 0; index < end; index += 1) if (chunk[at + index] !== this.#scratch[index]) return false;
    return true;
  }

  #hashOfRow(row: number): number {
    const position = this.#positions.get(row);
    const at = offsetOf(position);
    const chunk = this.#texts.chunkAt(position);
    return hashOf(chunk, at, afterText(chunk, at));
  }
}
