import type { BridgeError } from '../../core/model/errors.ts';
import type { PlannedTarget } from '../../cycle/plan-target.ts';
import { commandLine } from '../command-line.ts';
import { nameLeavers } from '../name-leavers.ts';
import { errorJson, planAll } from '../plan-all.ts';
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
        const { planned: unnamed, failures } = await planAll(app, view, targets, options.full, stopping);
        const planned: PlannedTarget[] = [];
        for (const { setup, plan: one } of unnamed) planned.push(await nameLeavers(one, setup.target, view, stopping));
        const call = commandLine(context);
        if (options.json) printJson(terminal, { targets: planned.map((one) => planJson(one, call)), errors: failures.map(errorJson) });
        else for (const one of planned) showPlan(one, terminal, call);
        for (const error of failures) terminal.note(error.line);
        return exitCode(planned, failures);
      } finally {
        await view.close();
      }
    }),
  );
}

function exitCode(planned: readonly PlannedTarget[], failures: readonly BridgeError[]): number {
  const [failure] = failures;
  if (failure !== undefined) return failure.exitCode;
  if (planned.some(({ hold }) => hold !== undefined)) return 3;
  return planned.some(({ proceed }) => proceed.length > 0) ? 10 : 0;
}
