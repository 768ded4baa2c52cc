import { runCycles } from '../../cycle/run-cycles.ts';
import { progressObserver } from '../progress.ts';
import { chosenTargets, interruptible, withApp, type CommandContext } from '../session.ts';
import { exitCodeOf, reportJson, showReport } from '../show-report.ts';
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
    interruptible(app, async ({ stopping, aborting }) => {
      const targets = chosenTargets(app, options.target);
      const store = await app.openStore();
      try {
        const reports = await runCycles(targets, {
          ...app,
          mode: options.full ? 'full' : 'incremental',
          attempt: options.full ? 'everything' : 'asked',
          store,
          signal: aborting,
          isStopping: () => stopping.aborted,
        });
        if (options.json) printJson(terminal, { targets: reports.map(reportJson) });
        else for (const report of reports) showReport(report, terminal);
        for (const { error } of reports) if (error !== undefined) terminal.note(error.line);
        return exitCodeOf(reports);
      } finally {
        await store.close();
      }
    }),
  );
}
