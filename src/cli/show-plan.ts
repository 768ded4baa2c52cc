import type { Hold, Operation, Verb } from '../core/model/plan.ts';
import { Reference, type DesiredValue, type Rejected } from '../core/model/resource.ts';
import type { PlannedTarget } from '../cycle/plan-target.ts';
import type { Terminal } from './terminal.ts';
import { contentLines, count, printable, typeName, verbCounts } from './words.ts';

/** Beyond this, a plan on a terminal names the rest by number; `--json` has everything. */
const longest = 50;

/** A plan as a person likes to read it: what, whom, why, and what is held. */
export function showPlan(planned: PlannedTarget, terminal: Terminal): void {
  const { colors, print } = terminal;
  const { plan, hold, proceed, undone } = planned;
  const operations = standing(planned);
  print(`${colors.bold(planned.target)}: ${verbCounts(operations)}${operations.length === 0 ? '' : colors.dim(`  plan ${plan.id}`)}`);
  for (const operation of proceed.slice(0, longest)) showOperation(operation, terminal);
  if (proceed.length > longest) print(colors.dim(`  … and ${proceed.length - longest} more; --json prints all`));
  if (planned.waiting > 0) print(colors.dim(`  ${count(planned.waiting, 'reference')} wait for someone the target does not have yet`));
  if (undone.length > 0) print(colors.dim(`  ${verbCounts(undone)} stays undone: this was rejected, and the directory still shows the same`));
  showRejected(plan.rejected, terminal);
  if (hold !== undefined) showHold(hold, terminal);
}

/** What is done or held: without what a person rejected. */
function standing({ plan, proceed, hold }: PlannedTarget): readonly Operation[] {
  return hold === undefined ? proceed : plan.operations;
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

/** Entries that cannot be written, with what has to be mended. */
export function showRejected(rejected: readonly Rejected[], { colors, print }: Terminal): void {
  for (const one of rejected.slice(0, longest)) {
    const reasons = one.reasons.map(({ text }) => text).join('; ');
    print(`  ${colors.magenta('rejected  ')} ${typeName(one.type).padEnd(5)} ${printable(one.label)}  ${printable(reasons)}`);
  }
  if (rejected.length > longest) print(colors.dim(`  … and ${rejected.length - longest} more that cannot be written`));
}

/** A hold with its numbers; ends with the command that releases it. */
export function showHold(hold: Hold, { colors, print }: Terminal): void {
  print(`  ${colors.red(colors.bold('HELD'))} ${verbCounts(hold.operations)}, because it looks like an accident:`);
  for (const finding of hold.findings) print(`    ${finding.text}`);
  for (const operation of hold.operations.slice(0, longest)) {
    print(`    ${operation.verb.padEnd(10)} ${typeName(operation.type).padEnd(5)} ${printable(operation.label)}  ${colors.dim(operation.reason)}`);
  }
  if (hold.operations.length > longest) print(colors.dim(`    … and ${hold.operations.length - longest} more; dir2scim plan --json prints all`));
  if (hold.operations.some(({ label, sourceId }) => label === sourceId)) print(colors.dim('    dir2scim plan reads the names of those who left from the target'));
  print(`  Nothing of this is done. If it is right, release exactly this: ${colors.bold(approveCommand(hold))}`);
}

/** The message of a hold ends with this, so that it can be copied. */
export function approveCommand(hold: Pick<Hold, 'planId'>): string {
  return `dir2scim approve ${hold.planId}`;
}

/** A plan for scripts. */
export function planJson(planned: PlannedTarget): unknown {
  return {
    target: planned.target,
    planId: planned.plan.id,
    operations: standing(planned).map(operationJson),
    undone: planned.undone.map(operationJson),
    waiting: planned.waiting,
    rejected: planned.plan.rejected,
    unreached: planned.unreached,
    held: planned.hold === undefined ? undefined : holdJson(planned.hold),
  };
}

export function holdJson(hold: Hold): unknown {
  return {
    planId: hold.planId,
    findings: hold.findings,
    operations: hold.operations.map(operationJson),
    release: approveCommand(hold),
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
      return { ...rest, targetId: operation.targetId, matchedBy: operation.matchedBy, changes: operation.changes.map(changeJson) };
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
