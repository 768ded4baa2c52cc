/** A set of rows, one bit each. */
export class RowSet {
  readonly #bits: Uint32Array;
  size = 0;

  /** @param rows how many there are */
  constructor(rows: number) {
    this.#bits = new Uint32Array(Math.ceil(rows / 32));
  }

  has(row: number): boolean {
    return ((this.#bits[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  /** False when it was there. */
  add(row: number): boolean {
    if (this.has(row)) return false;
    this.#bits[row >>> 5] = (this.#bits[row >>> 5] ?? 0) | (1 << (row & 31));
    this.size += 1;
    return true;
  }

  /** Takes these out, which is all that is in it: so it can be used again. */
  clear(rows: Iterable<number>): void {
    for (const row of rows) this.#bits[row >>> 5] = 0;
    this.size = 0;
  }
}
