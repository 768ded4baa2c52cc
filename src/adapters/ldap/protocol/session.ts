import type { Socket } from 'node:net';
import { UnbindRequest, type BindRequest, type ExtendedRequest, type SearchRequest } from 'ldapts';
import { MessageStream } from './message-stream.ts';
import type { LdapMessage, LdapResult } from './message.ts';
import type { ReadingBudget } from './reading-budget.ts';
import { nameOfCode, quote } from './result-code.ts';

/**
 * One connection, used for one reading and never again. ldapts encodes the requests; its client is not used: it would
 * reconnect silently (anonymously, and in clear after StartTLS), keep whole results in memory, and wait for ever.
 */
export interface Session {
  /** The server's URL. */
  readonly server: string;
  /**
   * Sends a request and gives what comes before its result to `onMessage`, which is awaited (back-pressure down to
   * the socket). One request at a time; its message id is set here. Rejects with a BridgeError when the connection
   * fails in any way, and with whatever `onMessage` throws. After a rejection the session is dead.
   */
  request(
    request: BindRequest | ExtendedRequest | SearchRequest,
    onMessage?: (message: Exclude<LdapMessage, LdapResult>) => void | Promise<void>,
  ): Promise<LdapResult>;
  /** Gives the socket away, for StartTLS. */
  release(): Socket;
  /** Unbinds and closes. */
  close(): void;
  /** Closes without a word. */
  destroy(): void;
}

/**
 * Wraps a connected socket. `idleMilliseconds` is how long the server may leave us waiting for one message, `budget` what
 * it may send.
 */
export function createSession(
  socket: Socket,
  server: string,
  idleMilliseconds: number,
  signal: AbortSignal,
  budget: ReadingBudget,
): Session {
  const stream = new MessageStream(socket, server, idleMilliseconds, signal);
  let lastId = 0;

  const nextMessage = async (id: number): Promise<LdapMessage> => {
    const message = await stream.next();
    budget.note(message.kind, stream.bytes);
    if (message.id === id) return message;
    // Message id 0 is a notice of disconnection (RFC 4511 §4.4.1); its code tells why.
    if (message.id === 0 && message.kind === 'extended_response') {
      throw stream.fail(`${server} ends the connection: ${nameOfCode(message.code)}${quote(message.diagnostic)}`);
    }
    throw stream.fail(`${server} answered a request that was never sent`);
  };

  return {
    server,
    async request(request, onMessage) {
      request.messageId = lastId += 1;
      try {
        stream.write(request.write());
        for (;;) {
          const message = await nextMessage(request.messageId);
          if ('code' in message) return message;
          await onMessage?.(message);
        }
      } catch (error) {
        // The rest of an answer may still be on its way: nothing else can be asked on this connection.
        stream.fail(`reading from ${server} was given up`, error);
        throw error;
      }
    },
    release: () => stream.release(),
    close: () => stream.end(new UnbindRequest({ messageId: lastId + 1 }).write()),
    destroy: () => void stream.fail(`the connection to ${server} was given up`),
  };
}
