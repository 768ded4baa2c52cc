import type { Clock } from '../../ports/clock.ts';
import { isRefusal, type Answer, type Exchange, type Refusal, type ScimRequest } from './message.ts';
import type { ScimTargetOptions } from './options.ts';
import type { Pace } from './pace.ts';

/** Tries in all, of what failed without effect. */
const attempts = 4;
const firstBackOff = 500;
const longestBackOff = 20_000;
/** How long a request lets itself be turned away before it is given back to the cycle. */
const throttleBudgetMilliseconds = 15 * 60_000;

/** One try: sends, and judges the answer. */
export type Attempt = (request: ScimRequest, signal: AbortSignal) => Promise<Answer | Refusal>;

/**
 * Repeats what is safe to repeat. A target that turns us away (429, 503) stops all callers until it is ready again and
 * costs no attempt. `transient` may always be repeated: a POST that may have had an effect is `unknown` (classify.ts),
 * and is not.
 */
export function createExchange(
  attempt: Attempt,
  pace: Pace,
  clock: Clock,
  { onThrottled, onWaited }: Pick<ScimTargetOptions, 'onThrottled' | 'onWaited'>,
): Exchange {
  const takeTurn = async (deadline: number, signal: AbortSignal): Promise<boolean> => {
    const asked = clock.monotonic();
    const isOurs = await pace.turn(deadline - asked, signal);
    const waited = clock.monotonic() - asked;
    if (waited >= 1) onWaited(waited);
    return isOurs;
  };
  return async (request, signal) => {
    const deadline = clock.monotonic() + throttleBudgetMilliseconds;
    let refusal: Refusal = tooLong;
    let tries = 0;
    let throttles = 0;
    while (await takeTurn(deadline, signal)) {
      const result = await attempt(request, signal);
      if (!isRefusal(result)) return result;
      refusal = result;
      if (result.class === 'throttled') {
        const pause = pauseFor(result, throttles);
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

/**
 * What the target asked for; a back-off where it said nothing. "Now" is believed once: a target that goes on saying it
 * while it turns us away would be hammered.
 */
function pauseFor({ retryAfterMilliseconds: asked }: Refusal, throttles: number): number {
  if (asked === undefined || (asked === 0 && throttles > 0)) return ceiling(throttles);
  return asked;
}

/** Doubles from half a second to 20 seconds. Full jitter is a random part of it. */
function ceiling(failures: number): number {
  return Math.min(longestBackOff, firstBackOff * 2 ** failures);
}

/** For those who came while the target had asked to be left alone for longer than a request waits. */
const tooLong: Refusal = {
  class: 'throttled',
  detail: 'the target has asked to be left alone for longer than 15 minutes',
};
