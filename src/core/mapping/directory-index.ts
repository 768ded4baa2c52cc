import { dnKey } from '../directory/dn.ts';
import type { Entry, SourceId } from '../model/entry.ts';
import type { Steps } from '../model/steps.ts';
import { inOneGo } from '../model/steps.ts';
import type { EntryTable } from './entry-table.ts';
import { HashedRows, HashIndex, hashOf } from './hash-index.ts';
import { seenFrom, type Sees } from './visibility.ts';

/** Who once had a name that nobody has now, by the name as it is written; several, when nobody can tell who is meant. */
export type FormerNames = ReadonlyMap<string, readonly SourceId[]>;

export const noFormerNames: FormerNames = new Map();

/** Finds entries by their DN, in whatever spelling. Rows are those of the table. */
export interface DirectoryIndex {
  readonly table: EntryTable;
  /**
   * Whom a value in an entry of `directory` means: an entry beside it first, then the only one of that name in the
   * directories that it sees, and then the only one there who once had it.
   */
  readonly find: (dn: string, directory: string) => Entry | undefined;
  /** The same, by row. */
  readonly findRow: (dn: string, directory: string) => number | undefined;
  /** Every entry of that name, in any directory. */
  readonly findAll: (dn: string) => readonly number[];
  /** Whom a name that means nobody may mean: those who have or once had it, and those whose relative name is the same, in any directory. */
  readonly findAlike: (dn: string) => readonly number[];
  /** Names that were looked for so far and that mean nobody who has them now. */
  readonly unknown: ReadonlySet<string>;
  /** Whether an entry of that directory has the name, in this spelling. */
  readonly isSpelled: (dn: string, directory: string) => boolean;
  /** Makes ready what the first name that nobody spells like this would have to wait for. */
  readonly makeKeys: () => Steps<void>;
}

export function indexDirectories(table: EntryTable, sees: Sees, former: FormerNames): DirectoryIndex {
  // Servers repeat a DN as they spelled it elsewhere, nearly always: keys are only made when one is spelled differently.
  const keyed = lazily(table, (row) => dnKey(table.dn(row)));
  const named = lazily(table, (row) => relativeKey(dnKey(table.dn(row))));
  /** Other spellings that came, by directory: the same one comes again, in another group or for another report. */
  const otherwise = new Map<string, Map<string, number>>();
  const unknown = new Set<string>();
  const findAll = (dn: string): readonly number[] => keyed.findAll(dnKey(dn));
  const findFormer = (dn: string, isMeant: (row: number) => boolean = () => true): number[] =>
    (former.get(dn) ?? []).flatMap((id) => table.rowsOf(id).filter(isMeant).slice(0, 1));
  const findRow = (dn: string, directory: string): number | undefined => {
    const near = table.spelled(dn, directory) ?? otherwise.get(directory)?.get(dn);
    if (near !== undefined) return near;
    const all = seenFrom(directory, findAll(dn), (row) => table.directory(row), sees);
    const [first] = all;
    const isOne = first !== undefined && (all.length === 1 || all.every((row) => table.id(row) === table.id(first)));
    const found = all.find((row) => table.directory(row) === directory) ?? (isOne ? first : undefined);
    if (all.length === 0) {
      unknown.add(dn);
      // Somebody who had the name and is not shown is meant as well as anybody else.
      return former.get(dn)?.length === 1
        ? findFormer(dn, (row) => sees(directory, table.directory(row)))[0]
        : undefined;
    }
    if (found !== undefined && table.directories.includes(directory)) {
      const known = otherwise.get(directory) ?? new Map<string, number>();
      known.set(dn, found);
      otherwise.set(directory, known);
    }
    return found;
  };
  const find = (dn: string, directory: string): Entry | undefined => {
    const row = findRow(dn, directory);
    return row === undefined ? undefined : table.entry(row);
  };
  const findAlike = (dn: string): readonly number[] => [...findFormer(dn), ...named.findAll(relativeKey(dnKey(dn)))];
  const isSpelled = (dn: string, directory: string): boolean =>
    table.spelled(dn, directory) !== undefined || otherwise.get(directory)?.has(dn) === true;
  return { table, find, findRow, findAll, findAlike, unknown, isSpelled, makeKeys: keyed.make };
}

/** The key of a relative DN out of that of the whole: separators inside of values are escaped in keys. */
function relativeKey(key: string): string {
  return /^(?:\\.|[^\\,])*/s.exec(key)?.[0] ?? key;
}

/** Rows by a key of each, made when the first one is looked for. */
function lazily(
  table: EntryTable,
  keyOf: (row: number) => string,
): { readonly make: () => Steps<void>; readonly findAll: (key: string) => readonly number[] } {
  let index: HashIndex | undefined;
  const make = function* (): Steps<void> {
    if (index !== undefined) return;
    const keys = new HashedRows(table.length);
    for (let row = 0; row < table.length; row += 1) {
      if (row % between === 0) yield;
      keys.add(keyOf(row), row);
    }
    index ??= new HashIndex(keys);
  };
  return {
    make,
    findAll: (key) => {
      inOneGo(make());
      return index?.findAll(hashOf(key), (row) => keyOf(row) === key) ?? [];
    },
  };
}

const between = 100;
