import type { DataMark } from '../core/model/data-version.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { findOlder, markOf } from '../core/planning/data-age.ts';
import type { Verdict } from '../core/planning/guard.ts';
import type { TargetState } from '../ports/state-store.ts';

/** Directories whose data is older than what the target went by, and why we think so. */
export function olderDirectories(readings: readonly CompleteReading[], { marks = {} }: Pick<TargetState, 'marks'>): ReadonlyMap<string, string> {
  const older = new Map<string, string>();
  for (const reading of readings) {
    const mark = marks[reading.directory];
    const why = mark === undefined ? undefined : findOlder(mark, reading);
    if (why !== undefined) older.set(reading.directory, reading.version === undefined ? why : `${reading.version.server}: ${why}`);
  }
  return older;
}

/**
 * The marks that hold once a plan is carried out. Older data leaves its mark where it was, unless a person approved of
 * going by it: then it is the truth from now on.
 */
export function marksAfter(
  readings: readonly CompleteReading[],
  before: TargetState['marks'],
  older: ReadonlyMap<string, string>,
  { usedApproval }: Pick<Verdict, 'usedApproval'>,
): TargetState['marks'] {
  const marks: Record<string, DataMark> = { ...before };
  for (const reading of readings) {
    const isOlder = older.has(reading.directory);
    const isApproved = usedApproval?.operations.some(({ directory }) => directory === reading.directory) === true;
    if (isOlder && !isApproved) continue;
    const mark = markOf(reading, isOlder ? undefined : marks[reading.directory]);
    if (mark !== undefined) marks[reading.directory] = mark;
  }
  return Object.keys(marks).length === 0 ? undefined : marks;
}
