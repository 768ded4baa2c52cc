import type { CommandLine } from '../bridge/command-line.ts';
import { nothingKnown, type KnownAccounts } from '../bridge/known-accounts.ts';
import type { ShownPlan } from '../bridge/plan.ts';
import type { UnmanagedAccounts } from '../bridge/read-accounts.ts';
import { oddLogins } from '../core/mapping/odd-logins.ts';
import type { Hold, Operation, Verb } from '../core/model/plan.ts';
import type { Rejected } from '../core/model/resource.ts';
import type { CoverageKind } from '../core/planning/coverage.ts';
import { count, inWords, whole } from '../core/wording/count.ts';
import { printable } from '../core/wording/foreign.ts';
import { countsToDo, countsUndone } from '../core/wording/operation-counts.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import type { PlannedTarget } from '../cycle/plan-target.ts';
import type { Decider, RejectionRecord } from '../ports/decisions.ts';
import { wrap } from './layout.ts';
import { firstIds, leftoverLines } from './leftover-lines.ts';
import { inReadingOrder, isRisky, operationText } from './operation-text.ts';
import { asItIs, type Terminal } from './terminal.ts';
import { resourceTypeName, seatsText } from './words.ts';

/** Beyond this, what is not risky is counted; `--all` names it. */
const longest = 50;

interface PlanDisplay {
  readonly known: KnownAccounts;
  readonly unmanaged?: UnmanagedAccounts | undefined;
  /** Whether everything is named, however much it is. */
  readonly all: boolean;
}

/** A plan as a person likes to read it: how much, whom, why, and what is held. */
export function showPlan(
  { planned, known, unmanaged }: ShownPlan,
  all: boolean,
  terminal: Terminal,
  call: CommandLine,
): void {
  const display = { known, unmanaged, all };
  const { colors, print, width } = terminal;
  const { plan, hold, operations, proceed } = planned;
  const unwritable = plan.rejected.length === 0 ? '' : `; ${count(plan.rejected.length, 'entry')} cannot be written`;
  const counts = `${countsToDo(operations)}${unwritable}`;
  const [first = '', ...others] = wrap(`${planned.target}: ${counts}`, width, '  ');
  print(first.replace(planned.target, colors.bold(planned.target)));
  for (const line of others) print(line);
  if (operations.length > 0) print(colors.dim(`  ${plan.id}`));
  showCoverage(planned, terminal);
  showUnmanaged(display, terminal);
  showOperations(proceed, display, '  ', terminal);
  if (planned.waiting > 0)
    print(
      colors.dim(
        `  ${count(planned.waiting, 'reference')} ${planned.waiting === 1 ? 'waits' : 'wait'} for someone the target does not have yet`,
      ),
    );
  showUnseated(planned, display, terminal);
  showOddLogins(operations, terminal);
  showForgotten(planned, terminal);
  showRejections(planned.rejections, terminal, call);
  showLeftOut(planned, terminal);
  showRejected(plan.rejected, terminal, display.all);
  if (hold !== undefined) showHold(hold, terminal, call, display);
}

/** Who waits for a seat, in the order in which they stand in the plan. */
function showUnseated(
  { unseated, seats }: Pick<PlannedTarget, 'unseated' | 'seats'>,
  display: PlanDisplay,
  terminal: Terminal,
): void {
  if (seats === undefined || unseated.length === 0) return;
  const { colors, print } = terminal;
  print(colors.yellow(`  ${seatsText(seats)}`));
  showOperations(unseated, display, '    ', terminal);
}

/** Whoever comes with a login that is not what it looks like. */
function showOddLogins(operations: readonly Operation[], { colors, print }: Terminal): void {
  const newcomers = operations.flatMap((operation) => {
    const { sourceId } = operation;
    if (operation.verb === 'create' || operation.verb === 'adopt')
      return [{ sourceId, attributes: operation.attributes }];
    if (!('changes' in operation)) return [];
    return [
      {
        sourceId,
        attributes: new Map(
          operation.changes.flatMap((change) =>
            change.change === 'set' ? [[change.path, change.value] as const] : [],
          ),
        ),
      },
    ];
  });
  for (const { login, text } of oddLogins(newcomers)) print(colors.yellow(`  look twice: the login ${login} ${text}`));
}

