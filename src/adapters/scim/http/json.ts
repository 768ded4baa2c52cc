import { deepest, mostKeys } from '../shared/bounds.ts';
import { parseLong, UnreasonableJson } from './json-long.ts';
import { exactNumber } from './json-number.ts';

/**
 * JSON as targets write it. A number with more digits than a double keeps (2^53, RFC 8259 §6) becomes a bigint: ids and
 * member values are such numbers at some targets, and a rounded id is somebody else's. Written back, it is the same
 * number again.
 */

/** An integer that may be too long, wherever it stands: looked for first, because a reviver costs a multiple of parsing. */
const mayBeLong = /[[:,]\s*-?\d{16}/;

/** Characters that are parsed in one go, in about 5 ms; and with a reviver, which takes 30 times as long. What is longer is parsed in slices. */
const longestSlice = 512 * 1024;
const longestRevived = 32 * 1024;

/**
 * Nothing in it is nested deeper, and there is no more of it, than anybody can work with.
 *
 * @throws SyntaxError when it is not JSON
 * @throws UnreasonableJson when it is beyond these bounds
 */
export async function parseJson(text: string): Promise<unknown> {
  const mayHaveLong = text.length <= longestSlice && mayBeLong.test(text);
  if (text.length > (mayHaveLong ? longestRevived : longestSlice)) return parseLong([text]);
  const excess = excessOf(text);
  if (excess !== undefined) throw new UnreasonableJson(excess);
  if (!mayHaveLong) return JSON.parse(text) as unknown;
  return JSON.parse(text, keepLong as Reviver) as unknown;
}

/** Counts brackets and colons outside of texts. Says what there is too much of. */
function excessOf(text: string): string | undefined {
  const keys: number[] = [];
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (isText) {
      if (character === 0x5c) at += 1;
      else if (character === 0x22) isText = false;
    } else if (character === 0x22) isText = true;
    else if (character === 0x7b || character === 0x5b) {
      keys.push(0);
      if (keys.length > deepest) return `JSON of more than ${deepest} levels`;
    } else if (character === 0x7d || character === 0x5d) keys.pop();
    else if (character === 0x3a) {
      const count = (keys.pop() ?? 0) + 1;
      if (count > mostKeys) return `JSON with more than ${mostKeys} attributes in one object`;
      keys.push(count);
    }
  }
  return undefined;
}

/** The reviver as TypeScript's library declares it: without the source text ("JSON.parse source text access", ECMA-262). */
type Reviver = (this: unknown, key: string, value: unknown) => unknown;

function keepLong(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? exactNumber(source, value) : value;
}

export function writeJson(body: object | string): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? rawJson(String(value)) : value)); // no other value of ours cannot be written
  }
}

/** `JSON.rawJSON`, which TypeScript's library does not have yet. */
const rawJson = Reflect.get(JSON, 'rawJSON') as (text: string) => object;
