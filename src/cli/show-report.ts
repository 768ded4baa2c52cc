import { countReasons } from '../core/model/resource.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import type { CommandLine } from '../bridge/command-line.ts';
import { showForgotten, showHold, showLeftOut, showRejected, showRejections } from './show-plan.ts';
import type { Terminal } from './terminal.ts';
import { count } from '../core/wording/count.ts';
import { countsDone } from '../core/wording/operation-counts.ts';
import { printable } from '../core/wording/foreign.ts';
import {
  durationText,
  rejectedText,
  resourceTypeName,
  seatsText,
  strangersText,
  unresolvedText,
  unstoredText,
} from './words.ts';

/** What a cycle did, for a person. */
export function showReport(report: CycleReport, terminal: Terminal, call: CommandLine): void {
  const { colors, print } = terminal;
  print(
    `${colors.bold(report.target)}: ${mark(report, colors)} ${summary(report)} ${colors.dim(`(${durationText(report.milliseconds)}, cycle ${report.cycle})`)}`,
  );
  for (const { operation, failure } of report.failed) {
    const status = failure.status === undefined ? '' : ` ${failure.status}`;
    print(
      `  ${colors.red('failed')} ${operation.verb} ${resourceTypeName(operation.type)} ${printable(operation.label)}: ${failure.reason ?? failure.class}${status}, ${printable(failure.detail)}`,
    );
  }
  for (const { verb, type, failure, inARow, notStarted } of report.givenUp) {
    const why = failure.status === undefined ? failure.class : `HTTP ${failure.status}`;
    print(
      `  ${colors.red('given up')} ${verb} ${resourceTypeName(type)}: ${inARow} failed in a row (${why}) although the target answers; ${count(notStarted, 'more')} not tried`,
    );
  }
  if (report.notStarted > 0) print(`  ${count(report.notStarted, 'operation')} not sent; the next cycle goes on`);
  if (report.waiting > 0)
    print(
      colors.dim(
        `  ${count(report.waiting, 'reference')} ${report.waiting === 1 ? 'waits' : 'wait'} for someone the target does not have yet`,
      ),
    );
  if (report.seats !== undefined && report.seats.waiting > 0) print(colors.yellow(`  ${seatsText(report.seats)}`));
  if (report.unresolved !== undefined) print(colors.dim(`  ${unresolvedText(report.unresolved)}`));
  if (!isStored(report)) print(colors.yellow(`  ${unstoredText(report.unstored)}`));
  if (report.strangers > 0) print(colors.dim(`  ${strangersText(report.strangers)}`));
  const left = report.applied.filter(
    (operation) => operation.verb === 'adopt' && operation.leftDisabled === true,
  ).length;
  if (left > 0)
    print(
      colors.yellow(
        `  ${count(left, 'adopted account')} ${left === 1 ? 'stays' : 'stay'} switched off there (reactivateAdopted: false); explain WHO --push switches one on`,
      ),
    );
  showRejections(report.rejections, terminal, call);
  showForgotten(report, terminal);
  showLeftOut(report, terminal);
  showRejected(report.rejected, terminal);
  if (report.hold !== undefined) showHold(report.hold, terminal, call);
}

function isStored({ unstored }: Pick<CycleReport, 'unstored'>): boolean {
  return Object.keys(unstored).length === 0;
}

/** "In step" is said only when nothing is known to be otherwise. */
function summary({
  applied,
  failed,
  result,
  rejected,
  waiting,
  deferred,
  unresolved,
  reverify,
  leftovers,
  undone,
  unstored,
  strangers,
  seats,
  asked,
}: CycleReport): string {
  const isLacking =
    waiting + deferred + reverify.length + leftovers.length + undone.length + (seats?.waiting ?? 0) > 0 ||
    unresolved !== undefined ||
    !isStored({ unstored });
  const others =
    rejected.length > 0
      ? `; not in step: ${rejectedText(countReasons(rejected))}`
      : isLacking
        ? '; not all is in step'
        : '';
  if (applied.length > 0 || result !== 'success') return countsDone(applied, failed) + others;
  const unasked = asked === false ? '; the target was not asked' : '';
  if (others === '' && strangers > 0) return `in step but for ${strangersText(strangers)}${unasked}`;
  if (others !== '') return `nothing to do${others}${unasked}`;
  return asked === false
    ? 'nothing to send, by what it acknowledged; the target was not asked'
    : 'in step, nothing to do';
}

function mark({ result, applied }: CycleReport, colors: Terminal['colors']): string {
  switch (result) {
    case 'success':
      return colors.green('✓');
    case 'held':
      return colors.red('held,');
    case 'partial':
      return applied.length === 0 ? colors.red('failed,') : colors.yellow('partly done,');
    case 'interrupted':
      return colors.yellow('interrupted,');
    case 'error':
      return colors.red('failed,');
  }
}

/** 1 something failed, or was not done because somebody ended it · 3 held · 0 done. */
export function exitCodeOf(reports: readonly CycleReport[]): number {
  const bad = reports.find(({ result }) => result === 'error' || result === 'partial' || result === 'interrupted');
  if (bad !== undefined) return bad.error?.exitCode ?? 1;
  return reports.some(({ result }) => result === 'held') ? 3 : 0;
}
