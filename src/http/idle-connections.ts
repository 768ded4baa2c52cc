import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readOneRequest, type OneRequest } from './one-request.ts';

/** Connections at once. A kubelet, a scraper and a person need a handful. */
const mostConnections = 100;
/** The same from one address. Behind a proxy all come from one. */
const mostOfAddress = 50;

/**
 * Makes room for newcomers: where there are too many connections, in all or from the newcomer's address, the one goes
 * that has been without a whole request for the longest time, or where all have one, whose answer takes longest. So
 * whoever opens connections and says nothing, sends half a request or reads no answer shuts nobody out.
 *
 * A connection has one request at a time, without a body.
 *
 * @param answer what answers a request; not asked about those with a body
 */
export function limitConnections(server: Server, answer: RequestListener): Server {
  /** Those without a whole request, and those with one: each with its address, the longest first. */
  const idle = new Map<Socket, string>();
  const busy = new Map<Socket, string>();
  const reads = new WeakMap<Socket, OneRequest>();

  const firstOf = (sockets: ReadonlyMap<Socket, string>, address: string | undefined): Socket | undefined => {
    for (const [socket, own] of sockets) if (address === undefined || own === address) return socket;
    return undefined;
  };
  const countOf = (address: string): number =>
    [...idle.values(), ...busy.values()].filter((own) => own === address).length;
  const leave = (socket: Socket): void => {
    idle.delete(socket);
    busy.delete(socket);
  };
  const makeRoom = (address: string): void => {
    const isCrowd = countOf(address) >= mostOfAddress;
    if (!isCrowd && idle.size + busy.size < mostConnections) return;
    const whose = isCrowd ? address : undefined;
    const victim = firstOf(idle, whose) ?? firstOf(busy, whose);
    if (victim === undefined) return;
    leave(victim);
    victim.destroy();
  };

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    makeRoom(address);
    idle.set(socket, address);
    reads.set(socket, readOneRequest(socket));
    socket.once('close', () => {
      leave(socket);
    });
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const reading = reads.get(socket);
    const address = idle.get(socket);
    if (address !== undefined) {
      idle.delete(socket);
      busy.set(socket, address);
    }
    response.once('close', () => {
      if (address !== undefined && busy.delete(socket) && !socket.destroyed) idle.set(socket, address);
      if (reading?.hasSurplus() === true) socket.destroySoon();
      else reading?.answered();
    });
    if (hasBody(request))
      response
        .writeHead(413, { connection: 'close', 'content-type': 'application/json' })
        .end('{"error":"bad request"}');
    else {
      if (reading?.hasSurplus() === true) response.setHeader('connection', 'close');
      answer(request, response);
    }
  });
  return server;
}

/** Nothing here takes one, and it is not read. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
