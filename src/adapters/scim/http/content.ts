import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { longestSpace, mostEncodings } from '../shared/bounds.ts';
import { parseJson } from './json.ts';
import { parseLong, UnreasonableJson } from './json-long.ts';
import { piecesOf } from './text-window.ts';
import { isBody, type Body } from '../shared/message.ts';

/** What an answer carries. */
export type Content =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly body: Body }
  /**
   * Something else than a JSON object. `html`: a page of a proxy, a portal or a login, and not a word of the target
   * itself. `cut`: more bytes than are read. `says`: how it begins, where it is text.
   */
  | {
      readonly kind: 'foreign';
      readonly what: string;
      readonly html: boolean;
      readonly cut?: true;
      readonly says?: string;
    };

/** So much of a text that is no JSON is looked at. */
const longestBeginning = 500;

/**
 * Reads what an answer carries. Targets are to answer `application/scim+json` or `application/json` (RFC 7644 §3.8,
 * §8.1); many leave the type out or write another one over good JSON, so that the text itself decides.
 *
 * @param bytes as they came; undefined when there were too many
 * @param maxBytes so much at most, unpacked
 */
export async function contentOf(
  bytes: Buffer | undefined,
  mediaType: string | undefined,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Content> {
  if (bytes === undefined) return tooLong;
  const plain = await unpack(bytes, encoding, maxBytes);
  if (!Buffer.isBuffer(plain)) return plain;
  const unmarked = hasMark(plain) ? plain.subarray(mark.length) : plain;
  const isLong = unmarked.length > longestSpace;
  const head = unmarked.toString('utf8', 0, longestSpace);
  const beginning = head.trimStart().slice(0, longestBeginning);
  if (beginning === '') return isLong ? { kind: 'foreign', what: 'nothing but spaces', html: false } : { kind: 'none' };
  const type = mediaType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const isJsonType = type === '' || /[/+]json$/.test(type);
  if (isJsonType || /^[{[]/.test(beginning) || type === 'text/plain') {
    try {
      const body = await (isLong ? parseLong(piecesOf(unmarked)) : parseJson(head));
      return isBody(body)
        ? { kind: 'json', body }
        : { kind: 'foreign', what: 'JSON that is no object', html: false, says: beginning };
    } catch (error) {
      if (error instanceof UnreasonableJson)
        return { kind: 'foreign', what: error.message, html: false, says: beginning };
      if (!(error instanceof SyntaxError)) throw error;
      if (isJsonType)
        return { kind: 'foreign', what: 'text that is not JSON', html: isPage(beginning), says: beginning };
    }
  }
  const html = isPage(beginning);
  return { kind: 'foreign', what: html ? 'an HTML page' : `${type} in place of JSON`, html, says: beginning };
}

const tooLong: Content = { kind: 'foreign', what: 'an answer without end', html: false, cut: true };

/** A byte order mark, against RFC 8259 §8.1. */
const mark = Buffer.from('\ufeff');

function hasMark(bytes: Buffer): boolean {
  return bytes.subarray(0, mark.length).equals(mark);
}

/** Frameworks call every text HTML (Express does), and gateways call their pages text (Traefik, ingress-nginx). */
function isPage(beginning: string): boolean {
  return /^<|^(?:404 page not found|default backend - 404)\s*$/i.test(beginning);
}

/** Whether an answer is larger than it looks. */
export function isPacked({
  bytes,
  headers,
}: {
  readonly bytes: Buffer | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}): boolean {
  return bytes !== undefined && (headers['content-encoding'] !== undefined || encodingsOf(bytes, undefined).length > 0);
}

/** Undoes encodings that nobody asked for (RFC 9110 §8.4), the last one first, as long as it does not grow beyond all bounds. */
async function unpack(bytes: Buffer, encoding: string | undefined, maxOutputLength: number): Promise<Buffer | Content> {
  const applied = encodingsOf(bytes, encoding);
  if (applied.length > mostEncodings) return inUnasked;
  let unpacked = bytes;
  for (const name of applied.toReversed()) {
    const unpackOnce = unpackers.get(name);
    if (unpackOnce === undefined) return inUnasked;
    try {
      unpacked = await unpackOnce(unpacked, { maxOutputLength });
    } catch (error) {
      if (error instanceof RangeError) return tooLong;
      return { kind: 'foreign', what: `an answer that is said to be ${name}, and is not`, html: false };
    }
  }
  return unpacked;
}

const inUnasked: Content = { kind: 'foreign', what: 'an answer in an encoding that nobody asked for', html: false };

/** Outside of the event loop: 16 MB take longer than others should wait. */
type Unpack = (bytes: Buffer, limits: { readonly maxOutputLength: number }) => Promise<Buffer>;

const unpackDeflate = promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(inflate);
const unpackBareDeflate = promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(inflateRaw);
const unpackGzip = promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(gunzip);

const unpackers: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', unpackGzip],
  ['x-gzip', unpackGzip],
  // RFC 9110 §8.4.1.2 means the zlib format; some send the bare data.
  [
    'deflate',
    (bytes: Buffer, limits: { readonly maxOutputLength: number }) =>
      (((bytes[0] ?? 0) & 0x0f) === 8 ? unpackDeflate : unpackBareDeflate)(bytes, limits),
  ],
  ['br', promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(brotliDecompress)],
]);

function encodingsOf(bytes: Buffer, encoding: string | undefined): string[] {
  const named = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (bytes.length === 0) return [];
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  // Unpacked on the way by somebody who left the header; or packed by somebody who gave none.
  if (named.length === 1 && /^(?:x-)?gzip$/.test(named[0] ?? '') && !isGzip) return [];
  return named.length === 0 && isGzip ? ['gzip'] : named;
}
