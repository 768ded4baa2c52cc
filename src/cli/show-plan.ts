import type { Hold, Operation, Verb } from '../core/model/plan.ts';
import { Reference, type DesiredValue, type Rejected } from '../core/model/resource.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import type { PlannedTarget } from '../cycle/plan-target.ts';
import type { Decider, RejectionRecord } from '../ports/state-store.ts';
import type { CommandLine } from './command-line.ts';
import type { Terminal } from './terminal.ts';
import { count } from '../core/wording/count.ts';
import { countsToDo } from '../core/wording/operation-counts.ts';
import { contentLines, printable, typeName } from './words.ts';

/** Beyond this, a plan on a terminal names the rest by number; `--json` has everything. */
const longest = 50;

/** A plan as a person likes to read it: what, whom, why, and what is held. */
export function showPlan(planned: PlannedTarget, terminal: Terminal, call: CommandLine): void {
  const { colors, print } = terminal;
  const { plan, hold, operations, proceed } = planned;
  print(`${colors.bold(planned.target)}: ${countsToDo(operations)}${operations.length === 0 ? '' : colors.dim(`  ${plan.id}`)}`);
  for (const operation of takeoversFirst(proceed).slice(0, longest)) showOperation(operation, terminal);
  if (proceed.length > longest) print(colors.dim(`  … and ${proceed.length - longest} more; --json prints all`));
  if (planned.waiting > 0) print(colors.dim(`  ${count(planned.waiting, 'reference')} wait for someone the target does not have yet`));
  showForgotten(planned, terminal);
  showRejections(planned.rejections, terminal, call);
  showLeftOut(planned, terminal);
  showRejected(plan.rejected, terminal);
  if (hold !== undefined) showHold(hold, terminal, call);
}

/** Whoever takes over an account that was there before should not be overlooked. */
function takeoversFirst(operations: readonly Operation[]): readonly Operation[] {
  const isTakeover = ({ verb }: Operation): boolean => verb === 'adopt' || verb === 'relink';
  return [...operations.filter(isTakeover), ...operations.filter((operation) => !isTakeover(operation))];
}

/** Who had left and was lost: forgotten, or kept because that could not be found out. */
export function showForgotten({ forgotten, unproven }: Pick<CycleReport, 'forgotten' | 'unproven'>, { print }: Terminal): void {
  for (const { type, sourceId, targetId } of forgotten) print(`  forgotten  ${typeName(type)} ${sourceId}, who had left: the target has neither id ${printable(targetId)} any more nor an account that may be theirs`);
  if (unproven.length === 0) return;
  const ids = unproven.slice(0, 5).map(({ sourceId }) => sourceId).join(', ');
  print(`  not found  ${count(unproven.length, 'leaver')} of whom the target says that it does not have them, and who may still have access there (${ids}); they are looked for again, at least once an hour, since it does not show others either`);
}

/** What people rejected, and how it is taken back. */
export function showRejections(rejections: readonly RejectionRecord[], { colors, print }: Terminal, call: CommandLine): void {
  for (const { holdId, at, by, operations } of rejections) {
    print(`  ${colors.yellow('undone    ')} ${countsToDo(operations)}, rejected by ${deciderText(by)} at ${at}`);
    print(colors.dim(`             taken back by: ${call('approve', holdId)}`));
  }
}

/** Who decided, as people read it. */
export function deciderText(by: Decider | undefined): string {
  return by === undefined ? 'somebody' : `${printable(by.user)}${by.via === 'api' ? ' (API)' : ''}`;
}

