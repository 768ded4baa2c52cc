import { followLog, readLog, type LogRequest } from '../../bridge/log.ts';
import { parseDuration } from '../../config/duration.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { logLine } from '../show-log.ts';

export interface LogOptions {
  readonly who?: string;
  readonly target?: string;
  readonly since?: string;
  readonly cycle?: string;
  readonly failed: boolean;
  readonly follow: boolean;
  readonly json: boolean;
}

/** Prints what was sent, what came of it, and what made it. Exit code 0, also when nothing was. */
export async function log(options: LogOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const { since, json, follow, ...rest } = options;
      const request: LogRequest = { ...rest, since: since === undefined ? undefined : timeOf(since, app.clock.now()) };
      let shown = 0;
      for await (const entries of (follow ? followLog : readLog)(app, request, stopping)) {
        shown += entries.length;
        for (const entry of entries) terminal.print(json ? JSON.stringify(entry) : logLine(entry, terminal.colors));
      }
      if (shown === 0 && !json && !follow) terminal.note('Nothing was logged that fits.');
      return 0;
    }),
  );
}

/** @throws BridgeError D2S_USAGE */
function timeOf(text: string, now: number): number {
  const milliseconds = parseDuration(text);
  if (typeof milliseconds === 'number') return now - milliseconds;
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new BridgeError(
    'D2S_USAGE',
    `--since ${text} is neither a duration nor a date`,
    'write 90m, 12h, 30d, or a date such as 2026-11-20T08:00:00Z',
  );
}
