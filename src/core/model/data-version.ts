import type { SourceId } from './entry.ts';

/**
 * How far the data of a server has come, as the server itself counts: names of counters with their values. A counter only
 * ever grows while the data is carried on; whole numbers compare as numbers, all else (change sequence numbers) as text.
 * Counters of different servers have different names, where the number of one means nothing to another.
 */
export type Counters = Readonly<Record<string, string>>;

/** The data that a reading was made of. */
export interface DataVersion {
  /** The server that was read, for people. */
  readonly server: string;
  /** What the server has. */
  readonly has: Counters;
  /** What the reading is known to show: what may be asked of other data later on. */
  readonly shows: Counters;
  /** Every change of the directory moves one of these counters. */
  readonly tellsAll: boolean;
  /** None of these counters means anything on another server. */
  readonly isLocal?: boolean | undefined;
}

/** What a target went by last: the mark that the data of a directory should not fall behind. Safe to store. */
export interface DataMark {
  readonly counters: Counters;
  /** Where the server does not count reliably: the entries that changed last, with their stamps. */
  readonly witnesses?: Readonly<Record<SourceId, string>> | undefined;
}
