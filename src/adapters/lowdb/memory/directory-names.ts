import type { SourceId } from '../../../core/model/entry.ts';
import type { StateChange } from '../../../ports/state-change.ts';
import { eachRowDigest, inBlocks, rowDigest } from './blocks.ts';
import { DigestColumn } from './digest-column.ts';
import { HashIndex } from './hash-index.ts';
import type { IdRows } from './id-rows.ts';
import { isDigest } from './packed-text.ts';
import type { SnapshotLine } from './snapshot-lines.ts';

type NamesChange = Extract<StateChange, { kind: 'names' }>;

/** As many ids as go into one line of a snapshot. */
const batchSize = 500;

/** Under which names the entries of one directory are and were known. */
export class DirectoryNames {
  readonly #ids: IdRows;
  /** Of those who were always called the same: sixteen bytes each. */
  readonly #only = new DigestColumn();
  /** Of the others: the current name first. */
  readonly #several = new Map<number, readonly string[]>();
  /** Name → rows. Made when somebody asks, which is when a value names nobody, and kept current from then on. */
  #index: { readonly only: HashIndex; readonly several: Map<string, Set<number>> } | undefined;

  constructor(ids: IdRows) {
    this.#ids = ids;
  }

  set(id: SourceId, names: readonly string[]): void {
    if (names.length === 0 && this.#ids.find(id) < 0) return;
    const row = this.#ids.of(id);
    this.#drop(row);
    const [name] = names;
    if (name === undefined) return;
    if (names.length === 1 && isDigest(name)) this.#only.set(row, name);
    else this.#several.set(row, [...names]);
    if (this.#index !== undefined) this.#addTo(this.#index, row);
  }

  /** Rows with the 16 bytes of their only names, from a snapshot. */
  load(block: Buffer): void {
    eachRowDigest(block, this.#ids.length, (row, at) => this.#only.setBytes(row, block, at));
  }

  of(id: SourceId): readonly string[] {
    return this.#namesOf(this.#ids.find(id));
  }

  named(name: string): readonly SourceId[] {
    this.#index ??= this.#makeIndex();
    const { only, several } = this.#index;
    const rows = [...(several.get(name) ?? [])];
    if (isDigest(name))
      only.find(hashOfName(Buffer.from(name, 'base64url')), (row) => {
        if (this.#only.get(row) === name) rows.push(row);
        return false;
      });
    return rows.map((row) => this.#ids.idOf(row));
  }

  /** Whose names were noted. */
  *rows(): Generator<number> {
    yield* this.#only.rows();
    yield* this.#several.keys();
  }

  *changes(directory: string, rows: Iterable<number> = this.rows()): Generator<NamesChange> {
    let names: [SourceId, readonly string[]][] = [];
    for (const row of rows) {
      names.push([this.#ids.idOf(row), this.#namesOf(row)]);
      if (names.length < batchSize) continue;
      yield { kind: 'names', directory, names };
      names = [];
    }
    if (names.length > 0) yield { kind: 'names', directory, names };
  }

  /** The same as lines of a snapshot. @param rowOf the number of a row in there */
  *lines(directory: string, rowOf: (row: number) => number): Generator<SnapshotLine> {
    for (const bytes of inBlocks(this.#onlyNames(rowOf))) yield { kind: 'name_rows', directory, bytes };
    yield* this.changes(directory, this.#several.keys());
  }

  *#onlyNames(rowOf: (row: number) => number): Generator<Buffer> {
    for (const row of this.#only.rows()) yield rowDigest(rowOf(row), this.#only.bytesOf(row) ?? Buffer.alloc(0));
  }

  #namesOf(row: number): readonly string[] {
    if (row < 0) return [];
    const only = this.#only.get(row);
    return only === undefined ? (this.#several.get(row) ?? []) : [only];
  }

  #drop(row: number): void {
    const bytes = this.#only.bytesOf(row);
    if (bytes !== undefined) this.#index?.only.remove(hashOfName(bytes), row);
    for (const name of this.#several.get(row) ?? []) this.#index?.several.get(name)?.delete(row);
    this.#only.delete(row);
    this.#several.delete(row);
  }

  #makeIndex(): { readonly only: HashIndex; readonly several: Map<string, Set<number>> } {
    const hash = (row: number): number => hashOfName(this.#only.bytesOf(row) ?? Buffer.alloc(4));
    const index = { only: new HashIndex(hash), several: new Map<string, Set<number>>() };
    for (const row of this.rows()) this.#addTo(index, row);
    return index;
  }

  #addTo(index: { readonly only: HashIndex; readonly several: Map<string, Set<number>> }, row: number): void {
    const bytes = this.#only.bytesOf(row);
    if (bytes !== undefined) index.only.add(hashOfName(bytes), row);
    for (const name of this.#several.get(row) ?? []) {
      const known = index.several.get(name);
      if (known === undefined) index.several.set(name, new Set([row]));
      else known.add(row);
    }
  }
}

/** Digests are as random as can be: any part of one is a hash. */
function hashOfName(bytes: Buffer): number {
  return bytes.readUInt32LE(0);
}
