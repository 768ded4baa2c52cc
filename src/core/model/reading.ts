import type { Entry, SourceId } from './entry.ts';

/**
 * An opaque token of a directory source. Whoever holds one may store it and hand it back, never look inside.
 */
export type Watermark = string;

/**
 * Every entry of every base was seen, proven by the source. Only in such a reading is absence evidence: whoever is
 * not in it has left. This is the one type from which departures are derived.
 */
export interface CompleteReading {
  readonly kind: 'complete';
  readonly directory: string;
  readonly entries: readonly Entry[];
  readonly watermark?: Watermark | undefined;
  /** Where it is known: how it differs from the reading before it. */
  readonly change?: ReadingChange | undefined;
}

/** From one complete reading to the next. */
export interface ReadingChange {
  /** Weak, so that not every reading there ever was is kept. */
  readonly before: WeakRef<CompleteReading>;
  /** In place of those with their ids. */
  readonly entries: readonly Entry[];
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
  readonly watermark?: Watermark | undefined;
}

export type Reading = CompleteReading | DeltaReading;
