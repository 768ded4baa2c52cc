import type { DataMark } from '../../core/model/data-version.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { findOlder, dataMarkOf } from '../../core/planning/data-age.ts';
import type { Overtaken } from '../../core/planning/guard-input.ts';
import { marksOf } from '../../core/planning/held-operation.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { JudgedPlan } from './judge-plan.ts';

/** Directories whose data is older than what the target went by, and why we think so. */
export function olderDirectories(
  readings: readonly CompleteReading[],
  { marks = {} }: Pick<TargetState, 'marks'>,
): ReadonlyMap<string, string> {
  const older = new Map<string, string>();
  for (const reading of readings) {
    const mark = marks[reading.directory];
    const why = mark === undefined ? undefined : findOlder(mark, reading);
    if (why !== undefined)
      older.set(reading.directory, reading.version === undefined ? why : `${reading.version.server}: ${why}`);
  }
  return older;
}

/** What the last cycle held because of older data, in directories that are not older any more. */
export function overtakenBy(older: ReadonlyMap<string, string>, { held }: Pick<TargetState, 'held'>): Overtaken {
  const directories = new Set(
    held?.findings.flatMap(({ kind, directory = '' }) =>
      kind === 'older_data' && !older.has(directory) ? [directory] : [],
    ),
  );
  return { directories, marks: new Set(directories.size === 0 ? [] : held?.operations.flatMap(marksOf)) };
}

/**
 * The marks that hold once a plan is carried out. Older data leaves its mark where it was, unless a person approved of
 * all that it would undo: then it is the truth from now on.
 */
export function marksAfter(
  readings: readonly CompleteReading[],
  before: TargetState['marks'],
  older: ReadonlyMap<string, string>,
  { approved, verdict }: Pick<JudgedPlan, 'approved' | 'verdict'>,
): TargetState['marks'] {
  const marks: Record<string, DataMark> = { ...before };
  const isHeld = verdict.hold?.findings.some(({ kind }) => kind === 'older_data') === true;
  for (const reading of readings) {
    const isOlder = older.has(reading.directory);
    const isApproved = !isHeld && approved.some(({ directory }) => directory === reading.directory);
    if (isOlder && !isApproved) continue;
    const mark = dataMarkOf(reading, isOlder ? undefined : marks[reading.directory]);
    if (mark !== undefined) marks[reading.directory] = mark;
  }
  return Object.keys(marks).length === 0 ? undefined : marks;
}
