import { count } from '../core/wording/count.ts';
import type { CycleEvent } from '../ports/cycle-observer.ts';
import type { Log } from './log.ts';

/** Logs how many values name no known entry when the number has changed: once, also after a start. */
export function unresolvedLine(
  log: Log,
  { kind, target, counts, isNews }: Extract<CycleEvent, { kind: 'unresolved_counted' }>,
): void {
  const { members, groups, references } = counts;
  const fields = { event: kind, target, members, groups, references };
  if (!isNews) log.trace(fields);
  else if (members + references === 0)
    log.info(fields, `target ${target}: every member and reference in the directory names a known entry`);
  else
    log.warn(
      fields,
      `target ${target}: values in the directory that name no known entry: ${members} of members (in ${count(groups, 'group')}), ${references} of references`,
    );
}
