import type { Clock } from '../../ports/clock.ts';

/** The gate before one target, shared by all who send to it. */
export interface Pace {
  /**
   * Waits for this caller's turn. False, at once, when a pause lasts longer than the caller is ready to wait.
   * Rejects with the signal's reason.
   */
  turn(patienceMilliseconds: number, signal: AbortSignal): Promise<boolean>;
  /** Nobody sends before the time is over. */
  pause(milliseconds: number): void;
}

/**
 * With a rate, requests leave evenly spread: any window of a second sees at most that many, whichever way the vendor
 * counts. A pause lasts up to a tenth longer than asked, so that several replicas don't come back in one moment.
 */
export function createPace(clock: Clock, requestsPerSecond: number | undefined): Pace {
  const interval = requestsPerSecond === undefined ? 0 : 1000 / requestsPerSecond;
  let pausedUntil = -Infinity;
  let nextSlot = -Infinity;
  /** Counts pauses: a slot that was taken before one is no longer good. */
  let pauses = 0;

  const rest = (): number => Math.max(0, pausedUntil - clock.monotonic());

  /** Takes the next free slot and waits for it. False when a pause came in between. */
  const takeSlot = async (signal: AbortSignal): Promise<boolean> => {
    const now = clock.monotonic();
    const slot = Math.max(now, nextSlot);
    const seen = pauses;
    nextSlot = slot + interval;
    if (slot > now) await clock.sleep(slot - now, signal);
    return seen === pauses;
  };

  return {
    async turn(patience, signal) {
      const deadline = clock.monotonic() + patience;
      do {
        // Again and again: the pause may have been prolonged, and timers may fire a little early.
        for (let wait = rest(); wait > 0; wait = rest()) {
          if (clock.monotonic() + wait > deadline) return false;
          await clock.sleep(wait, signal);
        }
      } while (!(await takeSlot(signal)));
      return true;
    },
    pause(milliseconds) {
      const until = clock.monotonic() + milliseconds * (1 + clock.random() * 0.1);
      pauses += 1;
      pausedUntil = Math.max(pausedUntil, until);
      nextSlot = pausedUntil;
    },
  };
}
