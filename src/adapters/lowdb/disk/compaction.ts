import type { JournalWriter } from './journal-writer.ts';

/** A journal up to this size is read in well under a second, so it is not worth a new snapshot. */
export const compactAfter = 8 * 1024 * 1024;

/** When the state closes, a journal that is small next to the snapshot is left for later: rewriting costs more. */
const smallPart = 16;

/**
 * Moves what the journal holds into a new snapshot and starts the journal over. The order makes a crash harmless at
 * each step: the new snapshot is in place, whole and synced, before anything happens to the journal; and lines that
 * a snapshot contains are recognised by their serial, so none counts twice.
 */
export class Compaction {
  readonly #journal: JournalWriter;
  readonly #writeSnapshot: () => Promise<number>;
  readonly #lineage: string;
  readonly #after: number;
  #snapshotSize: number;
  /** Journal size below which a failed attempt is not repeated. */
  #pause = 0;

  /** @param writeSnapshot puts a new snapshot in place and returns its size in bytes */
  constructor(
    journal: JournalWriter,
    lineage: string,
    writeSnapshot: () => Promise<number>,
    snapshotSize: number,
    after: number,
  ) {
    this.#journal = journal;
    this.#writeSnapshot = writeSnapshot;
    this.#lineage = lineage;
    this.#after = after;
    this.#snapshotSize = snapshotSize;
  }

  /** To be called after each append. */
  async duringWork(): Promise<void> {
    const limit = Math.max(this.#after, this.#snapshotSize, this.#pause);
    if (this.#journal.size > limit) await this.#compact();
  }

  async atTheEnd(): Promise<void> {
    if (this.#journal.size * smallPart > this.#snapshotSize) await this.#compact();
  }

  /** Nothing is left of what the journal had. @throws when that cannot be done now */
  async now(): Promise<void> {
    await this.#compact();
    if (this.#journal.refuses) throw new Error('the journal takes no more records');
  }

  async #compact(): Promise<void> {
    if (this.#journal.refuses) return;
    this.#pause = this.#journal.size + this.#after;
    this.#snapshotSize = await this.#writeSnapshot();
    await this.#journal.restart(this.#lineage);
    this.#pause = 0;
  }
}
