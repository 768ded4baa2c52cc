import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Answer } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import { isObject, type Json } from './protocol.ts';

/** A request as it came, whatever it came over. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** What leaves for a request. */
export type Outcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly bytes: Buffer;
    }
  /** The connection ends without an answer. */
  | { readonly kind: 'cut' }
  /** Nothing ever comes. */
  | { readonly kind: 'hang' }
  /** 200, and JSON that never ends. */
  | { readonly kind: 'endless'; readonly headers: Readonly<Record<string, string>> };

/** What an endless answer begins with, and goes on with. */
export const endless = { beginning: '{"Resources":[', piece: `"${'x'.repeat(64 * 1024)}",` } as const;

/** An answer as it is written: its body as text, packed as the server packs it. */
export function answered({ status, body, version, location, type, headers }: Answer, { http }: Behaviour): Outcome {
  const all = {
    ...(version === undefined ? {} : { etag: version }),
    ...(location === undefined ? {} : { location }),
    ...headers,
  };
  if (body === undefined) return { kind: 'answer', status, headers: all, bytes: nothing };
  const text = (http.byteOrderMark ? '\ufeff' : '') + (typeof body === 'string' ? body : JSON.stringify(body));
  const bytes = packers[http.encoding](text);
  const encoding = http.encoding === 'identity' ? {} : { 'content-encoding': http.encoding };
  const written = { 'content-type': type ?? `${http.mediaType}; charset=utf-8`, ...encoding, ...all };
  return { kind: 'answer', status, headers: written, bytes };
}

const nothing = Buffer.alloc(0);

const packers: Readonly<Record<Behaviour['http']['encoding'], (text: string) => Buffer>> = {
  identity: (text) => Buffer.from(text),
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};

export function parseBody(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
