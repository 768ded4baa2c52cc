import { BitColumn } from './columns.ts';
import { isDigest } from './packed-text.ts';

const size = 16;

/** A digest of 128 bits by row, 16 bytes each. Other texts are kept as they are, and cost more. */
export class DigestColumn {
  #bytes = Buffer.alloc(64 * size);
  readonly #rows = new BitColumn();
  readonly #others = new Map<number, string>();

  get(row: number): string | undefined {
    if (!this.#rows.has(row)) return this.#others.get(row);
    return this.#bytes.toString('base64url', row * size, (row + 1) * size);
  }

  set(row: number, text: string): void {
    this.delete(row);
    if (isDigest(text)) this.#bytes.write(text, this.#place(row), 'base64url');
    else this.#others.set(row, text);
  }

  /** From its 16 bytes. */
  setBytes(row: number, bytes: Buffer, at: number): void {
    this.delete(row);
    bytes.copy(this.#bytes, this.#place(row), at, at + size);
  }

  /** The 16 bytes of a row; undefined where it has none. */
  bytesOf(row: number): Buffer | undefined {
    return this.#rows.has(row) ? this.#bytes.subarray(row * size, (row + 1) * size) : undefined;
  }

  delete(row: number): void {
    this.#rows.delete(row);
    this.#others.delete(row);
  }

  clear(): void {
    this.#rows.clear();
    this.#others.clear();
  }

  /** Rows with 16 bytes. */
  rows(): Generator<number> {
    return this.#rows.rows();
  }

  /** Rows whose text is no digest. */
  get others(): ReadonlyMap<number, string> {
    return this.#others;
  }

  /** Where the bytes of a row belong, which has them from now on. */
  #place(row: number): number {
    this.#rows.add(row);
    const needed = (row + 1) * size;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, Math.ceil((1.5 * this.#bytes.length) / size) * size));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return row * size;
  }
}
