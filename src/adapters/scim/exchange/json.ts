/**
 * JSON as targets write it. A number with more digits than a double keeps (2^53, RFC 8259 §6) becomes a bigint: ids and
 * member values are such numbers at some targets, and a rounded id is somebody else's. Written back, it is the same
 * number again.
 */

/** An integer that may be too long, wherever it stands: looked for first, because a reviver costs a multiple of parsing. */
const mayBeLong = /[[:,]\s*-?\d{16}/;

/** @throws SyntaxError when it is not JSON */
export function parseJson(text: string): unknown {
  if (!mayBeLong.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, keepLong as Reviver) as unknown;
}

/** The reviver as TypeScript's library declares it: without the source text ("JSON.parse source text access", ECMA-262). */
type Reviver = (this: unknown, key: string, value: unknown) => unknown;

function keepLong(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  const isLong = typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source);
  return isLong ? BigInt(source) : value;
}

export function writeJson(body: object): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? rawJson(String(value)) : value)); // no other value of ours cannot be written
  }
}

/** `JSON.rawJSON`, which TypeScript's library does not have yet. */
const rawJson = Reflect.get(JSON, 'rawJSON') as (text: string) => object;
