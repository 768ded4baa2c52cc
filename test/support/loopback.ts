import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import type { TestContext } from 'node:test';

/** Has a server listen on a free port of 127.0.0.1. @returns the port */
export async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}

/** The same for one test, after which the server and its connections are gone. @returns its URL */
export async function serveOnLoopback(context: TestContext, server: HttpServer): Promise<string> {
  const port = await listenOnLoopback(server);
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}
