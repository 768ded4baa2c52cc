import type { DataVersion } from './data-version.ts';
import type { Entries, EntryList } from './entries.ts';
import type { Entry, SourceId } from './entry.ts';

/**
 * An opaque token of a directory source. Whoever holds one may store it and hand it back, never look inside.
 */
export type Watermark = string;

/**
 * What became of an entry that is not shown (any more):
 *
 *   reason     | what was found                                                            | a departure?
 *   -----------+---------------------------------------------------------------------------+----------------------------
 *   deleted    | it is gone from where it stood, or its tombstone is there                 | by the directory's own word
 *   moved      | it lies outside of the bases                                              | by word
 *   filtered   | it lies within and certainly does not match the filter any more           | by word
 *   missing    | it is not found; whether it was deleted or is hidden, nobody can tell      | for want of anything better
 *   unreadable | it is there, or may be, and the account sees too little of it to tell      | no
 *   present    | it is there and matches: the reading missed it while it was moved          | no
 */
export type AbsenceReason = 'deleted' | 'moved' | 'filtered' | 'missing' | 'unreadable' | 'present';

/**
 * Every entry of every base was seen, proven by the source. Only in such a reading is absence evidence: whoever is
 * not in it has left. This is the one type from which departures are derived.
 */
export interface CompleteReading {
  readonly kind: 'complete';
  readonly directory: string;
  readonly entries: Entries;
  readonly watermark?: Watermark | undefined;
  /** Where it is known: how it differs from the reading before it. */
  readonly change?: ReadingChange | undefined;
  /** What became of those who were known before and are not shown any more, as far as it was looked up. */
  readonly absenceReasons?: ReadonlyMap<SourceId, AbsenceReason> | undefined;
  /** Of which data it is, where the server tells. */
  readonly version?: DataVersion | undefined;
}

/** From one complete reading to the next. */
export interface ReadingChange {
  /** Weak, so that not every reading there ever was is kept. */
  readonly before: WeakRef<CompleteReading>;
  /** In place of those with their ids. */
  readonly entries: EntryList;
  readonly gone: readonly SourceId[];
}

/**
 * What changed since a watermark: whole entries as they are now, and who is certainly gone. Who is in neither is
 * unchanged.
 */
export interface DeltaReading {
  readonly kind: 'delta';
  readonly directory: string;
  readonly entries: readonly Entry[];
  readonly gone: readonly SourceId[];
  readonly absenceReasons?: ReadonlyMap<SourceId, AbsenceReason> | undefined;
  /** Of the data now. Counters that it does not name are as they were. */
  readonly version?: DataVersion | undefined;
  readonly watermark?: Watermark | undefined;
}

export type Reading = CompleteReading | DeltaReading;
