import type { Entry } from './entry.ts';

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
}

/** The entries that changed since a watermark. Who is not in it is simply unchanged. */
export interface DeltaReading {
  readonly kind: 'delta';
  readonly directory: string;
  readonly entries: readonly Entry[];
  readonly watermark?: Watermark | undefined;
}

export type Reading = CompleteReading | DeltaReading;
