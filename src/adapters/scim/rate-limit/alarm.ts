import type { Clock } from '../../../ports/clock.ts';

/** One timer for all who wait. */
export interface Alarm {
  /** Rings after so many milliseconds, unless it rings earlier anyway; never, for Infinity. */
  set(milliseconds: number): void;
  /** So that nothing keeps the process alive when nobody waits. */
  cancel(): void;
}

/** However little is missing, time moves on. */
const shortest = 0.01;

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let current: { readonly at: number; readonly controller: AbortController } | undefined;
  const cancel = (): void => {
    const { controller } = current ?? {};
    current = undefined;
    controller?.abort();
  };
  return {
    set(milliseconds) {
      const at = clock.monotonic() + milliseconds;
      if (milliseconds === Infinity || (current !== undefined && current.at <= at)) return;
      cancel();
      const mine = { at, controller: new AbortController() };
      current = mine;
      clock.sleep(Math.max(shortest, milliseconds), mine.controller.signal).then(
        () => {
          if (current !== mine) return;
          current = undefined;
          ring();
        },
        () => undefined, // cancelled
      );
    },
    cancel,
  };
}