/** Risky operations are all shown; of the others the first, unless all are asked for. */
function showOperations(
  operations: readonly Operation[],
  { known, all }: Pick<PlanDisplay, 'known' | 'all'>,
  indent: string,
  terminal: Terminal,
): void {
  const ordered = inReadingOrder(operations);
  const risky = ordered.filter(isRisky).length;
  const shown = all ? ordered.length : Math.max(risky, longest);
  for (const operation of ordered.slice(0, shown)) showOperation(operation, known, indent, terminal);
  if (ordered.length > shown)
    terminal.print(
      terminal.colors.dim(`${indent}… and ${count(ordered.length - shown, 'operation')} more; --all names them`),
    );
}

const coverageWords: Readonly<Record<CoverageKind, string>> = {
  create: 'to create',
  adopt: 'to adopt',
  relink: 'to relink',
  linked: 'linked',
  rejected: 'cannot be written',
  inactive: 'not created, because disabled in the directory',
  leftOut: 'left out, because the target has no groups',
  waiting: 'waiting for a later cycle',
};

/** How many are in scope and what becomes of them, so that nobody has to wonder who is missing. */
function showCoverage({ coverage }: Pick<PlannedTarget, 'coverage'>, { colors, print, width }: Terminal): void {
  for (const type of ['user', 'group'] as const) {
    const own = coverage[type];
    if (own.inScope === 0) continue;
    const parts = (Object.keys(coverageWords) as CoverageKind[]).flatMap((kind) =>
      own[kind] === 0 ? [] : [`${whole(own[kind])} ${coverageWords[kind]}`],
    );
    for (const line of wrap(`  in scope: ${count(own.inScope, type)} = ${parts.join(' + ')}`, width, '    '))
      print(colors.dim(line));
  }
}

/** Who is on the target and has no entry in scope. */
function showUnmanaged({ unmanaged, all }: PlanDisplay, { colors, print, width }: Terminal): void {
  if (unmanaged === undefined) return;
  const listed = (['user', 'group'] as const).flatMap((type) =>
    typeof unmanaged[type] === 'string' || unmanaged[type].length === 0 ? [] : [{ type, names: unmanaged[type] }],
  );
  const counts = inWords(listed.map(({ type, names }) => count(names.length, type)));
  const lines =
    listed.length === 0
      ? []
      : wrap(
          `  on the target besides: ${counts} that dir2scim does not manage${all ? '' : ' (--all names them)'}`,
          width,
          '    ',
        );
  const names = all
    ? listed.flatMap(({ type, names }) => wrap(`    ${type}s: ${names.map(printable).join(', ')}`, width, '      '))
    : [];
  for (const line of [...lines, ...names]) print(colors.dim(line));
  if (typeof unmanaged.user !== 'string') return;
  const why =
    unmanaged.user === 'unreachable'
      ? 'the target does not answer'
      : all
        ? 'the target does not list its users'
        : '--all lists the target';
  print(colors.dim(`  on the target besides: not counted (${why})`));
}

/** Who had left and was lost: forgotten, or kept because that could not be found out. */
export function showForgotten(
  { forgotten, reverify, leftovers }: Pick<CycleReport, 'forgotten' | 'reverify' | 'leftovers'>,
  { print }: Terminal,
): void {
  for (const { type, sourceId, targetId } of forgotten)
    print(
      `  forgotten  ${resourceTypeName(type)} ${sourceId}, who had left: the target has neither id ${printable(targetId)} any more nor an account that may be theirs`,
    );
  if (reverify.length > 0)
    print(
      `  not found  ${count(reverify.length, 'leaver')} of whom the target says that it does not have them, and who may still have access there (${firstIds(reverify)}); they are looked for again, at least once an hour, since it does not show others either`,
    );
  for (const line of leftoverLines(leftovers)) print(`  not ended  ${line}`);
}

