import { dnKey } from '../directory/dn.ts';
import type { Entry } from '../model/entry.ts';

/** Finds entries by their DN, in whatever spelling. */
export interface DirectoryIndex {
  /**
   * Whom a value in an entry of `directory` means: an entry beside it first, then the only one of that name anywhere,
   * in whichever directories it appears.
   */
  readonly find: (dn: string, directory: string) => Entry | undefined;
  /** Every entry of that name, in any directory. */
  readonly findAll: (dn: string) => readonly Entry[];
}

export function indexDirectories(entries: readonly Entry[]): DirectoryIndex {
  const spelled = new Map<string, Map<string, Entry>>();
  for (const entry of entries) {
    const known = spelled.get(entry.directory) ?? new Map<string, Entry>();
    known.set(entry.dn, entry);
    spelled.set(entry.directory, known);
  }
  // Servers repeat a DN as they spelled it elsewhere, nearly always: keys are only made when one is spelled differently.
  let keyed: Map<string, Entry[]> | undefined;
  const findAll = (dn: string) => {
    keyed ??= byKey(entries);
    return keyed.get(dnKey(dn)) ?? [];
  };
  const find = (dn: string, directory: string) => {
    const beside = spelled.get(directory);
    const near = beside?.get(dn);
    if (near !== undefined) return near;
    const all = findAll(dn);
    const [first] = all;
    const found = all.find((entry) => entry.directory === directory) ?? (all.every(({ id }) => id === first?.id) ? first : undefined);
    // The same spelling comes again, in another group or for another report.
    if (found !== undefined) beside?.set(dn, found);
    return found;
  };
  return { find, findAll };
}

function byKey(entries: readonly Entry[]): Map<string, Entry[]> {
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

function keyOf(entry: Entry): string {
  const known = keys.get(entry);
  if (known !== undefined) return known;
  const key = dnKey(entry.dn);
  keys.set(entry, key);
  return key;
}
