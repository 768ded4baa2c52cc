import type { Entry } from '../../../core/model/entry.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { readSubschema } from './subschema.ts';

/**
 * Gives the values of an attribute under the name by which it was asked for: OpenLDAP answers `surname` with `sn`. By the
 * server's own schema, where it shows it, and by the names of RFC 4519. Active Directory has one name for each attribute,
 * and there `street` and `streetAddress` are two. Asks nothing where nobody asked by such a name.
 */
export async function createNaming(
  directory: OpenDirectory,
  wanted: ReadonlySet<string>,
): Promise<(entry: Entry) => Entry> {
  if (directory.kind === 'active-directory') return unchanged;
  const { typeNames } = await readSubschema(directory);
  const others = [...wanted].map((name) => [name, typeNames(name)] as const).filter(([name, first]) => name !== first);
  return others.length === 0 ? unchanged : (entry) => withNames(entry, others);
}

const unchanged = (entry: Entry): Entry => entry;

function withNames(entry: Entry, others: readonly (readonly [string, string])[]): Entry {
  const attributes = new Map(entry.attributes);
  for (const [name, first] of others) {
    const values = attributes.get(first);
    if (values !== undefined && !attributes.has(name)) attributes.set(name, values);
  }
  return attributes.size === entry.attributes.size ? entry : { ...entry, attributes };
}
