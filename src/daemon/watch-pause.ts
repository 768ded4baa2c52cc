import type { BridgeError } from '../core/model/errors.ts';
import type { WatchEnd } from '../ports/directory-source.ts';

const firstPause = 1_000;
const longestPause = 5 * 60_000;
/** A watch that lived so long was a good one. */
const goodMilliseconds = 60_000;
/** A wrong password is not tried more often than the polls would at last. */
const pauseAfterRefusal = 15 * 60_000;
/** A server may be set up anew, or another one may answer. */
const pauseWhenUnavailable = 60 * 60_000;

/** How many milliseconds to wait after a watch that ended like this and lived for so long. */
export function createWatchPause(): (end: WatchEnd | BridgeError, lived: number) => number {
  let next = firstPause;
  return (end, lived) => {
    if ('kind' in end) return pauseWhenUnavailable;
    if (end.code === 'D2S_DIRECTORY_AUTH') return pauseAfterRefusal;
    const pause = lived >= goodMilliseconds ? firstPause : next;
    next = Math.min(pause * 2, longestPause);
    return pause;
  };
}
