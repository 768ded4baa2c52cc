import { toBridgeError, type BridgeError } from '../../core/model/errors.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { planTarget, type PlannedTarget } from '../../cycle/plan-target.ts';
import { unreachedError } from '../../cycle/unreached.ts';
import { readDirectories } from '../../cycle/read-directories.ts';
import type { App } from '../../app.ts';
import type { StateView } from '../../ports/state-store.ts';
import { nameLeavers } from '../name-leavers.ts';
import { progressObserver } from '../progress.ts';
import { chosenTargets, interruptible, withApp, type CommandContext } from '../session.ts';
import { planJson, showPlan } from '../show-plan.ts';
import { printJson } from '../terminal.ts';
import type { SyncOptions } from './sync.ts';

/** Prints what `sync` would do, and why; writes nothing. Exit code 0 nothing to do, 10 changes, 3 something would be held. */
export async function plan(options: SyncOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const targets = chosenTargets(app, options.target);
      const view = await app.openView();
      try {
        const { planned, failures } = await planAll(app, view, targets, options.full, stopping);
        if (options.json) printJson(terminal, { targets: planned.map(planJson), errors: failures.map(errorJson) });
        else for (const one of planned) showPlan(one, terminal);
        for (const error of failures) terminal.note(error.line);
        return exitCode(planned, failures);
      } finally {
        await view.close();
      }
    }),
  );
}

interface AllPlanned {
  readonly planned: readonly PlannedTarget[];
  readonly failures: readonly BridgeError[];
}

async function planAll(
  app: App,
  view: StateView,
  targets: readonly string[],
  full: boolean,
  signal: AbortSignal,
): Promise<AllPlanned> {
  const setups = await Promise.all(targets.map((target) => app.prepare(target, signal)));
  const definitions = setups.map((setup) => setup.definition);
  const readings = await readDirectories(definitions, app.sources, { ...app, store: view, signal });
  const planned: PlannedTarget[] = [];
  const failures: BridgeError[] = [...readings.failed.values()];
  for (const setup of setups) {
    const own = [...setup.definition.maps.keys()].map((name) => readings.complete.get(name));
    if (!own.every((reading): reading is CompleteReading => reading !== undefined)) continue;
    try {
      const plan = await planTarget(setup, own, view, { ...readings, attempt: full ? 'everything' : 'asked', now: app.clock.now(), signal });
      planned.push(await nameLeavers(plan, setup.target, view, signal));
      const incomplete = unreachedError(plan.target, plan.unreached);
      if (incomplete !== undefined) failures.push(incomplete);
    } catch (thrown) {
      failures.push(toBridgeError(thrown));
    }
  }
  return { planned, failures };
}

function exitCode(planned: readonly PlannedTarget[], failures: readonly BridgeError[]): number {
  const [failure] = failures;
  if (failure !== undefined) return failure.exitCode;
  if (planned.some(({ hold }) => hold !== undefined)) return 3;
  return planned.some(({ proceed }) => proceed.length > 0) ? 10 : 0;
}

function errorJson({ code, message, remedy }: BridgeError): unknown {
  return { code, message, remedy };
}
