import { accessJson } from '../../bridge/json/access.ts';
import { errorJson } from '../../bridge/json/error.ts';
import { reportAccess as reportOf } from '../../bridge/report-access.ts';
import { accessCsv } from '../access-csv.ts';
import { progressObserver } from '../progress.ts';
import { interruptibleReading, withApp, type CommandContext } from '../session.ts';
import { showAccess } from '../show-access.ts';
import { printJson } from '../terminal.ts';

export interface ReportAccessOptions {
  readonly target?: string;
  readonly format: 'table' | 'csv' | 'json';
  readonly json: boolean;
}

/**
 * Prints who has what on each target, and what gives it. Exit code 0, or 1 where a directory could not be read: then
 * what the state knows is printed.
 */
export async function reportAccess(options: ReportAccessOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const format = options.json ? 'json' : options.format;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptibleReading(app, async (signal) => {
      const { targets, failures } = await reportOf(app, options, signal);
      if (format === 'json') printJson(terminal, { targets: targets.map(accessJson), errors: failures.map(errorJson) });
      else if (format === 'csv') terminal.print(accessCsv(targets));
      else for (const one of targets) showAccess(one, terminal);
      for (const error of failures) terminal.note(error.line);
      for (const { target, isComplete } of targets)
        if (!isComplete && format !== 'table')
          terminal.note(`${target}: its directories could not be read; there is what the state alone knows`);
      return failures[0]?.exitCode ?? 0;
    }),
  );
}
