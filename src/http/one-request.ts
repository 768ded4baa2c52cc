import type { Socket } from 'node:net';

/** What one connection may say: the head of one request, until it was answered. */
export interface OneRequest {
  /** The answer was sent: the head of the next request may come. */
  answered(): void;
  /** Something came after the head, a body or another request, and was not read: nothing more can be made of it. */
  hasSurplus(): boolean;
}

/**
 * Has a connection read one request at a time. RFC 9112 §9.3.2 allows more, but nobody who asks for health or metrics
 * sends the next one before the answer, and has nothing to say in a body. The parser of Node works through all that came
 * in one packet, thousands of requests or tiny chunks, before anybody else gets a turn, and cannot be stopped within it:
 * so it is given nothing beyond the empty line that ends a head.
 *
 * @param socket one that an HTTP server just accepted
 */
export function readOneRequest(socket: Socket): OneRequest {
  const parsers = socket.listeners('data');
  let isComplete = false;
  let surplus = false;
  let before = '';
  socket.on('data', (bytes: Buffer) => {
    if (isComplete) {
      surplus = true;
      socket.pause();
      return;
    }
    const text = before + bytes.toString('latin1');
    const end = endOfHead(text);
    isComplete = end !== undefined;
    const length = end === undefined ? bytes.length : end - before.length;
    surplus = length < bytes.length;
    before = text.slice(-2);
    for (const parse of parsers) Reflect.apply(parse, socket, [bytes.subarray(0, length)]);
  });
  for (const parse of parsers) socket.off('data', parse as (bytes: Buffer) => void);
  return {
    answered: () => {
      isComplete = false;
      before = '';
    },
    hasSurplus: () => surplus,
  };
}

/** Behind the first empty line, with CR LF or LF alone (RFC 9112 §2.2). */
function endOfHead(text: string): number | undefined {
  const found = /\n\r?\n/.exec(text);
  return found === null ? undefined : found.index + found[0].length;
}
