import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Connections at once. A kubelet, a scraper and a person need a handful. */
const mostConnections = 100;
/** The same from one address. Behind a proxy all come from one. */
const mostOfAddress = 50;

/**
 * Makes room for newcomers: where there are too many connections, in all or from the newcomer's address, the one goes
 * that has been without a whole request for the longest time, or where all have one, whose answer takes longest. So
 * whoever opens connections and says nothing, sends half a request or reads no answer shuts nobody out.
 *
 * A connection has one request at a time. RFC 9112 §9.3.2 allows more, but nobody who asks for health or metrics sends
 * the next one before the answer, and thousands in one packet would all be worked on before anybody else's.
 *
 * @param answer what answers a request; not asked about those that are cut off
 */
export function limitConnections(server: Server, answer: RequestListener): Server {
  /** Those without a whole request, and those with one: each with its address, the longest first. */
  const idle = new Map<Socket, string>();
  const busy = new Map<Socket, string>();
  const unanswered = new Set<Socket>();

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
    socket.once('close', () => {
      leave(socket);
    });
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (unanswered.has(socket)) socket.destroy();
    if (socket.destroyed) return;
    unanswered.add(socket);
    const address = idle.get(socket);
    if (address !== undefined && !hasBody(request)) {
      idle.delete(socket);
      busy.set(socket, address);
    }
    response.once('close', () => {
      // What was sent together is read in one turn, and an answer may be written within it.
      setImmediate(() => unanswered.delete(socket));
      if (address !== undefined && busy.delete(socket) && !socket.destroyed) idle.set(socket, address);
    });
    answer(request, response);
  });
  return server;
}

/** Nothing here takes one: whether it comes at all is not waited for. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
