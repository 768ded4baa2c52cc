import type { IncomingHttpHeaders } from 'undici/types/header.js';
import type { Dispatcher } from 'undici';
import type { Places } from '../shared/answer-places.ts';
import { mostInterim } from '../shared/bounds.ts';
import { OnlyInterim } from '../shared/interim.ts';
import { Gathered } from './gathered.ts';
import { createHoldUp, startPatience, type Time } from './hold-up.ts';
import type { Line } from './network.ts';

export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Undefined when it went on for too long: the rest was not waited for. */
  readonly bytes: Buffer | undefined;
}

/** There is no whole answer. Status 0: not even its beginning. */
export interface NoAnswer {
  readonly status: number;
  /** What the connection ended with, the signal's reason, or a `Late`. */
  readonly error: unknown;
}

/** No whole answer in time. */
export class Late extends Error {
  override readonly name = 'Late';
}

interface Limits {
  readonly maxBytes: number;
  readonly milliseconds: number;
  readonly time: Time;
  readonly places: Places;
  /** Called when the answer has to wait for a place. */
  readonly onHeld: () => void;
}

/**
 * One exchange on the lowest level that undici has. Its `request` would put a stream, an abort signal for the deadline
 * and one more for both reasons to end into each exchange, which together cost as much as the exchange itself.
 *
 * @param limits `places`: what an answer that is longer than usual waits for, and keeps until whoever gave it takes it
 *   back; `milliseconds`: from now to the last byte, waiting for a connection included, and not that for a place
 */
export function sendOnce(
  pool: Line['pool'],
  request: Dispatcher.DispatchOptions,
  limits: Limits,
  signal: AbortSignal,
): Promise<WholeAnswer | NoAnswer> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let isOver = false;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let [bytes, interim] = [0, 0];
    const gathered = new Gathered();

    const end = (result: WholeAnswer | NoAnswer): void => {
      if (isOver) return;
      isOver = true;
      patience.stop();
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const giveUp = (error: unknown): void => {
      end({ status, error });
      controller?.abort(new Late('given up'));
    };
    const onAbort = (): void => {
      giveUp(signal.reason);
    };
    const patience = startPatience(limits.milliseconds, limits.time, () => {
      giveUp(new Late('too late'));
    });
    const holdUp = createHoldUp(limits.places, patience, () => isOver, limits.onHeld);
    signal.addEventListener('abort', onAbort, { once: true });

    pool.dispatch(request, {
      onRequestStart(given) {
        controller = given;
        if (isOver) given.abort(new Late('given up before it was sent'));
      },
      onResponseStart(_controller, statusCode, given) {
        if (statusCode >= 200) [status, headers] = [statusCode, given];
        else if ((interim += 1) > mostInterim) giveUp(new OnlyInterim(statusCode));
      },
      onResponseData(given, chunk) {
        bytes += chunk.length;
        if (bytes <= limits.maxBytes) {
          gathered.add(chunk);
          holdUp(given, bytes);
          return;
        }
        end({ status, headers, bytes: undefined });
        given.abort(new Late('longer than anybody reads'));
      },
      onResponseEnd: () => {
        end({ status, headers, bytes: gathered.whole() });
      },
      onResponseError: (_controller, error) => {
        end({ status, error });
      },
    });
  });
}