function showOperation(operation: Operation, { colors, print }: Terminal): void {
  const verb = paint(operation.verb, colors)(operation.verb.padEnd(10));
  print(`  ${verb} ${typeName(operation.type).padEnd(5)} ${printable(operation.label)}  ${colors.dim(operation.reason)}`);
  for (const line of contentLines(operation)) print(`             ${colors.dim(line)}`);
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
export function showLeftOut({ target, leftOut }: { readonly target: string; readonly leftOut: number }, { colors, print }: Terminal): void {
  if (leftOut > 0) print(colors.dim(`  ${target} has no groups: ${count(leftOut, 'group')} left out`));
}

/** Entries that cannot be written, with what has to be mended. */
export function showRejected(rejected: readonly Rejected[], { colors, print }: Terminal): void {
  for (const one of rejected.slice(0, longest)) {
    const reasons = one.reasons.map(({ text }) => text).join('; ');
    print(`  ${colors.magenta('rejected  ')} ${typeName(one.type).padEnd(5)} ${printable(one.label)}  ${printable(reasons)}`);
  }
  if (rejected.length > longest) print(colors.dim(`  … and ${rejected.length - longest} more that cannot be written`));
}

/** Lines that come several times (one for each group), once. */
export function eachOnce(lines: readonly string[]): string[] {
  return [...Map.groupBy(lines, (line) => line)].map(([line, { length }]) => (length === 1 ? line : `${line} (${length} times)`));
}

/** A hold with its numbers; ends with the command that releases it. */
export function showHold(hold: Hold, { colors, print }: Terminal, call: CommandLine): void {
  print(`  ${colors.red(colors.bold('HELD'))} ${countsToDo(hold.operations)}, because it looks like an accident:`);
  for (const line of eachOnce(hold.findings.map(({ text }) => text))) print(`    ${line}`);
  if (hold.remark !== undefined) print(`    ${hold.remark}`);
  for (const operation of hold.operations.slice(0, longest)) {
    print(`    ${operation.verb.padEnd(10)} ${typeName(operation.type).padEnd(5)} ${printable(operation.label)}  ${colors.dim(operation.reason)}`);
  }
  if (hold.operations.length > longest) print(colors.dim(`    … and ${hold.operations.length - longest} more; ${call('plan', '--json')} prints all`));
  if (hold.operations.some(({ label, sourceId }) => label === sourceId)) print(colors.dim(`    ${call('plan')} reads the names of those who left from the target`));
  print(`  Nothing of this is done. If it is right, release exactly this: ${colors.bold(call('approve', hold.holdId))}`);
}

/** A plan for scripts. */
export function planJson(planned: PlannedTarget, call: CommandLine): unknown {
  return {
    target: planned.target,
    planId: planned.plan.id,
    operations: planned.operations.map(operationJson),
    undone: planned.undone.map(operationJson),
    rejections: planned.rejections,
    waiting: planned.waiting,
    rejected: planned.plan.rejected,
    unreached: planned.unreached,
    leftOut: planned.leftOut,
    held: planned.hold === undefined ? undefined : holdJson(planned.hold, call),
  };
}

export function holdJson(hold: Hold, call: CommandLine): unknown {
  return {
    holdId: hold.holdId,
    findings: hold.findings,
    remark: hold.remark,
    operations: hold.operations.map(operationJson),
    release: call('approve', hold.holdId),
  };
}

/** An operation with references spelled `{ref: source id}`. */
export function operationJson(operation: Operation): unknown {
  const { verb, type, sourceId, directory, label, reason } = operation;
  const rest = { verb, type, sourceId, directory, label, reason };
  switch (operation.verb) {
    case 'create':
      return { ...rest, again: operation.again, attributes: attributesJson(operation.attributes) };
    case 'adopt':
      return { ...rest, targetId: operation.targetId, matchedBy: operation.matchedBy, changes: operation.changes.map(changeJson), present: operation.present, strangers: operation.strangers?.length };
    case 'relink':
      return { ...rest, replaces: operation.replaces, targetId: operation.targetId, matchedBy: operation.matchedBy, changes: operation.changes.map(changeJson) };
    case 'update':
    case 'reactivate':
      return { ...rest, changes: operation.changes.map(changeJson) };
    case 'members':
      return { ...rest, add: operation.add, remove: operation.remove };
    case 'deactivate':
    case 'delete':
      return { ...rest, cause: operation.cause };
  }
}

function attributesJson(attributes: ReadonlyMap<string, DesiredValue | null>): Record<string, unknown> {
  return Object.fromEntries([...attributes].map(([path, value]) => [path, valueJson(value)]));
}

function changeJson(change: { readonly path: string; readonly change: string; readonly value?: DesiredValue }): unknown {
  return { path: change.path, change: change.change, value: change.value === undefined ? undefined : valueJson(change.value) };
}

function valueJson(value: DesiredValue | null): unknown {
  return value instanceof Reference ? { ref: value.id } : value;
}
