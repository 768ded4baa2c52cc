import type { SourceId } from '../model/entry.ts';
import type { EntryTable } from './entry-table.ts';

/** `failed`: a condition could not be evaluated. Such an entry is in nobody's way, but has not left either. */
export type ScopeVerdict = 'in' | 'out' | 'failed';

const verdicts: readonly ScopeVerdict[] = ['out', 'in', 'failed'];

/** What was judged of each entry, a byte for each. */
export class Verdicts {
  readonly #table: EntryTable;
  readonly #column: Uint8Array;

  constructor(table: EntryTable) {
    this.#table = table;
    this.#column = new Uint8Array(table.length);
  }

  /** By row of the table. */
  of(row: number): ScopeVerdict {
    return verdicts[this.#column[row] ?? 0] ?? 'out';
  }

  /** Undefined for an id that nobody has. */
  get(id: SourceId): ScopeVerdict | undefined {
    const [row] = this.#table.rowsOf(id);
    return row === undefined ? undefined : this.of(row);
  }

  set(row: number, verdict: ScopeVerdict): void {
    this.#column[row] = verdicts.indexOf(verdict);
  }

  /** For every row with an id. */
  setAll(id: SourceId, verdict: ScopeVerdict): void {
    for (const row of this.#table.rowsOf(id)) this.set(row, verdict);
  }
}
