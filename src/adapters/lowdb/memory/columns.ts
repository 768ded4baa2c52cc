/** Numbers of 32 bits by row; 0 where nothing was put. */
export class NumberColumn {
  #numbers = new Uint32Array(64);

  get(row: number): number {
    return this.#numbers[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#numbers.length) {
      const larger = new Uint32Array(Math.max(row + 1, Math.ceil(1.5 * this.#numbers.length)));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[row] = value;
  }

  /** As it is now. */
  copy(): Uint32Array {
    return this.#numbers.slice();
  }
}

/** Whether this is so, by row. */
export class BitColumn {
  #bits = new Uint8Array(16);

  has(row: number): boolean {
    return ((this.#bits[row >>> 3] ?? 0) & (1 << (row & 7))) !== 0;
  }

  add(row: number): void {
    const at = row >>> 3;
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, Math.ceil(1.5 * this.#bits.length)));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (row & 7));
  }

  delete(row: number): void {
    const at = row >>> 3;
    if (at < this.#bits.length) this.#bits[at] = (this.#bits[at] ?? 0) & ~(1 << (row & 7));
  }

  clear(): void {
    this.#bits.fill(0);
  }

  /** Those of which it is so, in their order. */
  *rows(): Generator<number> {
    for (let row = 0; row < 8 * this.#bits.length; row += 1) {
      if ((row & 7) === 0 && this.#bits[row >>> 3] === 0) row += 7;
      else if (this.has(row)) yield row;
    }
  }
}
