import { ByteWriter } from './byte-writer.ts';

/** Where a record begins: the chunk in the upper bits, and in the lower 18 the place in it, in steps of four bytes. */
export type Location = number;

const placeBits = 18;
const placeMask = (1 << placeBits) - 1;
const step = 4;
/** Each record begins with its length. */
const head = 4;
/** What a location can tell places in. */
const chunkSize = step * (placeMask + 1);
/** So that a small directory is small. */
const firstChunk = 16 * 1024;
/** What a location can tell chunks by. */
const mostChunks = 2 ** (32 - placeBits);

/** How far an arena was filled at some time. */
export type Mark = Readonly<Record<'chunks' | 'taken' | 'size', number>>;

/**
 * Records of bytes in large pieces of memory outside of the JavaScript heap. What was added never changes; what nobody needs
 * any more stays until `Arena` is made anew of what is left.
 */
export class Arena {
  readonly #chunks: Uint8Array[] = [];
  /** How much of the last chunk is taken. */
  #taken = 0;
  /** Bytes of all records, those included that nobody needs any more. */
  size = 0;
  readonly #writer = new ByteWriter(4 * 1024);

  /**
   * @param write one record, from whose bytes its end can be told
   * @param known a record that may be the same: then it stands for this one
   */
  add(write: (writer: ByteWriter) => void, known?: Location): Location {
    const writer = this.#writer;
    writer.at = 0;
    write(writer);
    return known !== undefined && this.#isLast(known) ? known : this.#put(writer.bytes.subarray(0, writer.at));
  }

  /** A record of another arena. */
  copy(from: Arena, location: Location): Location {
    const start = from.startOf(location);
    return this.#put(from.bytesOf(location).subarray(start, start + from.lengthOf(location)));
  }

  /** How far it is filled. */
  get mark(): Mark {
    return { chunks: this.#chunks.length, taken: this.#taken, size: this.size };
  }

  /** Forgets what was added since, which nobody needs. */
  goBack({ chunks, taken, size }: Mark): void {
    this.#chunks.length = chunks;
    this.#taken = taken;
    this.size = size;
  }

  bytesOf(location: Location): Uint8Array {
    return this.#chunks[location >>> placeBits] ?? nothing;
  }

  startOf(location: Location): number {
    return (location & placeMask) * step + head;
  }

  /** In bytes. */
  lengthOf(location: Location): number {
    const bytes = this.bytesOf(location);
    const start = (location & placeMask) * step;
    // Without a view of the chunk: this is asked for each entry that is read.
    const byte = (at: number): number => bytes[start + at] ?? 0;
    return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0;
  }

  /** How much memory it takes, what stands before it included. */
  sizeOf(location: Location): number {
    return rounded(head + this.lengthOf(location));
  }

  /** Whether what was written last is that record. */
  #isLast(location: Location): boolean {
    const length = this.#writer.at;
    if (this.lengthOf(location) !== length) return false;
    const bytes = this.bytesOf(location);
    const start = this.startOf(location);
    const own = this.#writer.bytes;
    for (let at = 0; at < length; at += 1) if (own[at] !== bytes[start + at]) return false;
    return true;
  }

  #put(record: Uint8Array): Location {
    const length = rounded(head + record.length);
    const last = this.#chunks.at(-1);
    if (last === undefined || this.#taken + length > last.length) {
      if (this.#chunks.length >= mostChunks)
        throw new RangeError(`the entries of a directory take more than ${mostChunks} MB`);
      const usual = Math.min(chunkSize, Math.max(firstChunk, this.size));
      this.#chunks.push(new Uint8Array(Math.max(usual, length)));
      this.#taken = 0;
    }
    const chunk = this.#chunks.length - 1;
    const bytes = this.#chunks[chunk] ?? nothing;
    new DataView(bytes.buffer).setUint32(this.#taken, record.length);
    bytes.set(record, this.#taken + head);
    const location = ((chunk << placeBits) | (this.#taken / step)) >>> 0;
    this.#taken += length;
    this.size += length;
    return location;
  }
}

const nothing = new Uint8Array(0);

function rounded(bytes: number): number {
  return Math.ceil(bytes / step) * step;
}
