const shardBits = 8;
const firstSize = 16;
const nothing = 0;
const removed = 0xffff_ffff;

/**
 * Rows by a hash of 32 bits, four bytes a slot. In many small parts, each of which grows on its own: nothing takes long
 * when there are millions. Whose hashes are equal is told apart by whoever asks.
 */
export class HashIndex {
  readonly #hashOf: (row: number) => number;
  readonly #shards: Uint32Array[] = Array.from({ length: 1 << shardBits }, () => new Uint32Array(0));
  /** Slots in use by shard, those of removed rows included. */
  readonly #used = new Uint32Array(1 << shardBits);

  /** @param hashOf of a row that is in the index */
  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf;
  }

  /** The row of this hash for which the test holds; −1 when there is none. */
  find(hash: number, isMeant: (row: number) => boolean): number {
    const slots = this.#shardOf(hash);
    const mask = slots.length - 1;
    for (let at = hash & mask, left = slots.length; left > 0; at = (at + 1) & mask, left -= 1) {
      const slot = slots[at];
      if (slot === nothing || slot === undefined) return -1;
      if (slot !== removed && isMeant(slot - 1)) return slot - 1;
    }
    return -1;
  }

  /** Of a row that is not in there. */
  add(hash: number, row: number): void {
    const shard = hash >>> (32 - shardBits);
    const used = this.#used[shard] ?? 0;
    if (4 * (used + 1) > 3 * this.#shardOf(hash).length) this.#grow(shard);
    const slots = this.#shardOf(hash);
    const mask = slots.length - 1;
    let at = hash & mask;
    while (slots[at] !== nothing) at = (at + 1) & mask;
    slots[at] = row + 1;
    this.#used[shard] = (this.#used[shard] ?? 0) + 1;
  }

  /** Of a row that is in there. */
  remove(hash: number, row: number): void {
    const slots = this.#shardOf(hash);
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      if (slots[at] === nothing) return;
      if (slots[at] !== row + 1) continue;
      slots[at] = removed;
      return;
    }
  }

  #shardOf(hash: number): Uint32Array {
    return this.#shards[hash >>> (32 - shardBits)] ?? new Uint32Array(0);
  }

  #grow(shard: number): void {
    const rows = (this.#shards[shard] ?? new Uint32Array(0)).filter((slot) => slot !== nothing && slot !== removed);
    let size = firstSize;
    while (2 * (rows.length + 1) > size) size *= 2;
    const slots = new Uint32Array(size);
    for (const slot of rows) {
      let at = this.#hashOf(slot - 1) & (size - 1);
      while (slots[at] !== nothing) at = (at + 1) & (size - 1);
      slots[at] = slot;
    }
    this.#shards[shard] = slots;
    this.#used[shard] = rows.length;
  }
}
