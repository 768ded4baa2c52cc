import { longestCookie } from '../shared/bounds.ts';

/** A message that breaks the encoding rules. Nothing after it can be trusted, so it ends the session. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** Tags of X.690 that LDAP uses (RFC 4511 §5.1). */
export const berTags = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
} as const;

export interface BerHeader {
  readonly tag: number;
  /** Bytes of tag and length together. */
  readonly size: number;
  /** Bytes of content after the header. */
  readonly length: number;
}

/**
 * Reads tag and length (X.690 §8.1) at an offset; undefined when the header is not complete yet.
 * RFC 4511 §5.1 allows only definite lengths.
 */
export function readHeader(bytes: Buffer, offset: number): BerHeader | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) return undefined;
  if (first < 0x80) return { tag, size: 2, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new MalformedMessage('a length is indefinite or longer than 4 bytes');
  if (offset + 2 + count > bytes.length) return undefined;
  return { tag, size: 2 + count, length: bytes.readUIntBE(offset + 2, count) };
}

/**
 * Walks through one BER value. ldapts reads a field that is cut short as an empty string, and a wrong inner length
 * makes it loop for ever; here both throw.
 */
export class BerCursor {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next tag, without moving. */
  peek(): number | undefined {
    return this.#bytes[this.#offset];
  }

  /** Steps into a value; returns the offset at which it ends. Without `tag` any value will do. */
  enter(tag?: number): number {
    const header = readHeader(this.#bytes, this.#offset);
    if (header === undefined) throw new MalformedMessage('a value is cut short');
    if (tag !== undefined && header.tag !== tag) {
      throw new MalformedMessage(`tag 0x${header.tag.toString(16)} stands where 0x${tag.toString(16)} belongs`);
    }
    const end = this.#offset + header.size + header.length;
    if (end > this.#bytes.length) throw new MalformedMessage('a value is longer than its message');
    this.#offset += header.size;
    return end;
  }

  /** True while there is something left before `end`; throws when a value reached beyond it. */
  within(end: number): boolean {
    if (this.#offset > end) throw new MalformedMessage('a value is longer than what contains it');
    return this.#offset < end;
  }

  /** The content of a primitive value: a view into the message, not a copy. */
  bytes(tag?: number): Buffer {
    const end = this.enter(tag);
    const content = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return content;
  }

  text(tag?: number): string {
    const end = this.enter(tag);
    const text = this.#bytes.toString('utf8', this.#offset, end);
    this.#offset = end;
    return text;
  }

  /** What the server wants to have back, and what is kept until then. @throws MalformedMessage when it is longer than any server's */
  cookie(): Buffer<ArrayBuffer> {
    const content = this.bytes(berTags.octetString);
    if (content.length > longestCookie) throw new MalformedMessage(`a cookie of ${content.length} bytes`);
    return Buffer.from(content);
  }

  /** A text that comes again and again: an attribute's description. Gives the very string that it gave before. */
  word(tag?: number): string {
    const end = this.enter(tag);
    const text = wordIn(this.#bytes, this.#offset, end);
    this.#offset = end;
    return text;
  }

  integer(tag: number): number {
    const content = this.bytes(tag);
    if (content.length === 0 || content.length > 4) throw new MalformedMessage('an integer does not fit in 4 bytes');
    return content.readIntBE(0, content.length);
  }

  skip(): void {
    this.#offset = this.enter();
  }
}

/** Words by a number made of their length and two of their bytes; the next with the same number takes the place. */
const words: (string | undefined)[] = new Array<undefined>(256).fill(undefined);

function wordIn(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  const place = (length * 31 + (bytes[start] ?? 0) * 7 + (bytes[end - 1] ?? 0)) & 255;
  const known = words[place];
  if (known?.length === length) {
    let at = 0;
    while (at < length && known.charCodeAt(at) === bytes[start + at]) at += 1;
    if (at === length) return known;
  }
  const text = bytes.toString('utf8', start, end);
  // Only ASCII has as many characters as bytes: nothing else can be compared byte by byte.
  if (text.length === length) words[place] = text;
  return text;
}
