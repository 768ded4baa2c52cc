import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';

export interface HttpProxy {
  readonly url: string;
  /** `host:port` of each CONNECT, also of those it refused. */
  readonly visits: readonly string[];
  readonly headers: readonly IncomingMessage['headers'][];
  /** Requests that came without a tunnel. */
  readonly requests: () => number;
  /** Refuses with this status from now on; `hang up`: cuts the connection; `say nothing`: never answers; undefined: connects. */
  refuseWith(how: number | 'hang up' | 'say nothing' | undefined): void;
  /** How many ends of tunnels are open. */
  ends(): number;
  /** Cuts all tunnels. */
  cut(): void;
  stop(): Promise<void>;
}

export interface HttpProxyOptions {
  /** User and password, `user:password`; without it everybody is connected. */
  readonly login?: string;
  /** Where a host name that only the proxy knows leads to. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** An HTTP proxy on loopback that makes tunnels (RFC 9110 §9.3.6). */
export async function startHttpProxy({ login, hosts = {}, tls }: HttpProxyOptions = {}): Promise<HttpProxy> {
  const visits: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const sockets = new Set<Socket>();
  let refusal: number | 'hang up' | 'say nothing' | undefined;
  let requests = 0;
  const server = tls === undefined ? createServer() : createHttpsServer(tls);
  server.on('request', (_request, response) => {
    requests += 1;
    response.writeHead(400).end('tunnels only');
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const authority = request.url ?? '';
    visits.push(authority);
    headers.push(request.headers);
    keep(sockets, client);
    if (refusal === 'hang up') return void client.destroy();
    if (refusal === 'say nothing') return undefined;
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    const status = refusal ?? (request.headers['proxy-authorization'] === expected ? 200 : 407);
    if (status !== 200) return void client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const [host = '', port = ''] = authority.split(':');
    const upstream = connect(Number(port), hosts[host] ?? host);
    keep(sockets, upstream);
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.once('close', () => client.destroy());
    client.once('close', () => upstream.destroy());
    return undefined;
  });
  const port = await listenOnLoopback(server);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    visits,
    headers,
    requests: () => requests,
    refuseWith: (how) => void (refusal = how),
    ends: () => sockets.size,
    cut,
    async stop() {
      cut();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
}
