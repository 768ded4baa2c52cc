/** What a reading of a directory may take at most. */
export interface ReadingLimits {
  /** Entries in one reading, those included that come twice. */
  readonly maximumEntries: number;
  /** How long a server may go on while next to nothing comes: fewer than 1,000 answers, and less than 1 MB. */
  readonly readTimeoutMilliseconds: number;
}

/** Ten million entries do not fit into memory; the slowest directory that is known of sends 1,000 in a minute. */
export const defaultReadingLimits: ReadingLimits = { maximumEntries: 10_000_000, readTimeoutMilliseconds: 10 * 60_000 };
