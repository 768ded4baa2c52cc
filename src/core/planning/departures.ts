import type { SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { Evidence, RemovalCause } from '../model/plan.ts';
import type { AbsenceReason, Reading } from '../model/reading.ts';

/*
 * Whoever has a link and is not wanted (any more):
 *
 *   shown by a complete reading | reason, as it was looked up  | departs          | evidence
 *   ----------------------------+------------------------------+------------------+---------
 *   yes                         | -                            | left_scope       | absence: of a value or a membership
 *   no                          | deleted                      | absent           | word
 *   no                          | moved, filtered              | left_scope       | word
 *   no                          | missing                      | absent           | absence; perhaps hidden
 *   no                          | not looked up (a file)       | absent           | absence
 *   no                          | unreadable, present          | no               | -
 *   read as a delta or not read | -                            | no               | -
 */

export interface Departure {
  readonly link: Link;
  readonly cause: Extract<RemovalCause, 'absent' | 'left_scope'>;
  /** Absence where nothing is said. */
  readonly evidence?: Evidence | undefined;
  /** The directory was asked, and cannot tell whether the entry was deleted or is hidden from the account. */
  readonly perhapsHidden?: true | undefined;
}

/**
 * Who has a link and is no longer wanted. This is the only place where absence becomes evidence, and it takes complete
 * readings alone: links of a directory that was read as a delta, or not at all, never depart. Whoever moved into another
 * of the target's directories is not absent: there they are wanted (then they are not asked about here), or out of scope.
 *
 * @param links those that are not among the target's wanted resources
 */
export function findDepartures(readings: readonly Reading[], links: readonly Link[]): Departure[] {
  const complete = readings.filter((reading) => reading.kind === 'complete');
  const seen = new Map(complete.map((reading) => [reading.directory, reading.entries]));
  const absenceReasons = new Map(complete.map((reading) => [reading.directory, reading.absenceReasons]));
  const isPresent = (id: SourceId) => [...seen.values()].some((entries) => entries.has(id));
  return links.flatMap((link): Departure[] => {
    if (!seen.has(link.directory)) return [];
    if (isPresent(link.sourceId)) return [{ link, cause: 'left_scope' }];
    const departure = judgeDeparture({ link, cause: 'absent' }, absenceReasons.get(link.directory)?.get(link.sourceId));
    return departure === undefined ? [] : [departure];
  });
}

/** What a look-up makes of somebody whom no reading shows; undefined when they are there after all. */
export function judgeDeparture(departure: Departure, absenceReason: AbsenceReason | undefined): Departure | undefined {
  switch (absenceReason) {
    case 'deleted':
      return { ...departure, cause: 'absent', evidence: 'word' };
    case 'moved':
    case 'filtered':
      return { ...departure, cause: 'left_scope', evidence: 'word' };
    case 'unreadable':
    case 'present':
      return undefined;
    case 'missing':
      return { ...departure, perhapsHidden: true };
    case undefined:
      return departure;
  }
}
