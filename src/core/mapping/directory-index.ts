import { dnKey } from '../directory/dn.ts';
import type { EntryList } from '../model/entries.ts';
import type { Entry, SourceId } from '../model/entry.ts';
import { eachInSteps, type Steps } from '../model/steps.ts';
import { seenFrom, type Sees } from './visibility.ts';

/** Who once had a name that nobody has now, by the name as it is written; several, when nobody can tell who is meant. */
export type FormerNames = ReadonlyMap<string, readonly SourceId[]>;

export const noFormerNames: FormerNames = new Map();

/** Finds entries by their DN, in whatever spelling. */
export interface DirectoryIndex {
  /**
   * Whom a value in an entry of `directory` means: an entry beside it first, then the only one of that name in the
   * directories that it sees, and then the only one there who once had it.
   */
  readonly find: (dn: string, directory: string) => Entry | undefined;
  /** Every entry of that name, in any directory. */
  readonly findAll: (dn: string) => readonly Entry[];
  /** Whom a name that means nobody may mean: those who have or once had it, and those whose relative name is the same, in any directory. */
  readonly findAlike: (dn: string) => readonly Entry[];
  /** Names that were looked for so far and that mean nobody who has them now. */
  readonly unknown: ReadonlySet<string>;
  /** Whether an entry of that directory has the name, in this spelling. */
  readonly isSpelled: (dn: string, directory: string) => boolean;
  /** Makes ready what the first name that nobody spells like this would have to wait for. */
  readonly makeKeys: () => Steps<void>;
}

export function indexDirectories(entries: EntryList, sees: Sees, former: FormerNames): DirectoryIndex {
  const spelled = new Map<string, Map<string, Entry>>();
  for (const entry of entries) {
    const known = spelled.get(entry.directory) ?? new Map<string, Entry>();
    known.set(entry.dn, entry);
    spelled.set(entry.directory, known);
  }
  // Servers repeat a DN as they spelled it elsewhere, nearly always: keys are only made when one is spelled differently.
  let keyed: Map<string, Entry[]> | undefined;
  let identified: Map<string, Entry[]> | undefined;
  let named: Map<string, Entry[]> | undefined;
  const unknown = new Set<string>();
  const findAll = (dn: string) => (keyed ??= groupBy(entries, entryKey)).get(dnKey(dn)) ?? [];
  const findFormer = (dn: string, isMeant: (entry: Entry) => boolean = () => true) =>
    (former.get(dn) ?? []).flatMap(
      (id) => (identified ??= groupBy(entries, (entry) => entry.id)).get(id)?.filter(isMeant).slice(0, 1) ?? [],
    );
  const find = (dn: string, directory: string) => {
    const beside = spelled.get(directory);
    const near = beside?.get(dn);
    if (near !== undefined) return near;
    const all = seenFrom(directory, findAll(dn), sees);
    const [first] = all;
    const found =
      all.find((entry) => entry.directory === directory) ??
      (all.every(({ id }) => id === first?.id) ? first : undefined);
    if (all.length === 0) {
      unknown.add(dn);
      // Somebody who had the name and is not shown is meant as well as anybody else.
      return former.get(dn)?.length === 1 ? findFormer(dn, (entry) => sees(directory, entry.directory))[0] : undefined;
    }
    // The same spelling comes again, in another group or for another report.
    if (found !== undefined) beside?.set(dn, found);
    return found;
  };
  const findAlike = (dn: string) => [
    ...findFormer(dn),
    ...((named ??= groupBy(entries, (entry) => relativeKey(entryKey(entry)))).get(relativeKey(dnKey(dn))) ?? []),
  ];
  const isSpelled = (dn: string, directory: string) => spelled.get(directory)?.has(dn) === true;
  const makeKeys = () => eachInSteps(keyed === undefined ? entries : [], entryKey);
  return { find, findAll, findAlike, unknown, isSpelled, makeKeys };
}

/** The key of a relative DN out of that of the whole: separators inside of values are escaped in keys. */
function relativeKey(key: string): string {
  return /^(?:\\.|[^\\,])*/s.exec(key)?.[0] ?? key;
}

function groupBy(entries: EntryList, keyOf: (entry: Entry) => string): Map<string, Entry[]> {
  const keyed = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const known = keyed.get(key);
    if (known === undefined) keyed.set(key, [entry]);
    else known.push(entry);
  }
  return keyed;
}

/** A pure memo: a daemon sees the same entries in each cycle, and one member who is not read has all keys made. */
const keys = new WeakMap<Entry, string>();

/** The key of an entry's own DN. */
export function entryKey(entry: Entry): string {
  const known = keys.get(entry);
  if (known !== undefined) return known;
  const key = dnKey(entry.dn);
  keys.set(entry, key);
  return key;
}
