import type { Dispatcher } from 'undici';
import type { Line, Network } from '../../../src/adapters/scim/http/network.ts';
import type { FakeClock } from '../fake-clock.ts';
import { endless, type Outcome, type Received } from './message.ts';
import type { ScimService } from './service.ts';

/** A network without sockets, on a clock that is moved by whoever waits. */
export interface InProcess extends Network {
  /** Requests that the server has to do with: while there are any, no time passes. One that hangs is none. */
  busy(): number;
}

type Handler = Dispatcher.DispatchHandler;

/** What a connection that is closed by the other side is called (undici, `SocketError`), and one that we close ourselves. */
const errors = {
  cut: () => Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  closed: () => Object.assign(new Error('The client is destroyed'), { code: 'UND_ERR_DESTROYED' }),
};

/**
 * Carries requests to a server in the same process: what is sent arrives, whatever becomes of the sender; no more are under
 * way than there are connections; and answers overtake each other.
 *
 * @param start makes the server, which is to sleep as it is told
 * @param turns of the event loop that the next request or answer takes on its way
 */
export function inProcess(
  clock: Pick<FakeClock, 'after'>,
  start: (sleep: (milliseconds: number) => Promise<void>) => ScimService,
  turns: () => number,
): { readonly network: InProcess; readonly service: ScimService } {
  let busy = 0;
  const service = start(async (milliseconds) => {
    busy -= 1;
    await new Promise<void>((resolve) => void clock.after(milliseconds, resolve));
    busy += 1;
  });
  const travel = async (): Promise<void> => {
    for (let left = turns(); left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const carry = async (request: Received): Promise<Outcome> => {
    busy += 1;
    try {
      await travel();
      const outcome = await service.receive(request);
      await travel();
      return outcome;
    } finally {
      busy -= 1;
    }
  };
  return {
    service,
    network: {
      busy: () => busy,
      after: (milliseconds, call) => clock.after(milliseconds, call),
      open: (_origin, _route, connections) => createLine(carry, connections),
    },
  };
}

function createLine(carry: (request: Received) => Promise<Outcome>, connections: number): Line {
  const waiting: (() => void)[] = [];
  const open = new Set<Exchange>();
  let isClosed = false;
  const next = (): void => {
    while (open.size < connections && waiting.length > 0) waiting.shift()?.();
  };
  return {
    pool: {
      dispatch(options, handler) {
        waiting.push(() => {
          const exchange = new Exchange(handler, () => {
            open.delete(exchange);
            next();
          });
          open.add(exchange);
          if (isClosed) exchange.abort(errors.closed());
          else exchange.begin(() => carry(receivedFrom(options)));
        });
        next();
        return true;
      },
    },
    close: () => {
      isClosed = true;
      for (const exchange of open) exchange.abort(errors.closed());
      return Promise.resolve();
    },
  };
}

function receivedFrom({ method, path, headers, body }: Dispatcher.DispatchOptions): Received {
  if (Array.isArray(headers) || (body !== null && body !== undefined && typeof body !== 'string'))
    throw new TypeError('headers by name, and a body as text, are all that is carried');
  const named = Object.entries(headers ?? {}).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    String(value),
  ]);
  return { method, url: path, headers: Object.fromEntries(named), text: body ?? '' };
}

/** One request and its answer, as undici tells of them. */
class Exchange implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  readonly #handler: Handler;
  readonly #onEnd: () => void;
  #isOver = false;
  #goOn: (() => void) | undefined;

  constructor(handler: Handler, onEnd: () => void) {
    this.#handler = handler;
    this.#onEnd = onEnd;
  }

  /** Nothing leaves when it is given up by then. */
  begin(carry: () => Promise<Outcome>): void {
    this.#handler.onRequestStart?.(this, {});
    if (this.#isOver) return;
    void carry().then((outcome) => this.#tell(outcome));
  }

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
    this.#end(() => this.#handler.onResponseError?.(this, reason));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#goOn?.();
  }

  async #tell(outcome: Outcome): Promise<void> {
    if (this.#isOver || outcome.kind === 'hang') return;
    if (outcome.kind === 'cut') {
      this.#end(() => this.#handler.onResponseError?.(this, errors.cut()));
      return;
    }
    this.#handler.onResponseStart?.(this, outcome.kind === 'answer' ? outcome.status : 200, outcome.headers);
    for (const piece of outcome.kind === 'answer' ? [carried(outcome)] : endlessPieces()) {
      if (piece.length > 0) this.#handler.onResponseData?.(this, piece);
      if (this.paused) await new Promise<void>((resolve) => (this.#goOn = resolve));
      if (this.#hasEnded()) return;
    }
    this.#end(() => this.#handler.onResponseEnd?.(this, {}));
  }

  #hasEnded(): boolean {
    return this.#isOver;
  }

  #end(tell: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#goOn?.();
    this.#onEnd();
    tell();
  }
}

/** HTTP has no place for a body with these (RFC 9112 §6.3). */
function carried({ status, bytes }: Extract<Outcome, { kind: 'answer' }>): Buffer {
  return status === 204 || status === 304 ? bytes.subarray(0, 0) : bytes;
}

function* endlessPieces(): Generator<Buffer> {
  yield Buffer.from(endless.beginning);
  const piece = Buffer.from(endless.piece);
  for (;;) yield piece;
}
