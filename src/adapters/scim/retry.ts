import type { Clock } from '../../ports/clock.ts';
import { isRefusal, type Answer, type Exchange, type Refusal, type ScimRequest } from './message.ts';
import type { Pace } from './pace.ts';

/** Tries in all, of what failed without effect. */
const attempts = 4;
const firstBackOff = 500;
const longestBackOff = 20_000;
/** How long a request lets itself be turned away before it is given back to the cycle. */
export const throttleBudgetMilliseconds = 15 * 60_000;

/** One try: sends, and judges the answer. */
export type Attempt = (request: ScimRequest, signal: AbortSignal) => Promise<Answer | Refusal>;

/**
 * Repeats what is safe to repeat. A target that turns us away (429, 503) stops all callers until it is ready again and
 * costs no attempt. A failure that may have had an effect is repeated for idempotent verbs only; POST is sent again
 * only when it certainly was not processed.
 */
export function createExchange(
  attempt: Attempt,
  pace: Pace,
  clock: Clock,
  onThrottled: (milliseconds: number) => void,
): Exchange {
  return async (request, signal) => {
    const deadline = clock.monotonic() + throttleBudgetMilliseconds;
    let refusal: Refusal = tooLong;
    let tries = 0;
    let throttles = 0;
    while (await pace.turn(deadline - clock.monotonic(), signal)) {
      const result = await attempt(request, signal);
      if (!isRefusal(result)) return result;
      refusal = result;
      if (result.class === 'throttled') {
        const pause = result.retryAfterMilliseconds ?? ceiling(throttles);
        throttles += 1;
        pace.pause(pause);
        onThrottled(pause);
        continue;
      }
      tries += 1;
      if (result.class !== 'transient' || tries >= attempts) return result;
      await clock.sleep(ceiling(tries - 1) * clock.random(), signal);
    }
    return refusal;
  };
}

/** Doubles from half a second to 20 seconds. Full jitter is a random part of it. */
function ceiling(failures: number): number {
  return Math.min(longestBackOff, firstBackOff * 2 ** failures);
}

/** For those who came while the target had asked to be left alone for longer than a request waits. */
const tooLong: Refusal = {
  class: 'throttled',
  detail: 'the target has asked to be left alone for longer than 15 minutes',
  unprocessed: true,
};
