import type { EntryList } from '../model/entries.ts';
import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import type { Steps } from '../model/steps.ts';
import { HashedRows, HashIndex, hashOf } from './hash-index.ts';

/** Entries by row, with what is asked for all the time in columns: entries are objects only while somebody looks at them. */
export class EntryTable {
  readonly length: number;
  /** Rows of groups. */
  readonly groups: readonly number[];
  /** Names of directories, by number. */
  readonly directories: readonly string[];
  readonly #list: EntryList;
  readonly #directoryOf: Uint16Array;
  readonly #isGroup: Uint8Array;
  readonly #ids: HashIndex;
  readonly #spelled: HashIndex;

  private constructor(list: EntryList, columns: Columns) {
    this.#list = list;
    this.length = list.length;
    this.groups = columns.groups;
    this.directories = columns.directories;
    this.#directoryOf = columns.directoryOf;
    this.#isGroup = columns.isGroup;
    this.#ids = new HashIndex(columns.ids);
    this.#spelled = new HashIndex(columns.spelled);
  }

  static *of(list: EntryList): Steps<EntryTable> {
    const columns = createColumns(list.length);
    let row = 0;
    for (const entry of list) {
      if (row % between === 0) yield;
      take(columns, entry, row);
      row += 1;
    }
    yield;
    return new EntryTable(list, columns);
  }

  entry(row: number): Entry {
    const entry = this.#list.at(row);
    if (entry === undefined) throw new Error(`no row ${row}`);
    return entry;
  }

  id(row: number): SourceId {
    return this.#list.idAt?.(row) ?? this.entry(row).id;
  }

  dn(row: number): string {
    return this.#list.dnAt?.(row) ?? this.entry(row).dn;
  }

  directory(row: number): string {
    return this.directories[this.#directoryOf[row] ?? 0] ?? '';
  }

  type(row: number): ResourceType {
    return this.isGroup(row) ? 'group' : 'user';
  }

  isGroup(row: number): boolean {
    return this.#isGroup[row] === 1;
  }

  /** All rows with an id: one for each directory that shows it. */
  rowsOf(id: SourceId): number[] {
    return this.#ids.findAll(hashOf(id), (row) => this.id(row) === id);
  }

  rowOf({ id, directory }: Pick<Entry, 'id' | 'directory'>): number | undefined {
    return this.#ids.find(hashOf(id), (row) => this.directory(row) === directory && this.id(row) === id);
  }

  /** Who has a DN in this spelling, in a directory. */
  spelled(dn: string, directory: string): number | undefined {
    return this.#spelled.find(hashOf(dn), (row) => this.directory(row) === directory && this.dn(row) === dn);
  }
}

const between = 200;

interface Columns {
  readonly groups: number[];
  readonly directories: string[];
  readonly directoryOf: Uint16Array;
  readonly isGroup: Uint8Array;
  readonly ids: HashedRows;
  readonly spelled: HashedRows;
}

function createColumns(length: number): Columns {
  return {
    groups: [],
    directories: [],
    directoryOf: new Uint16Array(length),
    isGroup: new Uint8Array(length),
    ids: new HashedRows(length),
    spelled: new HashedRows(length),
  };
}

function take(columns: Columns, { id, dn, directory, type }: Entry, row: number): void {
  const known = columns.directories.lastIndexOf(directory);
  columns.directoryOf[row] = known < 0 ? columns.directories.push(directory) - 1 : known;
  if (type === 'group') {
    columns.isGroup[row] = 1;
    columns.groups.push(row);
  }
  columns.ids.add(id, row);
  columns.spelled.add(dn, row);
}
