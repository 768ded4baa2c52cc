import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { parseJson } from './json.ts';
import { isBody, type Body } from '../message.ts';

/** What an answer carries. */
export type Content =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly body: Body }
  /**
   * Something else than a JSON object. `html`: a page of a proxy, a portal or a login, and not a word of the target
   * itself. `cut`: too much to read. `says`: how it begins, where it is text.
   */
  | { readonly kind: 'foreign'; readonly what: string; readonly html: boolean; readonly cut?: true; readonly says?: string };

/** So much of a text that is no JSON is looked at. */
const longestBeginning = 500;

/**
 * Reads what an answer carries. Targets are to answer `application/scim+json` or `application/json` (RFC 7644 §3.8,
 * §8.1); many leave the type out or write another one over good JSON, so that the text itself decides.
 *
 * @param bytes as they came; undefined when there were too many
 * @param maxBytes so much at most, unpacked
 */
export function contentOf(bytes: Buffer | undefined, mediaType: string | undefined, encoding: string | undefined, maxBytes: number): Content {
  if (bytes === undefined) return tooLong;
  const plain = unpack(bytes, encoding, maxBytes);
  if (!Buffer.isBuffer(plain)) return plain;
  const text = plain.toString().replace(/^\ufeff/, ''); // a byte order mark, against RFC 8259 §8.1
  if (text.trim() === '') return { kind: 'none' };
  const type = mediaType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const isJsonType = type === '' || /[/+]json$/.test(type);
  if (isJsonType || /^\s*[{[]/.test(text) || type === 'text/plain') {
    try {
      const body: unknown = parseJson(text);
      return isBody(body) ? { kind: 'json', body } : { kind: 'foreign', what: 'JSON that is no object', html: false, says: beginningOf(text) };
    } catch {
      if (isJsonType) return { kind: 'foreign', what: 'text that is not JSON', html: isPage(text), says: beginningOf(text) };
    }
  }
  const html = isPage(text);
  return { kind: 'foreign', what: html ? 'an HTML page' : `${type} in place of JSON`, html, says: beginningOf(text) };
}

const tooLong: Content = { kind: 'foreign', what: 'an answer without end', html: false, cut: true };

/** Frameworks call every text HTML (Express does), and gateways call their pages text (Traefik, ingress-nginx). */
function isPage(text: string): boolean {
  return /^\s*</.test(text) || /^\s*(?:404 page not found|default backend - 404)\s*$/i.test(text);
}

function beginningOf(text: string): string {
  return text.slice(0, longestBeginning);
}

/** Undoes encodings that nobody asked for (RFC 9110 §8.4), the last one first, as long as it does not grow beyond all bounds. */
function unpack(bytes: Buffer, encoding: string | undefined, maxOutputLength: number): Buffer | Content {
  const applied = encodingsOf(bytes, encoding);
  let unpacked = bytes;
  for (const name of applied.toReversed()) {
    const unpackOnce = unpackers[name];
    if (unpackOnce === undefined) return { kind: 'foreign', what: 'an answer in an encoding that nobody asked for', html: false };
    try {
      unpacked = unpackOnce(unpacked, { maxOutputLength });
    } catch (error) {
      if (error instanceof RangeError) return tooLong;
      return { kind: 'foreign', what: `an answer that is said to be ${name}, and is not`, html: false };
    }
  }
  return unpacked;
}

type Unpack = (bytes: Buffer, limits: { readonly maxOutputLength: number }) => Buffer;

const unpackers: Readonly<Record<string, Unpack>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  // RFC 9110 §8.4.1.2 means the zlib format; some send the bare data.
  deflate: (bytes, limits) => (((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, limits) : inflateRawSync(bytes, limits)),
  br: brotliDecompressSync,
};

function encodingsOf(bytes: Buffer, encoding: string | undefined): string[] {
  const named = (encoding ?? '').toLowerCase().split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
  if (bytes.length === 0) return [];
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  // Unpacked on the way by somebody who left the header; or packed by somebody who gave none.
  if (named.length === 1 && /^(?:x-)?gzip$/.test(named[0] ?? '') && !isGzip) return [];
  return named.length === 0 && isGzip ? ['gzip'] : named;
}
