import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Connections at once. A kubelet, a scraper and a person need a handful. */
const mostConnections = 100;
/** The same from one address. Behind a proxy all come from one. */
const mostOfAddress = 50;

/**
 * Makes room for newcomers: where there are too many connections, in all or from the newcomer's address, the one goes
 * that has been without a whole request for the longest time, or where all have one, whose answer takes longest. So
 * whoever opens connections and says nothing, sends half a request or reads no answer shuts nobody out.
 */
export function limitConnections(server: Server): void {
  /** Those without a whole request, and those with one: each with its address, the longest first. */
  const idle = new Map<Socket, string>();
  const busy = new Map<Socket, string>();

  const firstOf = (sockets: ReadonlyMap<Socket, string>, address: string | undefined): Socket | undefined => {
    for (const [socket, own] of sockets) if (address === undefined || own === address) return socket;
    return undefined;
  };
  const countOf = (address: string): number => [...idle.values(), ...busy.values()].filter((own) => own === address).length;
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
    const address = idle.get(socket);
    if (address === undefined || hasBody(request)) return;
    idle.delete(socket);
    busy.set(socket, address);
    response.once('close', () => {
      if (busy.delete(socket) && !socket.destroyed) idle.set(socket, address);
    });
  });
}

/** Nothing here takes one: whether it comes at all is not waited for. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
