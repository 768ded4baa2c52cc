import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Cutter {
  readonly url: string;
  /** Bytes from the server that were passed on so far. */
  forwarded(): number;
  close(): Promise<void>;
}

/**
 * A TCP proxy before a server on loopback. After `bytes` bytes from the server to the client it cuts both connections
 * or falls silent.
 */
export async function createCutter(port: number, bytes = Infinity, then: 'cut' | 'silence' = 'cut'): Promise<Cutter> {
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
      if (then === 'cut') client.destroy();
    });
    upstream.on('data', (chunk) => {
      const passed = chunk.subarray(0, bytes - forwarded);
      forwarded += passed.length;
      client.write(passed);
      if (forwarded >= bytes && then === 'cut') client.destroySoon();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return {
    url: `ldap://127.0.0.1:${address.port}`,
    forwarded: () => forwarded,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
