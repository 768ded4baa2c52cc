/** A list of different row numbers in the order in which they came, four bytes each. */
export class Rows {
  #rows = new Uint32Array(4);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Of a row that is not in the list. */
  add(row: number): void {
    if (this.#length === this.#rows.length) {
      const larger = new Uint32Array(Math.ceil(1.5 * this.#length) + 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows[this.#length] = row;
    this.#length += 1;
  }

  remove(row: number): void {
    const at = this.#rows.indexOf(row);
    if (at < 0 || at >= this.#length) return;
    this.#rows.copyWithin(at, at + 1, this.#length);
    this.#length -= 1;
  }

  /** Without copying them: good until the next change. */
  get numbers(): Uint32Array {
    return this.#rows.subarray(0, this.#length);
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#rows.subarray(0, this.#length)[Symbol.iterator]();
  }
}
