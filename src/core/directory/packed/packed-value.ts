import type { AttributeValue } from '../../model/entry.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Dictionary } from './dictionary.ts';

/*
 * A value: a number whose three lowest bits say in which form it is, and what follows:
 *
 *   form           | the other bits            | then
 *   ---------------+---------------------------+------------------------------------------------
 *   ascii, bytes   | length in bytes           | these
 *   utf8           | length in bytes           | these
 *   utf16          | length in characters      | two bytes each: halves of surrogate pairs alone, which UTF-8 has not
 *   shared         | number in the dictionary  | -
 *   ascii + ending | length of what is before  | number of the ending (a comma and more, as of a DN), what is before it
 *   utf8 + ending  | the same                  | the same
 */
const forms = { ascii: 0, utf8: 1, utf16: 2, bytes: 3, shared: 4, asciiEnding: 5, utf8Ending: 6 } as const;

/** Where something is read, and how far reading came. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

export function readNumber(cursor: Cursor): number {
  const { bytes } = cursor;
  let byte = bytes[cursor.at++] ?? 0;
  let value = byte & 0x7f;
  for (let shift = 7; byte > 0x7f; shift += 7) {
    byte = bytes[cursor.at++] ?? 0;
    value |= (byte & 0x7f) << shift;
  }
  return value >>> 0;
}

/** @param share the number of the attribute whose value it is: those that come again are kept once */
export function writeValue(
  value: AttributeValue,
  share: number | undefined,
  dictionary: Dictionary,
  writer: ByteWriter,
): void {
  if (typeof value !== 'string') {
    writer.number((value.length << 3) | forms.bytes);
    writer.raw(value);
    return;
  }
  const shared = share === undefined ? undefined : dictionary.share(share, value);
  if (shared !== undefined) {
    writer.number((shared << 3) | forms.shared);
    return;
  }
  if (!isWellFormed(value)) {
    writeUtf16(value, writer);
    return;
  }
  const comma = endingAt(value);
  const ending = comma === undefined ? undefined : dictionary.ending(value.slice(comma));
  const own = ending === undefined ? value : value.slice(0, comma);
  const isAscii = isAsciiText(own);
  const form = ending === undefined ? forms.ascii : forms.asciiEnding;
  if (isAscii) {
    writer.number((own.length << 3) | form);
    if (ending !== undefined) writer.number(ending);
    writer.ascii(own);
    return;
  }
  const length = utf8Length(own);
  writer.number((length << 3) | (form + 1));
  if (ending !== undefined) writer.number(ending);
  writer.utf8(own);
}

export function readValue(cursor: Cursor, dictionary: Dictionary): AttributeValue {
  const head = readNumber(cursor);
  const length = head >>> 3;
  switch (head & 7) {
    case forms.ascii:
      return readAscii(cursor, length);
    case forms.utf8:
      return readUtf8(cursor, length);
    case forms.utf16:
      return readUtf16(cursor, length);
    case forms.bytes:
      return cursor.bytes.slice(cursor.at, (cursor.at += length));
    case forms.shared:
      return dictionary.textOf(length);
    case forms.asciiEnding: {
      const ending = readNumber(cursor);
      return join(readAscii(cursor, length), dictionary.endingOf(ending));
    }
    default: {
      const ending = readNumber(cursor);
      return join(readUtf8(cursor, length), dictionary.endingOf(ending));
    }
  }
}

export function skipValue(cursor: Cursor): void {
  const head = readNumber(cursor);
  const form = head & 7;
  if (form === forms.shared) return;
  if (form >= forms.asciiEnding) readNumber(cursor);
  cursor.at += form === forms.utf16 ? (head >>> 3) * 2 : head >>> 3;
}

/** Where the part begins that many have: the first comma behind which something like a DN stands. */
function endingAt(text: string): number | undefined {
  let comma = text.indexOf(',');
  while (comma > 0 && text.charCodeAt(comma - 1) === backslash) comma = text.indexOf(',', comma + 1);
  return comma > 0 && text.includes('=', comma) ? comma : undefined;
}

const backslash = 0x5c;

/** Flat: a text that is put together of two keeps both. */
function join(own: string, ending: string): string {
  return [own, ending].join('');
}

function isAsciiText(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function isWellFormed(text: string): boolean {
  return isAsciiText(text) || text.isWellFormed();
}

function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Each half of a surrogate pair stands for two of the four bytes.
    length += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return length;
}

function writeUtf16(text: string, writer: ByteWriter): void {
  writer.number((text.length << 3) | forms.utf16);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    writer.byte(code >>> 8);
    writer.byte(code & 0xff);
  }
}

function readUtf16(cursor: Cursor, length: number): string {
  const units: string[] = [];
  for (let index = 0; index < length; index += 1) {
    const high = cursor.bytes[cursor.at++] ?? 0;
    units.push(String.fromCharCode((high << 8) | (cursor.bytes[cursor.at++] ?? 0)));
  }
  return units.join('');
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function readUtf8(cursor: Cursor, length: number): string {
  return decoder.decode(cursor.bytes.subarray(cursor.at, (cursor.at += length)));
}

/** As many characters as one call may have as arguments without harm; what is longer is decoded as UTF-8. */
const shortText = 64;
const codes: number[][] = Array.from({ length: shortText + 1 }, (_, length) => new Array<number>(length).fill(0));

function readAscii(cursor: Cursor, length: number): string {
  const own = codes[length];
  if (own === undefined) return readUtf8(cursor, length);
  const { bytes } = cursor;
  let { at } = cursor;
  for (let index = 0; index < length; index += 1) own[index] = bytes[at++] ?? 0;
  cursor.at = at;
  return String.fromCharCode.apply(null, own);
}
