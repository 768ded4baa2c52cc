import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Cutter {
  readonly url: string;
  /** Bytes from the server that were passed on so far. */
  forwarded(): number;
  /** Counts from nothing again, and does this after so many bytes. */
  limit(bytes: number, then?: CutterEnd): void;
  close(): Promise<void>;
}

export type CutterEnd = 'cut' | 'silence' | 'garbage';

/**
 * A TCP proxy before a server on loopback. After `bytes` bytes from the server to the client it cuts both connections,
 * falls silent, or puts garbage in place of what follows.
 */
export async function createCutter(port: number, bytes = Infinity, then: CutterEnd = 'cut'): Promise<Cutter> {
  const sockets = new Set<Socket>();
  let forwarded = 0;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      if (then !== 'silence') client.destroy();
    });
    upstream.on('data', (chunk) => {
      const passed = chunk.subarray(0, bytes - forwarded);
      forwarded += passed.length;
      client.write(passed);
      if (then === 'garbage') client.write(Buffer.alloc(chunk.length - passed.length, 0xff));
      if (forwarded >= bytes && then === 'cut') client.destroySoon();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return {
    url: `ldap://127.0.0.1:${address.port}`,
    forwarded: () => forwarded,
    limit: (next, end = 'cut') => {
      forwarded = 0;
      bytes = next;
      then = end;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
