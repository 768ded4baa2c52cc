import { retryJson } from '../../bridge/json/retry.ts';
import { retry as release, type Released } from '../../bridge/retry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { count, whole } from '../../core/wording/count.ts';
import { printable } from '../../core/wording/foreign.ts';
import { commandLine } from '../command-line.ts';
import { shellUser } from '../decider.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';

export interface RetryOptions {
  readonly all: boolean;
  readonly target?: string;
  readonly json: boolean;
}

/** Ends the pauses of what failed, of one person or group or of everybody. Exit code 0. */
export async function retry(who: string | undefined, options: RetryOptions, context: CommandContext): Promise<number> {
  const { all, target, json } = options;
  const { terminal } = context;
  if ((who === undefined) !== all)
    throw new BridgeError('D2S_USAGE', 'retry needs a person or group, or --all', 'say one of both');
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const answers = await release(app, { who, target, by: shellUser() }, stopping);
      if (json) printJson(terminal, { targets: answers.map(retryJson) });
      else {
        const call = commandLine(context);
        const whose = who === undefined ? 'nothing is' : `${printable(who)} is not`;
        for (const one of answers)
          show(one, { print: terminal.print, sync: call('sync', '--target', one.target), whose });
      }
      return 0;
    }),
  );
}

/** As many as a person reads. */
const mostShown = 10;

interface Telling {
  readonly print: (line: string) => void;
  readonly sync: string;
  /** Who or what is not in quarantine, where there is none. */
  readonly whose: string;
}

function show({ target, released, targetReleased }: Released, { print, sync, whose }: Telling): void {
  const when = `A running daemon does it at its next poll; without one, run: ${sync}`;
  if (targetReleased) print(`${target}: the target itself is tried again. ${when}`);
  if (released.length === 0 && targetReleased) return;
  if (released.length === 0) {
    print(`${target}: ${whose} in quarantine`);
    return;
  }
  print(`${target}: ${count(released.length, 'entry')} ${released.length === 1 ? 'is' : 'are'} tried again. ${when}`);
  for (const { type, sourceId, cause, status, attempts } of released.slice(0, mostShown)) {
    const why = status === undefined ? cause : `${cause} (HTTP ${status})`;
    print(`  ${type} ${printable(sourceId)}: ${why}, ${count(attempts, 'attempt')}`);
  }
  if (released.length > mostShown) print(`  and ${whole(released.length - mostShown)} more`);
}
