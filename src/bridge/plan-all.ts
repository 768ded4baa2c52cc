import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import { planTarget, type PlannedTarget } from '../cycle/plan-target.ts';
import { readingsOf } from '../cycle/read/target-readings.ts';
import { explainUnreached } from '../cycle/shared/unreached.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { App } from './app.ts';
import { readAll } from './read-all.ts';
import type { StateView } from '../ports/state-store.ts';

/** What a cycle of one target would do now. */
export interface PlannedOne {
  readonly setup: TargetSetup;
  readonly plan: PlannedTarget;
  /** False: it did not answer what it was asked for the plan. */
  readonly isReachable: boolean;
}

/** What cycles of several targets would do now. */
export interface AllPlanned {
  readonly planned: readonly PlannedOne[];
  /** Of those that could not be planned, and of their directories. */
  readonly failures: readonly BridgeError[];
}

/** Reads the directories and plans; writes nothing. What is wrong with one target or its directories is no other's. */
export async function planAll(
  app: App,
  view: StateView,
  targets: readonly string[],
  full: boolean,
  signal: AbortSignal,
): Promise<AllPlanned> {
  const { setups, readings, failures } = await readAll(app, targets, { store: view, signal });
  const planned: PlannedOne[] = [];
  for (const setup of setups) {
    const own = readingsOf(setup.definition, readings);
    if (own === undefined) continue;
    try {
      const plan = await planTarget(setup, own, view, {
        ...readings,
        attempt: full ? 'everything' : 'asked',
        now: app.clock.now(),
        signal,
      });
      const incomplete = await explainUnreached(setup.target, plan.unreached, signal);
      if (incomplete !== undefined) failures.push(incomplete);
      // "Nothing to do" would not be true of a target that could not be asked at all.
      if (incomplete === undefined || plan.plan.operations.length > 0)
        planned.push({ setup, plan, isReachable: incomplete === undefined });
    } catch (thrown) {
      failures.push(toBridgeError(thrown));
    }
  }
  return { planned, failures };
}
