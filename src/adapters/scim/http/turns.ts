import { setImmediate as nextTurn } from 'node:timers/promises';

/** As long as others wait for their turn. */
const sliceMilliseconds = 20;

/** For work on what a target sent, which may be much: whoever does it lets others have their turn now and then. */
export interface Turns {
  /** Goes on at once until a slice of time is used up. */
  mayPause(): Promise<void> | undefined;
}

export function createTurns(): Turns {
  let began = performance.now();
  return {
    mayPause() {
      if (performance.now() - began < sliceMilliseconds) return undefined;
      return nextTurn().then(() => {
        began = performance.now();
      });
    },
  };
}
