import type { SourceId } from '../../../core/model/entry.ts';
import { BitColumn } from './columns.ts';
import { IdRows } from './id-rows.ts';

/** Who was seen: a bit for whom the state knows, and whoever it does not know yet, in case it comes to. */
export class Marks {
  readonly #ids: IdRows;
  readonly #known = new BitColumn();
  readonly #others = new IdRows();

  constructor(ids: IdRows) {
    this.#ids = ids;
  }

  add(id: SourceId): void {
    const row = this.#ids.find(id);
    if (row >= 0) this.#known.add(row);
    else this.#others.of(id);
  }

  has(id: SourceId): boolean {
    const row = this.#ids.find(id);
    return (row >= 0 && this.#known.has(row)) || this.#others.find(id) >= 0;
  }

  hasRow(row: number): boolean {
    return this.#known.has(row) || (this.#others.length > 0 && this.#others.find(this.#ids.idOf(row)) >= 0);
  }
}
