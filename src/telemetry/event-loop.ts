import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the event loop is looked at; a delay counts from when it was due. */
const everyMilliseconds = 10;

/** Watches the event loop. The answer is for how many seconds it was kept from its next turn, at most, since the last answer. */
export function watchEventLoop(): () => number {
  const delays = monitorEventLoopDelay({ resolution: everyMilliseconds });
  delays.enable();
  return () => {
    const longest = Math.max(0, delays.max / 1e9 - everyMilliseconds / 1_000);
    delays.reset();
    return longest;
  };
}
