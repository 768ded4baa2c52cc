import type { Clock } from '../ports/clock.ts';

/** One change of a directory often comes as several messages. */
const settleMilliseconds = 100;
const shortestQuiet = 500;
/** Reading takes no more than a tenth of the time. */
const quietPerReading = 10;
/** So many rings may follow each other closely; from then on there is one for each of these milliseconds. */
const burst = 10;
const refillMilliseconds = 5_000;

export interface BellParts {
  readonly clock: Clock;
  /** How many milliseconds the last reading took. */
  readonly readingTook: () => number;
  readonly ring: () => void;
  readonly signal: AbortSignal;
}

/**
 * Turns messages into rings: soon after the first one, but with a quiet time between two. A directory in which something
 * changes all the time, or in which each reading leaves a trace itself (the time of the last logon), is not read
 * without a pause.
 */
export function createBell({ clock, readingTook, ring, signal }: BellParts): () => void {
  let left = burst;
  let countedAt = clock.monotonic();
  let rangAt = -Infinity;
  let isPending = false;

  const count = (): void => {
    const now = clock.monotonic();
    left = Math.min(burst, left + (now - countedAt) / refillMilliseconds);
    countedAt = now;
  };
  const strike = (): void => {
    count();
    left -= 1;
    rangAt = clock.monotonic();
    isPending = false;
    ring();
  };

  return () => {
    if (isPending || signal.aborted) return;
    isPending = true;
    count();
    const quiet = Math.max(shortestQuiet, quietPerReading * readingTook());
    const rest = Math.max(settleMilliseconds, rangAt + quiet - clock.monotonic(), (1 - left) * refillMilliseconds);
    clock.sleep(rest, signal).then(strike, () => undefined);
  };
}
