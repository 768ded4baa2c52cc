import { apply as applyPlan } from '../../bridge/apply.ts';
import { reportJson } from '../../bridge/json/report.ts';
import { errorsOf } from '../../bridge/sync.ts';
import { commandLine } from '../command-line.ts';
import { readPlan } from '../plan-on-disk.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { exitCodeOf, showReport } from '../show-report.ts';
import { printJson } from '../terminal.ts';

/** Carries out exactly the plan of a file, or nothing. Exit code 0 done, 1 refused or something failed, 3 held. */
export async function apply(
  file: string,
  { json }: { readonly json: boolean },
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const plan = await readPlan(file);
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async (ending) => {
      const reports = await applyPlan(app, plan, ending);
      const call = commandLine(context);
      if (json) printJson(terminal, { targets: reports.map((report) => reportJson(report, call)) });
      else for (const report of reports) showReport(report, terminal, call);
      for (const error of reports.flatMap(errorsOf)) terminal.note(error.line);
      return exitCodeOf(reports);
    }),
  );
}
