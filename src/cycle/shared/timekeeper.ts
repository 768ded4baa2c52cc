import type { Clock } from '../../ports/clock.ts';

/** Measures, by the monotonic clock, how long ago this process ended a target's last cycle: no leap of the wall clock counts. */
export interface Timekeeper {
  /** A cycle of this target ended now, and the state says that it was at that time. */
  readonly note: (target: string, lastCycleAt: string) => void;
  /** Milliseconds since the cycle that the state speaks of; undefined when another process ended it. */
  readonly since: (target: string, lastCycleAt: string | undefined) => number | undefined;
}

export function createTimekeeper(clock: Pick<Clock, 'monotonic'>): Timekeeper {
  const ends = new Map<string, { readonly lastCycleAt: string; readonly monotonic: number }>();
  return {
    note: (target, lastCycleAt) => void ends.set(target, { lastCycleAt, monotonic: clock.monotonic() }),
    since(target, lastCycleAt) {
      const end = ends.get(target);
      return end === undefined || end.lastCycleAt !== lastCycleAt ? undefined : clock.monotonic() - end.monotonic;
    },
  };
}
