import { PresenceFilter, SearchRequest } from 'ldapts';
import { attributeName } from '../../core/directory/attribute.ts';
import { typeName, typeNamesOf, type TypeNames } from '../../core/directory/attribute-types.ts';
import type { Entry } from '../../core/model/entry.ts';
import type { OpenDirectory } from './open-directory.ts';
import type { LdapSourceOptions } from './options.ts';

/** A schema changes when somebody works on the server: what it said once is good until the next start. */
const known = new WeakMap<LdapSourceOptions, TypeNames>();

/**
 * Gives the values of an attribute under the name by which it was asked for: OpenLDAP answers `surname` with `sn`. By the
 * server's own schema, where it shows it, and by the names of RFC 4519. Active Directory has one name for each attribute,
 * and there `street` and `streetAddress` are two. Asks nothing where nobody asked by such a name.
 */
export async function createNaming(directory: OpenDirectory, wanted: ReadonlySet<string>): Promise<(entry: Entry) => Entry> {
  const { kind, options } = directory;
  if (kind === 'active-directory') return unchanged;
  const typeNames = known.get(options) ?? (await readTypeNames(directory));
  known.set(options, typeNames);
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

/** RFC 4512 §4.4: the rootDSE tells where the schema is. A server that hides it is no trouble. */
async function readTypeNames({ session, rootDse }: OpenDirectory): Promise<TypeNames> {
  const base = rootDse.get('subschemasubentry')?.[0];
  if (base === undefined) return typeName;
  const definitions: string[] = [];
  const request = new SearchRequest({
    messageId: 0,
    baseDN: base,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: ['attributeTypes'],
    timeLimit: 0,
  });
  const result = await session.request(request, (message) => {
    if (message.kind !== 'entry') return;
    for (const { description, values } of message.attributes) {
      if (attributeName(description) === 'attributetypes') definitions.push(...values.map((value) => value.toString('utf8')));
    }
  });
  return result.code === 0 ? typeNamesOf(definitions) : typeName;
}