/** What people rejected, and how it is taken back. */
export function showRejections(
  rejections: readonly RejectionRecord[],
  { colors, print }: Terminal,
  call: CommandLine,
): void {
  for (const { holdId, at, by, operations } of rejections) {
    print(`  ${colors.yellow('undone    ')} ${countsUndone(operations)}, rejected by ${deciderText(by)} at ${at}`);
    print(colors.dim(`             taken back by: ${call('approve', holdId)}`));
  }
}

/** Who decided, as people read it. */
export function deciderText(by: Decider | undefined): string {
  return by === undefined ? 'somebody' : `${printable(by.user)}${by.via === 'api' ? ' (API)' : ''}`;
}

function showOperation(
  operation: Operation,
  known: KnownAccounts,
  indent: string,
  { colors, print, width }: Terminal,
): void {
  const { verb, subject, reason, content } = operationText(operation, known, width - indent.length);
  print(`${indent}${paint(operation.verb, colors)(verb)} ${subject}  ${colors.dim(reason)}`);
  if (content !== undefined) print(`${indent}${' '.repeat(verb.length + 1)}${colors.dim(content)}`);
}

function paint(verb: Verb, colors: Terminal['colors']): (text: string) => string {
  switch (verb) {
    case 'create':
    case 'adopt':
    case 'relink':
    case 'reactivate':
      return colors.green;
    case 'update':
    case 'members':
      return colors.yellow;
    case 'deactivate':
    case 'delete':
      return colors.red;
  }
}

/** What the target has no place for at all. */
export function showLeftOut(
  { target, leftOut }: { readonly target: string; readonly leftOut: number },
  { colors, print }: Terminal,
): void {
  if (leftOut > 0) print(colors.dim(`  ${target} has no groups: ${count(leftOut, 'group')} left out`));
}

/** Entries that cannot be written, with what has to be mended. */
export function showRejected(rejected: readonly Rejected[], terminal: Terminal, all = false): void {
  const { colors, print, width, typed = asItIs } = terminal;
  const shown = all ? rejected.length : longest;
  const alike = Map.groupBy(rejected, ({ type, label }) => `${type} ${label}`);
  for (const one of rejected.slice(0, shown)) {
    const isShared = (alike.get(`${one.type} ${one.label}`)?.length ?? 0) > 1;
    const reasons = printable(one.reasons.map(({ text }) => typed(text)).join('; '));
    const head = `${one.type.padEnd(5)} ${printable(one.label)}${isShared ? ` (${one.sourceId})` : ''}`;
    const [first = '', ...others] = wrap(`  rejected   ${head}  ${reasons}`, width, '             ');
    print(first.replace('rejected', colors.magenta('rejected')));
    for (const line of others) print(line);
  }
  if (rejected.length > shown) print(colors.dim(`  … and ${rejected.length - shown} more that cannot be written`));
}

/** Lines that come several times (one for each group), once. */
export function eachOnce(lines: readonly string[]): string[] {
  return [...Map.groupBy(lines, (line) => line)].map(([line, { length }]) =>
    length === 1 ? line : `${line} (${length} times)`,
  );
}

/** A hold with its numbers; ends with the command that releases it. */
export function showHold(
  hold: Hold,
  terminal: Terminal,
  call: CommandLine,
  display: Pick<PlanDisplay, 'known' | 'all'> = { known: nothingKnown, all: false },
): void {
  const { colors, print, width } = terminal;
  for (const line of wrap(`  HELD ${countsToDo(hold.operations)}, because it looks like an accident:`, width, '    ')) {
    print(line.replace(/^ {2}HELD/, `  ${colors.red(colors.bold('HELD'))}`));
  }
  const findings = [
    ...eachOnce(hold.findings.map(({ text }) => text)),
    ...(hold.remark === undefined ? [] : [hold.remark]),
  ];
  for (const line of findings) for (const part of wrap(`    ${line}`, width, '      ')) print(part);
  showOperations(hold.operations, display, '    ', terminal);
  if (hold.operations.some(({ label, sourceId }) => label === sourceId))
    print(colors.dim(`    ${call('plan')} reads the names of leavers from the target`));
  print('  Nothing of this is done. If it is right, release exactly this:');
  print(`    ${colors.bold(call('approve', hold.holdId))}`);
}
