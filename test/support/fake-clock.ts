import type { Clock } from '../../src/ports/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Lets time pass, on both clocks. Whoever sleeps until then wakes in order of time (then of arrival), and may sleep
   * again within the same advance. After each one, everything that is ready runs.
   */
  advance(milliseconds: number): Promise<void>;
  /** Moves the wall clock alone, as an operator or NTP does. */
  jumpWallClock(milliseconds: number): void;
  /** Calls once when so much time has passed. @returns takes that back */
  after(milliseconds: number, call: () => void): () => void;
  /** How many are asleep. */
  sleeping(): number;
  /** Milliseconds until the first of them wakes; undefined when nobody sleeps. */
  untilNext(): number | undefined;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** When a fake clock starts unless told otherwise. */
export const firstMoment = Date.UTC(2026, 0, 5, 8);

/** `seed` makes `random` repeatable. */
export function fakeClock({ startAt = firstMoment, seed = 1 } = {}): FakeClock {
  let monotonic = 0;
  let wallOffset = startAt;
  let state = seed >>> 0;
  const sleepers = new Set<Sleeper>();

  const firstUntil = (limit: number): Sleeper | undefined => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.until <= limit && (first === undefined || sleeper.until < first.until)) first = sleeper;
    }
    return first;
  };

  return {
    now: () => wallOffset + monotonic,
    monotonic: () => monotonic,
    // A linear congruential generator (Numerical Recipes, ch. 7): plenty for jitter in tests.
    random() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const leave = (): void => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', onAbort);
        };
        const onAbort = (): void => {
          leave();
          const reason: unknown = signal.reason;
          reject(reason instanceof Error ? reason : new Error(String(reason)));
        };
        const sleeper: Sleeper = {
          until: monotonic + Math.max(0, milliseconds),
          wake: () => {
            leave();
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', onAbort, { once: true });
      }),
    after(milliseconds, call) {
      const sleeper: Sleeper = {
        until: monotonic + Math.max(0, milliseconds),
        wake: () => {
          sleepers.delete(sleeper);
          call();
        },
      };
      sleepers.add(sleeper);
      return () => void sleepers.delete(sleeper);
    },
    async advance(milliseconds) {
      const end = monotonic + milliseconds;
      await settle();
      for (let next = firstUntil(end); next !== undefined; next = firstUntil(end)) {
        monotonic = Math.max(monotonic, next.until);
        next.wake();
        await settle();
      }
      monotonic = end;
    },
    jumpWallClock(milliseconds) {
      wallOffset += milliseconds;
    },
    sleeping: () => sleepers.size,
    untilNext() {
      const first = firstUntil(Infinity);
      return first === undefined ? undefined : Math.max(0, first.until - monotonic);
    },
  };
}

/** Lets every promise that is ready, and what follows from it, run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass while somebody waits for it to. */
export async function whileTimePasses<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const ended = work.finally(() => (isOver = true));
  ended.catch(() => undefined);
  for (let idle = 0; !isOver; idle += 1) {
    const turn = (resolve: () => void): NodeJS.Immediate => setImmediate(resolve);
    // A cycle that never ends keeps no process.
    await new Promise<void>((resolve) => {
      const immediate = turn(resolve);
      if (idle > 10_000) immediate.unref();
    });
    const next = clock.untilNext();
    if (next === undefined) continue;
    idle = 0;
    await clock.advance(next);
  }
  return ended;
}
