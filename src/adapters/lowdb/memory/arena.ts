const chunkBits = 20;
const chunkSize = 1 << chunkBits;
/** Positions are kept in 32 bits. */
const mostChunks = 2 ** (32 - chunkBits);

/** Where pieces were once: stays as it was, whatever is added or removed afterwards. */
export interface ArenaView {
  /** The bytes in which the piece at this position begins, and where. */
  chunkAt(position: number): Buffer;
}

/** The place of a position in its chunk. */
export function offsetOf(position: number): number {
  return position & (chunkSize - 1);
}

/**
 * Bytes outside of the JavaScript heap: pieces are added and never change. What is dead is counted by chunk, so that a chunk
 * of which half is dead can be emptied: whoever knows what lives moves that.
 */
export class Arena implements ArenaView {
  /** A piece that is larger than a chunk has one of its own, which takes several numbers. */
  #chunks: (Buffer | undefined)[] = [];
  readonly #dead: number[] = [];
  readonly #used: number[] = [];
  readonly #free: number[] = [];
  #current = -1;

  chunkAt(position: number): Buffer {
    const chunk = this.#chunks[position >>> chunkBits];
    if (chunk === undefined) throw new RangeError(`there is nothing at ${position}`);
    return chunk;
  }

  /** As it is now, for whoever goes through it while it changes. */
  view(): ArenaView {
    const chunks = [...this.#chunks];
    return {
      chunkAt: (position) => {
        const chunk = chunks[position >>> chunkBits];
        if (chunk === undefined) throw new RangeError(`there is nothing at ${position}`);
        return chunk;
      },
    };
  }

  /** Adds a piece, and returns its position. */
  add(bytes: Buffer, length = bytes.length): number {
    if (length > chunkSize) return this.#addLarge(bytes, length);
    if (this.#current < 0 || (this.#used[this.#current] ?? 0) + length > chunkSize) this.#current = this.#begin();
    const used = this.#used[this.#current] ?? 0;
    const position = this.#current * chunkSize + used;
    bytes.copy(this.chunkAt(position), used, 0, length);
    this.#used[this.#current] = used + length;
    return position;
  }

  /** So many bytes at this position are of no use any more. True when the chunk is worth emptying. */
  drop(position: number, length: number): boolean {
    const chunk = position >>> chunkBits;
    if (length > chunkSize) {
      for (let at = chunk; at < chunk + Math.ceil(length / chunkSize); at += 1) this.#release(at);
      return false;
    }
    const dead = (this.#dead[chunk] ?? 0) + length;
    this.#dead[chunk] = dead;
    return chunk !== this.#current && dead > (this.#used[chunk] ?? 0) / 2;
  }

  /** All pieces of the chunk of a position, and the position of the first. */
  piecesBeside(position: number): { readonly bytes: Buffer; readonly from: number } {
    const chunk = position >>> chunkBits;
    return { bytes: this.chunkAt(position).subarray(0, this.#used[chunk]), from: chunk * chunkSize };
  }

  /** Of the chunk of this position, nothing is of use any more. */
  release(position: number): void {
    this.#release(position >>> chunkBits);
  }

  #begin(): number {
    const chunk = this.#free.pop() ?? this.#chunks.length;
    checkRoom(chunk + 1);
    this.#chunks[chunk] = Buffer.allocUnsafeSlow(chunkSize);
    this.#dead[chunk] = 0;
    this.#used[chunk] = 0;
    return chunk;
  }

  #addLarge(bytes: Buffer, length: number): number {
    const first = this.#chunks.length;
    checkRoom(first + Math.ceil(length / chunkSize));
    for (let at = 0; at < length; at += chunkSize) {
      this.#chunks.push(undefined);
      this.#dead.push(0);
      this.#used.push(0);
    }
    this.#chunks[first] = Buffer.from(bytes.subarray(0, length));
    return first * chunkSize;
  }

  #release(chunk: number): void {
    this.#chunks[chunk] = undefined;
    this.#free.push(chunk);
  }
}

function checkRoom(chunks: number): void {
  if (chunks > mostChunks) throw new RangeError(`what the state remembers takes more than ${mostChunks} MB`);
}
