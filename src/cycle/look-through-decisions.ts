import type { CycleInput } from './cycle-input.ts';
import { isFresh } from './decisions.ts';

/**
 * Looks at the decisions that no target's cycle looks at: tells of those that are none, and takes out what is too old,
 * of a version that named no target or for a target that is not there.
 */
export async function lookThroughDecisions(targets: readonly string[], { store, clock, observer }: Pick<CycleInput, 'store' | 'clock' | 'observer'>): Promise<void> {
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
}
