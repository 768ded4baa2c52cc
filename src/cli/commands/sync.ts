import { reportJson } from '../../bridge/json/report.ts';
import { errorsOf, sync as syncTargets } from '../../bridge/sync.ts';
import { commandLine } from '../command-line.ts';
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
      for (const error of reports.flatMap(errorsOf)) terminal.note(error.line);
      return exitCodeOf(reports);
    }),
  );
}
