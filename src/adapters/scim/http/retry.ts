import type { Clock } from '../../../ports/clock.ts';
import type { Ending } from '../rate-limit/concurrency.ts';
import { isRefusal, type Answer, type Exchange, type Refusal, type ScimRequest } from '../shared/message.ts';
import type { ScimTargetOptions } from './options.ts';
import type { Pace, Turned } from '../rate-limit/pace.ts';

/**
 * Tries in all, of what failed without effect. What takes so long to fail is tried twice, and a reading once: others wait
 * behind it, and the next cycle reads again.
 */
const attempts = 4;
const longMilliseconds = 10_000;
const firstBackOff = 500;
const longestBackOff = 20_000;
/** How long a request lets itself be turned away before it is given back to the cycle. */
const throttleBudgetMilliseconds = 15 * 60_000;

/** One try: sends, and judges the answer. `onHeld` is called when that has begun, and waits for what others of us have. */
export type Attempt = (request: ScimRequest, signal: AbortSignal, onHeld: () => void) => Promise<Answer | Refusal>;

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
  return async (request, signal) => {
    const deadline = clock.monotonic() + throttleBudgetMilliseconds;
    let refusal: Refusal | undefined;
    let tries = 0;
    let waited = 0;
    let throttles = 0;
    let renewed = false;
    let isRepeated = false;
    for (;;) {
      const permit = await pace.enter(request, deadline - clock.monotonic(), signal);
      if (typeof permit === 'string') return refusal ?? notLetThrough[permit];
      if (permit.waited >= 1) onWaited(permit.waited);
      let ending: Ending = 'given_up';
      const began = clock.monotonic();
      try {
        const result = await attempt(request, signal, () => {
          // Whoever has what it waits for may have to send once more before they give it back.
          permit.leave('given_up');
        });
        ending = endingOf(result);
        if (!isRefusal(result)) return result;
        refusal = result;
        if (result.class === 'throttled') {
          const pause = pauseFor(result, throttles);
          throttles += 1;
          pace.pause(pause); // before the next one is let through
          onThrottled(pause);
          continue;
        }
        if (isFinal(result, renewed)) pace.refuse(); // before the next one is let through
      } finally {
        permit.leave(ending);
      }
      if (refusal.renewed === true && !renewed) {
        // The target looked at nothing but the credentials: any request may go once more.
        renewed = true;
        continue;
      }
      const took = clock.monotonic() - began;
      waited += took;
      tries += took < longMilliseconds ? 1 : request.method === 'GET' ? attempts : 2;
      const isPassing = refusal.class === 'transient' || refusal.class === 'unknown';
      if (refusal.class !== 'transient' || tries >= attempts || request.once === true) {
        return {
          ...refusal,
          ...(isPassing && waited >= longMilliseconds ? { late: true } : {}),
          ...(isRepeated && !isPassing ? { inPart: true } : {}),
        };
      }
      isRepeated = true;
      await clock.sleep(ceiling(tries - 1) * clock.random(), signal);
    }
  };
}

/** The credentials are refused, by the target (401) or by whoever gives out its tokens, and there are no others to try. */
function isFinal({ class: failureClass, status, renewed: hasOthers }: Refusal, tried: boolean): boolean {
  return status === 401 ? tried || hasOthers !== true : failureClass === 'auth' && status === undefined;
}

/** What an answer says about the target's strength. A refusal for a reason is an answer like any other. */
function endingOf(result: Answer | Refusal): Ending {
  if (!isRefusal(result)) return 'answered';
  if (result.class === 'throttled') return 'turned_away';
  return result.class === 'transient' || result.class === 'unknown' ? 'failed' : 'answered';
}

/**
 * What the target asked for; a back-off where it said nothing. "Now", or next to it (0, a date in the past, a thousandth of
 * a second), is believed once: a target that goes on saying it while it turns us away would be hammered.
 */
function pauseFor({ retryAfterMilliseconds: asked }: Refusal, throttles: number): number {
  if (asked === undefined || (asked < firstBackOff && throttles > 0)) return ceiling(throttles);
  return asked;
}

/** Doubles from half a second to 20 seconds. Full jitter is a random part of it. */
function ceiling(failures: number): number {
  return Math.min(longestBackOff, firstBackOff * 2 ** failures);
}

/** For those who were not let through before they had sent anything. */
const notLetThrough: Readonly<Record<Turned, Refusal>> = {
  paused: { class: 'throttled', detail: 'the target has asked to be left alone for longer than 15 minutes' },
  down: { class: 'transient', detail: 'the target answers nobody at the moment' },
  refused: { class: 'auth', detail: 'the target has just refused the credentials' },
  spent: { class: 'throttled', detail: 'what the target allows in a time is used up for longer than 15 minutes' },
};
