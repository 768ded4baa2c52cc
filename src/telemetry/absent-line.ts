import { count } from '../core/wording/count.ts';
import type { CycleEvent } from '../ports/cycle-observer.ts';
import type { AbsenceReason } from '../core/model/reading.ts';
import type { Log } from './log.ts';
import type { Repetition } from './repetition.ts';

/**
 * What became of entries that are not shown any more: numbers, and at debug the source ids. Those who only cannot be
 * read are looked up again and again, and logged like any persistent problem.
 */
export function absentLine(
  log: Log,
  repetition: Repetition,
  { kind, directory, absenceReasons }: Extract<CycleEvent, { kind: 'absent_entries' }>,
): void {
  const sources: Record<AbsenceReason, string[]> = {
    deleted: [],
    moved: [],
    filtered: [],
    missing: [],
    unreadable: [],
    present: [],
  };
  for (const [id, absenceReason] of absenceReasons) sources[absenceReason].push(id);
  const { deleted, moved, filtered, missing, unreadable } = sources;
  const left = deleted.length + moved.length + filtered.length + missing.length;
  const fields = {
    event: kind,
    directory,
    deleted: deleted.length,
    moved: moved.length,
    filtered: filtered.length,
    missing: missing.length,
    unreadable: unreadable.length,
  };
  const repeated = repetition.tell(`absent ${directory}`, unreadable.join());
  const level = left > 0 || repeated !== undefined ? 'info' : 'debug';
  log[level](
    { ...fields, ...(repeated ? { repeated } : {}) },
    unreadable.length === 0
      ? `directory ${directory}: ${count(left, 'entry')} left`
      : `directory ${directory}: ${count(left, 'entry')} left; ${count(unreadable.length, 'entry')} can no longer be read, and ${unreadable.length === 1 ? 'stays' : 'stay'} as before on the targets`,
  );
  log.debug({ event: kind, directory, sources });
}
