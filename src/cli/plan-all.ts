import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { planTarget, type PlannedTarget } from '../cycle/plan-target.ts';
import { readDirectories } from '../cycle/read-directories.ts';
import { explainUnreached } from '../cycle/unreached.ts';
import type { TargetSetup } from '../cycle/target-setup.ts';
import type { App } from '../app.ts';
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

/** Reads the directories and plans; writes nothing. */
export async function planAll(app: App, view: StateView, targets: readonly string[], full: boolean, signal: AbortSignal): Promise<AllPlanned> {
  const setups = await Promise.all(targets.map((target) => app.prepare(target, signal)));
  const readings = await readDirectories(setups.map((setup) => setup.definition), app.sources, { ...app, store: view, signal });
  const planned: PlannedOne[] = [];
  const failures: BridgeError[] = [...readings.failed.values()];
  for (const setup of setups) {
    const own = [...setup.definition.maps.keys()].map((name) => readings.complete.get(name));
    if (!own.every((reading): reading is CompleteReading => reading !== undefined)) continue;
    try {
      const plan = await planTarget(setup, own, view, { ...readings, attempt: full ? 'everything' : 'asked', now: app.clock.now(), signal });
      const incomplete = await explainUnreached(setup.target, plan.unreached, signal);
      planned.push({ setup, plan, isReachable: incomplete === undefined });
      if (incomplete !== undefined) failures.push(incomplete);
    } catch (thrown) {
      failures.push(toBridgeError(thrown));
    }
  }
  return { planned, failures };
}
