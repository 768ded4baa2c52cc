import type { Steps } from '../../core/model/steps.ts';
import type { Clock } from '../../ports/clock.ts';

/** How long work on everybody may keep the event loop from its next turn. */
const sliceMilliseconds = 5;

/** Those whose slice is used up. There is one event loop: they have a slice each in turn, and it has its own between two. */
const waiting: (() => void)[] = [];

/** Lets others have their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(resume);
  });
}

function resume(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(resume);
}

/**
 * For long work that is no `Steps`: asked now and then, it lets others have their turn.
 *
 * @returns undefined while there is time left; otherwise what to wait for before going on
 */
export function createPauses(clock: Pick<Clock, 'monotonic'> | undefined): () => Promise<void> | undefined {
  let began = clock?.monotonic() ?? 0;
  return () => {
    if (clock === undefined || clock.monotonic() - began < sliceMilliseconds) return undefined;
    return nextTurn().then(() => {
      began = clock.monotonic();
    });
  };
}

/**
 * Carries out work on everybody, so that requests, timers and health checks do not wait for its end.
 *
 * @param clock without one, for a command that does nothing else, it is done in one go
 */
export async function inTurns<T>(steps: Steps<T>, clock: Pick<Clock, 'monotonic'> | undefined): Promise<T> {
  const pause = createPauses(clock);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const paused = pause();
    if (paused !== undefined) await paused;
  }
}
