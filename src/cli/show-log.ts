import type { LoggedEntry } from '../core/model/log-entry.ts';
import { printable } from '../core/wording/foreign.ts';
import type { Terminal } from './terminal.ts';

/** An entry of the provisioning log on one line. People are source ids: `explain` says who they are. */
export function logLine(entry: LoggedEntry, colors: Terminal['colors']): string {
  const { at, target, cycle, verb, type, sourceId, targetId, outcome } = entry;
  const mark = outcome === 'applied' ? colors.green('✓') : colors.red('failed');
  const account = targetId === undefined ? '' : colors.dim(` (${printable(targetId)})`);
  const details = [...contentOf(entry), ...causesOf(entry)].join('; ');
  return `${at} ${colors.bold(target)} ${mark} ${verb} ${type} ${printable(sourceId)}${account}${details === '' ? '' : `: ${details}`} ${colors.dim(`[${cycle}]`)}`;
}

/** As many members as a person reads on a line. */
const mostMembers = 3;

function contentOf({ set, cleared, joined, left, because, replaces, values }: LoggedEntry): string[] {
  const members = (ids: readonly string[] | undefined, what: string): string[] => {
    if (ids === undefined) return [];
    const named = ids.slice(0, mostMembers).map(printable).join(', ');
    return [`${what} ${named}${ids.length > mostMembers ? ` and ${ids.length - mostMembers} more` : ''}`];
  };
  return [
    ...(because === undefined ? [] : [because.replace('_', ' ')]),
    ...(replaces === undefined ? [] : [`in place of ${printable(replaces)}`]),
    ...members(joined, 'joined:'),
    ...members(left, 'left:'),
    ...(set === undefined ? [] : [values === undefined ? `set ${set.join(', ')}` : valuesText(set, values)]),
    ...(cleared === undefined ? [] : [`cleared ${cleared.join(', ')}`]),
  ];
}

function valuesText(set: readonly string[], values: Readonly<Record<string, unknown>>): string {
  const shown = set.map((path) => (path in values ? `${path} = ${printable(JSON.stringify(values[path]))}` : path));
  return `set ${shown.join(', ')}`;
}

function causesOf({ cause, decision, by, class: failureClass, status }: LoggedEntry): string[] {
  const failure =
    failureClass === undefined ? [] : [status === undefined ? failureClass : `${failureClass} (HTTP ${status})`];
  if (cause === 'cycle') return failure;
  const what = { approval: 'approved', push: 'pushed', undo: 'undone', verify: 'put right' }[cause];
  const who = by === undefined ? '' : ` by ${printable(by.user)}`;
  return [...failure, `${what}${who}${decision === undefined ? '' : ` (${decision})`}`];
}
