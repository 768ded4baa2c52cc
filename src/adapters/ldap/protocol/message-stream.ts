import type { Socket } from 'node:net';
import { BridgeError } from '../../../core/model/errors.ts';
import { decodeInTurns, type LdapMessage } from './message.ts';
import { largestMessage } from '../shared/bounds.ts';
import { MalformedMessage, berTags, readHeader } from './ber.ts';

interface Waiting {
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: BridgeError) => void;
}

/**
 * The messages that arrive on one connection, taken one by one; while nobody takes them the socket is paused.
 * Every way in which the connection can end (error, end, silence, bytes that are no LDAP, the signal) fails it once
 * and for good: `next` rejects from then on, even when messages are left. There is no way back.
 */
export class MessageStream {
  readonly #socket: Socket;
  readonly #server: string;
  readonly #idleMilliseconds: number;
  readonly #signal: AbortSignal;
  readonly #framing: Framing = createFraming();
  readonly #queue: Buffer[] = [];
  #waiting: Waiting | undefined;
  #bytes = 0;
  #failure: BridgeError | undefined;

  constructor(socket: Socket, server: string, idleMilliseconds: number, signal: AbortSignal) {
    this.#socket = socket;
    this.#server = server;
    this.#idleMilliseconds = idleMilliseconds;
    this.#signal = signal;
    socket.on('data', this.#onData);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    // What happened before these lines gives no event any more.
    if (signal.aborted) this.#onAbort();
    else if (socket.destroyed) this.#onClose();
  }

  /** The size of all messages that were taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Rejects with a BridgeError when the connection has failed or fails meanwhile. */
  async next(): Promise<LdapMessage> {
    const frame = await this.#nextFrame();
    this.#bytes += frame.length;
    try {
      return await decodeInTurns(frame);
    } catch (error) {
      throw this.#unreadable(error);
    }
  }

  write(bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#socket.write(bytes);
  }

  /** Ends the connection; returns the error that everybody gets from now on (the first one stays). */
  fail(message: string, cause?: unknown): BridgeError {
    this.#failure ??= incomplete(message, cause);
    this.#leave();
    this.#socket.destroy();
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
    return this.#failure;
  }

  /** Gives the socket away, untouched, to whoever speaks TLS on it. */
  release(): Socket {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#framing.pending || this.#queue.length > 0) {
      // Whoever can write into a connection in clear could otherwise put words in the server's mouth.
      throw this.fail(`${this.#server} sent more than its answer before TLS began`);
    }
    this.#failure = incomplete(`the connection to ${this.#server} was given away`);
    this.#leave();
    this.#socket.off('data', this.#onData).off('error', this.#onError).off('close', this.#onClose);
    return this.#socket;
  }

  /** Sends the last bytes and closes. */
  end(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#failure = incomplete(`the connection to ${this.#server} is closed`);
    this.#leave();
    this.#socket.end(bytes);
    this.#socket.destroySoon();
  }

  #nextFrame(): Promise<Buffer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const frame = this.#queue.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.fail(`${this.#server} was silent for ${this.#idleMilliseconds / 1000} s while an answer was due`);
      }, this.#idleMilliseconds);
      this.#waiting = {
        resolve: (arrived) => {
          clearTimeout(timer);
          resolve(arrived);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#socket.resume();
    });
  }

  #leave(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#queue.length = 0;
  }

  #unreadable(error: unknown): BridgeError {
    return this.fail(`${this.#server} sent something that cannot be read: ${String(error)}`, error);
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      for (const message of this.#framing.push(chunk)) this.#queue.push(message);
    } catch (error) {
      this.#unreadable(error);
      return;
    }
    const frame = this.#waiting === undefined ? undefined : this.#queue.shift();
    if (frame !== undefined) {
      this.#waiting?.resolve(frame);
      this.#waiting = undefined;
    }
    if (this.#queue.length > 0) this.#socket.pause();
  };

  readonly #onError = (error: Error): void => {
    this.fail(`the connection to ${this.#server} broke: ${error.message}`, error);
  };

  readonly #onClose = (): void => {
    this.fail(`${this.#server} closed the connection before its answer was complete`);
  };

  readonly #onAbort = (): void => {
    this.#failure ??= interruption(this.#signal, this.#server);
    this.fail('interrupted');
  };
}

/** What an aborted reading rejects with: the caller's own error when it gave one. */
export function interruption(signal: AbortSignal, server: string): BridgeError {
  return signal.reason instanceof BridgeError
    ? signal.reason
    : new BridgeError(
        'D2S_INTERRUPTED',
        `reading from ${server} was interrupted`,
        'nothing was changed; the next cycle reads again',
        signal.reason,
      );
}

function incomplete(message: string, cause?: unknown): BridgeError {
  return new BridgeError(
    'D2S_DIRECTORY_READ_INCOMPLETE',
    message,
    'nothing was changed; the next cycle reads again. When it stays, look at the server and the network between',
    cause,
  );
}

interface Framing {
  /** Takes what the socket gave and returns the messages that became complete, each with its header. */
  push(chunk: Buffer): Buffer[];
  /** True when part of a message is waiting for its rest. */
  readonly pending: boolean;
}

/**
 * Cuts a byte stream into LDAP messages (RFC 4511 §5.1: one BER sequence each). Parts are joined once, when the
 * message is complete, so that a group with 100,000 members costs linear time. Throws MalformedMessage.
 */
function createFraming(): Framing {
  let parts: Buffer[] = [];
  let size = 0;
  let needed = 2;

  return {
    get pending() {
      return size > 0;
    },
    push(chunk) {
      parts.push(chunk);
      size += chunk.length;
      if (size < needed) return [];
      const bytes = parts.length === 1 ? chunk : Buffer.concat(parts, size);
      const messages: Buffer[] = [];
      let offset = 0;
      needed = 2;
      while (offset < bytes.length) {
        const header = readHeader(bytes, offset);
        if (bytes[offset] !== berTags.sequence) throw new MalformedMessage('this is not LDAP');
        if (header === undefined) {
          needed = bytes.length - offset + 1;
          break;
        }
        if (header.length > largestMessage) throw new MalformedMessage(`a message of ${header.length} bytes`);
        const end = offset + header.size + header.length;
        if (end > bytes.length) {
          needed = end - offset;
          break;
        }
        messages.push(bytes.subarray(offset, end));
        offset = end;
      }
      parts = offset < bytes.length ? [bytes.subarray(offset)] : [];
      size = bytes.length - offset;
      return messages;
    },
  };
}
