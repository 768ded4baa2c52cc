import type { Clock } from '../../ports/clock.ts';
import type { CycleObserver } from '../../ports/cycle-observer.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { isEarly, isFresh } from './decisions.ts';

/** How long, after somebody decided about what no cycle has held yet, everything is read to find out whether it stands. */
const freshMilliseconds = 10 * 60_000;

/**
 * Looks at decisions before the directories are read: tells of those that are none, and takes out what no target's cycle
 * will look at because it is too old and of a version that named no target, or for a target that is not there.
 *
 * @returns whether somebody decided about what a complete reading showed and no cycle has held: what is known may be older
 */
export async function lookThroughDecisions(
  targets: readonly string[],
  { store, clock, observer }: { readonly store: StateStore; readonly clock: Clock; readonly observer: CycleObserver },
): Promise<boolean> {
  const { waiting, unusable } = await store.decisions();
  const now = clock.now();
  const old = [
    ...unusable.filter(({ at }) => at !== undefined && !isFresh(at, now)),
    ...waiting.filter(({ target, at }) => !targets.includes(target) && !isFresh(at, now)),
  ];
  for (const { key } of old) await store.removeDecision(key).catch(() => undefined); // it is passed over all the same
  for (const { key, because } of unusable) {
    if (!old.some((one) => one.key === key)) observer({ kind: 'decision_unusable', file: key, because });
  }
  return waiting.some(
    (decision) =>
      targets.includes(decision.target) &&
      isEarly(decision) &&
      Math.abs(now - Date.parse(decision.at)) < freshMilliseconds,
  );
}
