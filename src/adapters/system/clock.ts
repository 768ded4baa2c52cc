import type { Clock } from '../../ports/clock.ts';

/** Node keeps delays in 32 bits and fires at once when they don't fit (nodejs.org, timers: `setTimeout`). */
const longestTimer = 2 ** 31 - 1;

/** The machine's own time and randomness. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: () => Math.random(),
    async sleep(milliseconds, signal) {
      const until = performance.now() + milliseconds;
      do {
        const rest = Math.max(0, until - performance.now());
        await timer(Math.min(rest, longestTimer), signal);
        // Timers may fire a millisecond early.
      } while (performance.now() < until);
    },
  };
}

function timer(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      clearTimeout(timeout);
      reject(reasonOf(signal));
    };
    const timeout = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}
