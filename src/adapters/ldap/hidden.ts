import { attributeName } from '../../core/directory/attribute.ts';
import type { Entry, ResourceType } from '../../core/model/entry.ts';
import { findLockAttributes } from './lock-attributes.ts';
import type { RawAttribute } from './message.ts';
import type { OpenDirectory } from './open-directory.ts';
import type { SearchEntry } from './search.ts';
import { readSubschema } from './subschema.ts';

export interface HiddenReader {
  /** To be asked for. */
  readonly attributes: readonly string[];
  /** The entry with the names of what it has and does not show. */
  mark(entry: Entry, found: SearchEntry): Entry;
  /** Without what nobody but us asked for. */
  rest(found: SearchEntry): SearchEntry;
}

/**
 * Tells what is hidden from what is not there: a required attribute (MUST of the entry's classes) cannot be missing on a
 * server that checks its schema, and a lock attribute is looked for. Only of what was asked for. Active Directory shows
 * userAccountControl of everybody or of nobody, and requires nothing that a map asks for and that could be missing.
 */
export async function createHiddenReader(directory: OpenDirectory, type: ResourceType, base: string, wanted: ReadonlySet<string>): Promise<HiddenReader> {
  if (directory.kind === 'active-directory' || wanted.size === 0) return nothingHidden;
  const { typeNames, requirements } = await readSubschema(directory);
  const locks = type === 'user' ? await findLockAttributes(directory, base, wanted) : [];
  const always = locks.filter(({ state }) => state === 'hidden').map(({ name }) => name);
  const names = [...wanted].map((name) => [name, typeNames(name)] as const);
  const sets = new Map<string, ReadonlySet<string>>();
  return {
    attributes: ['objectclass'],
    mark: (entry, found) => {
      const classes = found.attributes.filter(isClasses).flatMap(({ values }) => values.map(String));
      const required = requirements(classes);
      const missing = names.filter(([name, type]) => required.has(type) && !entry.attributes.has(name)).map(([name]) => name);
      const hidden = [...new Set([...always, ...missing])];
      if (hidden.length === 0) return entry;
      const key = hidden.join();
      const set = sets.get(key) ?? new Set(hidden);
      sets.set(key, set);
      return { ...entry, hidden: set };
    },
    rest: (found) => (wanted.has('objectclass') ? found : { ...found, attributes: found.attributes.filter((one) => !isClasses(one)) }),
  };
}

const nothingHidden: HiddenReader = { attributes: [], mark: (entry) => entry, rest: (found) => found };

function isClasses({ description }: RawAttribute): boolean {
  return attributeName(description) === 'objectclass';
}
