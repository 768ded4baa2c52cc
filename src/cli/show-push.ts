import type { CommandLine } from '../bridge/command-line.ts';
import type { Pushed } from '../bridge/push-explained.ts';
import { BridgeError } from '../core/model/errors.ts';
import { printable } from '../core/wording/foreign.ts';
import { countsDone, countsToDo } from '../core/wording/operation-counts.ts';
import type { TargetExplanation } from '../cycle/explain-target.ts';
import type { Terminal } from './terminal.ts';
import { resourceTypeName } from './words.ts';

/**
 * Whether a person wants what is due for an entry to be sent, by `--yes` or by word.
 *
 * @throws BridgeError D2S_USAGE when nobody can be asked
 */
export async function isPushWanted(
  due: readonly TargetExplanation[],
  yes: boolean,
  { ask, note }: Pick<Terminal, 'ask' | 'note'>,
): Promise<boolean> {
  if (yes) return true;
  const what = due.map(({ operations, target }) => `${countsToDo(operations)} on ${target}`).join(', ');
  if (ask === undefined)
    throw new BridgeError(
      'D2S_USAGE',
      `--push would send: ${what}; nobody can be asked here`,
      'add --yes if it is right',
    );
  const isWanted = await ask(`Send now: ${what}?`);
  if (!isWanted) note('Nothing was sent.');
  return isWanted;
}

/** What became of it, for a person. */
export function showPush({ target, report }: Pushed, { colors, print }: Terminal, call: CommandLine): void {
  if (report === undefined) {
    print(
      `${colors.bold(target)}: left to whoever holds the state. A running daemon does exactly this at its next poll; if it was another command, run: ${call('sync', '--target', target)}`,
    );
    return;
  }
  const left = report.failed.length + report.notStarted + report.skipped;
  print(
    `${colors.bold(target)}: ${left === 0 ? colors.green('✓') : colors.yellow('partly done,')} ${countsDone(report.applied, report.failed)}`,
  );
  for (const { operation, failure } of report.failed) {
    const status = failure.status === undefined ? '' : ` ${failure.status}`;
    print(
      `  ${colors.red('failed')} ${operation.verb} ${resourceTypeName(operation.type)} ${printable(operation.label)}: ${failure.class}${status}, ${printable(failure.detail)}`,
    );
  }
  if (left > 0) print('  What is left is tried again by the next cycles, for a day.');
}
