import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { listenOnLoopback } from './loopback.ts';

/** A request as it came. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface HostileTarget {
  /** Its base URL. */
  readonly url: string;
  readonly requests: readonly RawRequest[];
  close(): Promise<void>;
}

/**
 * A server on loopback that writes whatever bytes `answer` gives, HTTP or not, and closes the connection then unless
 * told to keep it. An answer of `undefined` leaves the client waiting.
 */
export async function startHostileTarget(
  answer: (request: RawRequest, socket: Socket) => Uint8Array | string | undefined,
): Promise<HostileTarget> {
  const sockets = new Set<Socket>();
  const requests: RawRequest[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const request = readRequest(bytes);
      if (request === undefined) return;
      bytes = Buffer.alloc(0);
      requests.push(request);
      const answered = answer(request, socket);
      if (answered !== undefined) socket.end(answered);
    });
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}/scim/v2`,
    requests,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function readRequest(bytes: Buffer): RawRequest | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  const [method = '', path = ''] = head.split(' ', 2);
  return { method, path, body: bytes.toString('utf8', end + 4) };
}

/** An answer of HTTP/1.1 with this body, whole. */
export function httpAnswer(
  status: number,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const content = Buffer.from(body);
  const all = {
    'content-type': 'application/scim+json',
    connection: 'close',
    'content-length': String(content.length),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${head.join('')}\r\n`, 'latin1'), content]);
}

/** The same, of a JSON object. */
export function jsonAnswer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Buffer {
  return httpAnswer(status, JSON.stringify(body), headers);
}
