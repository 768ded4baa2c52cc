import { planJson } from '../../bridge/json/plan.ts';
import { errorJson } from '../../bridge/json/error.ts';
import { planFile } from '../../bridge/plan-file.ts';
import { plan as planTargets, type PlanAnswer } from '../../bridge/plan.ts';
import { commandLine } from '../command-line.ts';
import { progressObserver } from '../progress.ts';
import { interruptibleReading, withApp, type CommandContext } from '../session.ts';
import { showPlan } from '../show-plan.ts';
import { checkPlanPlace, writePlan } from '../plan-on-disk.ts';
import { printJson } from '../terminal.ts';
import type { SyncOptions } from './sync.ts';

export interface PlanOptions extends SyncOptions {
  /** Name everything, however much it is, and list whole targets for it. */
  readonly all?: boolean;
  /** Where the plan is written, for `apply`. */
  readonly out?: string;
}

/** Prints what `sync` would do, and why; writes nothing. Exit code 0 nothing to do, 10 changes, 3 something would be held. */
export async function plan({ json, out, ...options }: PlanOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  if (out !== undefined) await checkPlanPlace(out);
  const all = options.all === true;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptibleReading(app, async (stopping) => {
      const answer = await planTargets(app, { ...options, all }, stopping);
      const call = commandLine(context);
      if (json)
        printJson(terminal, {
          targets: answer.targets.map((one) => planJson(one, call)),
          errors: answer.failures.map(errorJson),
        });
      else for (const one of answer.targets) showPlan(one, all, terminal, call);
      for (const error of answer.failures) terminal.note(error.line);
      if (out !== undefined && answer.failures.length === 0) {
        await writePlan(out, JSON.stringify(await planFile(app, answer, options.full, call)));
        terminal.note(`Written to ${out}. Carry out exactly this: ${call('apply', out)}`);
      } else if (out !== undefined) terminal.note(`Not written to ${out}: it would not be the whole plan.`);
      return exitCode(answer);
    }),
  );
}

function exitCode({ targets, failures }: PlanAnswer): number {
  const [failure] = failures;
  if (failure !== undefined) return failure.exitCode;
  if (targets.some(({ planned: { hold } }) => hold !== undefined)) return 3;
  return targets.some(({ planned: { proceed } }) => proceed.length > 0) ? 10 : 0;
}
