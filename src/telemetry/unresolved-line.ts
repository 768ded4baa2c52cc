import type { CycleEvent } from '../ports/cycle-observer.ts';
import type { Log } from './log.ts';

/** Says how much names nobody who is read when that is another number than before: once, also after a start. */
export function unresolvedLine(log: Log, { kind, target, counts, isNews }: Extract<CycleEvent, { kind: 'unresolved_counted' }>): void {
  const { members, groups, references } = counts;
  const fields = { event: kind, target, members, groups, references };
  if (!isNews) log.trace(fields);
  else if (members + references === 0) log.info(fields, 'every member and reference names somebody who is read');
  else log.warn(fields, `${members} members in ${groups} groups and ${references} references name nobody who is read`);
}
