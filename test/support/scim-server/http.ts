import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Answer } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import { isObject, type Json } from './protocol.ts';

const longestBody = 64 * 1024 * 1024;

export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}

export function send(
  response: ServerResponse,
  { status, body, version, location, type, headers }: Answer,
  { http }: Behaviour,
): void {
  const all = {
    ...(version === undefined ? {} : { etag: version }),
    ...(location === undefined ? {} : { location }),
    ...headers,
  };
  if (body === undefined) {
    response.writeHead(status, all).end();
    return;
  }
  const text = (http.byteOrderMark ? '\ufeff' : '') + (typeof body === 'string' ? body : JSON.stringify(body));
  const packed = {
    identity: (plain: string) => Buffer.from(plain),
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
  }[http.encoding](text);
  const encoding = http.encoding === 'identity' ? {} : { 'content-encoding': http.encoding };
  response
    .writeHead(status, { 'content-type': type ?? `${http.mediaType}; charset=utf-8`, ...encoding, ...all })
    .end(packed);
}

export async function readText(request: IncomingMessage): Promise<{ readonly text: string; readonly bytes: number }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > longestBody) throw new Error('the body is too long');
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString(), bytes };
}

export function parseBody(text: string): Json | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

export function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
