import { attributeName } from '../../../core/directory/attribute.ts';
import type { Entry, ResourceType } from '../../../core/model/entry.ts';
import { findLockAttributes } from './lock-attributes.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { SearchEntry } from '../protocol/search.ts';
import { readSubschema } from './subschema.ts';

export interface HiddenReader {
  /** To be asked for. */
  readonly attributes: readonly string[];
  /** The entry with the names of what it has and does not show. */
  mark(entry: Entry, found: SearchEntry): Entry;
}

/**
 * Tells what is hidden from what is not there: a required attribute (MUST of the entry's classes) cannot be missing on a
 * server that checks its schema, and a lock attribute is looked for. Only of what was asked for. Active Directory shows
 * userAccountControl of everybody or of nobody, and requires nothing that a map asks for and that could be missing.
 */
export async function createHiddenReader(
  directory: OpenDirectory,
  type: ResourceType,
  base: string,
  wanted: ReadonlySet<string>,
): Promise<HiddenReader> {
  if (directory.kind === 'active-directory' || wanted.size === 0) return nothingHidden;
  const { typeNames, requirements } = await readSubschema(directory);
  const locks = type === 'user' ? await findLockAttributes(directory, base, wanted) : [];
  const always = locks.filter(({ state }) => state === 'hidden').map(({ name }) => name);
  const names = [...wanted].map((name) => [name, typeNames(name)] as const);
  const requiredNames = new Map<ReadonlySet<string>, readonly string[]>();
  /** Those of the wanted that entries of these classes must have. Most entries have the same few classes. */
  const requiredOf = (classes: readonly string[]): readonly string[] => {
    const types = requirements(classes);
    const before = requiredNames.get(types);
    if (before !== undefined) return before;
    const required = names.filter(([, type]) => types.has(type)).map(([name]) => name);
    requiredNames.set(types, required);
    return required;
  };
  const sets = new Map<string, ReadonlySet<string>>();
  return {
    attributes: ['objectclass'],
    mark: (entry, found) => {
      const missing = requiredOf(classesOf(found)).filter((name) => !entry.attributes.has(name));
      if (always.length + missing.length === 0) return entry;
      const hidden = [...new Set([...always, ...missing])];
      const key = hidden.join();
      const set = sets.get(key) ?? new Set(hidden);
      sets.set(key, set);
      return { ...entry, hidden: set };
    },
  };
}

const nothingHidden: HiddenReader = { attributes: [], mark: (entry) => entry };

function classesOf({ attributes }: SearchEntry): readonly string[] {
  const found = attributes.find(({ description }) => attributeName(description) === 'objectclass');
  return found === undefined ? [] : found.values.map((value) => value.toString('latin1'));
}
