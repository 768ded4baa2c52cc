/*
 * Texts as few bytes: an id that is a UUID takes 16, as does a digest, and anything else what it takes as UTF-8. A first
 * byte, the tag, says which.
 */

/** Tags below are left to whoever packs something else beside texts. */
export const uuidTag = 3;
const digestTag = 4;
const utf8Tag = 5;
/** Text with half a surrogate pair has no UTF-8. */
const utf16Tag = 6;
/** Tags from here on are left to others as well. */
export const firstOtherTag = 7;

const fixed = 16;
/** 128 bits in base64url: the last character has two of them. */
const digestShape = /^[\w-]{21}[AQgw]$/;

/** Whether a text is a digest as `keyedDigest` makes them. */
export function isDigest(text: string): boolean {
  return text.length === 22 && digestShape.test(text);
}

/** Room that a text may take at most. */
export function mostBytes(text: string): number {
  return 6 + 3 * text.length;
}

/** Writes a text and returns the position after it. */
export function packText(text: string, buffer: Buffer, at: number): number {
  if (text.length === 36 && packUuid(text, buffer, at + 1)) {
    buffer[at] = uuidTag;
    return at + 1 + fixed;
  }
  if (isDigest(text)) {
    buffer[at] = digestTag;
    buffer.write(text, at + 1, 'base64url');
    return at + 1 + fixed;
  }
  const isWhole = text.isWellFormed();
  buffer[at] = isWhole ? utf8Tag : utf16Tag;
  const length = buffer.write(text, at + 5, isWhole ? 'utf8' : 'utf16le');
  buffer.writeUInt32LE(length, at + 1);
  return at + 5 + length;
}

/** Whether it is one in lower case; then its 16 bytes are there. */
function packUuid(text: string, buffer: Buffer, at: number): boolean {
  let to = at;
  for (let from = 0; from < 36;) {
    if (from === 8 || from === 13 || from === 18 || from === 23) {
      if (text.charCodeAt(from) !== dash) return false;
      from += 1;
      continue;
    }
    const high = hexDigits[text.charCodeAt(from)] ?? none;
    const low = hexDigits[text.charCodeAt(from + 1)] ?? none;
    if (high === none || low === none) return false;
    buffer[to] = (high << 4) | low;
    to += 1;
    from += 2;
  }
  return true;
}

const dash = 0x2d;
const none = 0xff;
/** What a character stands for; `none` where it is no digit, or one in upper case. */
const hexDigits = new Uint8Array(128).fill(none);
for (let digit = 0; digit < 16; digit += 1) hexDigits[digit.toString(16).charCodeAt(0)] = digit;

/** The position after the text that begins here. */
export function afterText(buffer: Buffer, at: number): number {
  const tag = buffer[at];
  return tag === uuidTag || tag === digestTag ? at + 1 + fixed : at + 5 + buffer.readUInt32LE(at + 1);
}

/** The text that begins here. */
export function unpackText(buffer: Buffer, at: number): string {
  const end = afterText(buffer, at);
  switch (buffer[at]) {
    case uuidTag: {
      const hex = buffer.toString('hex', at + 1, end);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }
    case digestTag:
      return buffer.toString('base64url', at + 1, end);
    case utf8Tag:
      return buffer.toString('utf8', at + 5, end);
    case utf16Tag:
      return buffer.toString('utf16le', at + 5, end);
    default:
      throw new RangeError(`no text begins with ${buffer[at]}`);
  }
}

/** Of packed texts; not for anybody to rely on but within one process. */
export function hashOf(buffer: Buffer, from: number, to: number): number {
  let hash = seed;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (buffer[at] ?? 0), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Another one in each process, so that nobody can choose ids that collide. */
const seed = Math.floor(Math.random() * 0x1_0000_0000) | 1;
