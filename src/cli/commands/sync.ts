import { reportJson } from '../../bridge/json/report.ts';
import { sync as syncTargets } from '../../bridge/sync.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { CycleReport } from '../../cycle/cycle-report.ts';
import { commandLine } from '../command-line.ts';
import { unreachedError } from '../../cycle/shared/unreached.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { exitCodeOf, showReport } from '../show-report.ts';
import { printJson } from '../terminal.ts';

export interface SyncOptions {
  readonly full: boolean;
  readonly target?: string;
  readonly json: boolean;
}

/** One cycle, then the end. Exit code 0 done, 1 something failed, 3 held. */
export async function sync(options: SyncOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async (ending) => {
      const reports = await syncTargets(app, options, ending);
      const call = commandLine(context);
      if (options.json) printJson(terminal, { targets: reports.map((report) => reportJson(report, call)) });
      else for (const report of reports) showReport(report, terminal, call);
      for (const line of reports.flatMap(complaints)) terminal.note(line);
      return exitCodeOf(reports);
    }),
  );
}

/** One line on standard error for whatever makes the exit code 1. */
function complaints({ target, error, failed, applied, unreached }: CycleReport): string[] {
  const all = failed.length + applied.length;
  const what = `${failed.length} of ${all} operations on target ${target} failed`;
  const incomplete = [
    failed.length === 0
      ? undefined
      : new BridgeError(
          'D2S_OPERATIONS_FAILED',
          what,
          'the reasons are above; what failed is tried again, the rest is done',
        ),
    unreachedError(target, unreached),
  ];
  return (error === undefined ? incomplete : [error]).flatMap((one) => one?.line ?? []);
}
