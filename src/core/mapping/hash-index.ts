/** Rows by the hash of a key. Whoever looks for a key compares the keys of the rows that are found. */
export class HashIndex {
  /** A row and one, in the lower 24 bits; above it 8 bits of the hash, so that nearly no other key is compared. */
  readonly #slots: Uint32Array;
  readonly #mask: number;

  constructor({ hashes, rows, length }: HashedRows) {
    let capacity = 8;
    while (capacity < length * 2) capacity *= 2;
    this.#mask = capacity - 1;
    this.#slots = new Uint32Array(capacity);
    for (let at = 0; at < length; at += 1) this.#put(hashes[at] ?? 0, rows[at] ?? 0);
  }

  /** The first row of those with this key. */
  find(hash: number, isKeyOf: (row: number) => boolean): number | undefined {
    const tag = hash >>> rowBits;
    for (let at = hash & this.#mask; ; at = (at + 1) & this.#mask) {
      const slot = this.#slots[at] ?? 0;
      if (slot === 0) return undefined;
      const row = (slot & rowMask) - 1;
      if (slot >>> rowBits === tag && isKeyOf(row)) return row;
    }
  }

  /** All rows with this key, in the order in which they were given. */
  findAll(hash: number, isKeyOf: (row: number) => boolean): number[] {
    const found: number[] = [];
    this.find(hash, (row) => {
      if (isKeyOf(row)) found.push(row);
      return false;
    });
    return found;
  }

  #put(hash: number, row: number): void {
    if (row >= rowMask) throw new RangeError(`more than ${rowMask} entries`);
    let at = hash & this.#mask;
    while (this.#slots[at] !== 0) at = (at + 1) & this.#mask;
    this.#slots[at] = ((hash >>> rowBits) << rowBits) | (row + 1);
  }
}

const rowBits = 24;
const rowMask = (1 << rowBits) - 1;

/** Hashes of keys with their rows, as they are collected. */
export class HashedRows {
  hashes: Uint32Array<ArrayBuffer>;
  rows: Uint32Array<ArrayBuffer>;
  length = 0;

  /** @param expected how many there will be, as far as that is known */
  constructor(expected = 64) {
    this.hashes = new Uint32Array(Math.max(1, expected));
    this.rows = new Uint32Array(Math.max(1, expected));
  }

  add(key: string, row: number): void {
    if (this.length === this.rows.length) {
      this.hashes = twice(this.hashes);
      this.rows = twice(this.rows);
    }
    this.hashes[this.length] = hashOf(key);
    this.rows[this.length] = row;
    this.length += 1;
  }
}

function twice(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

/** 32 bits: FNV-1a over the UTF-16 units, mixed as MurmurHash3 ends. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
