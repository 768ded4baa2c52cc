import { typeName, typeNamesOf, type TypeNames } from '../../../core/directory/attribute-types.ts';
import {
  namesAfter,
  requiredOfGroups,
  requirementsIn,
  type Requirements,
} from '../../../core/directory/object-classes.ts';
import { readBase } from './read-base.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { LdapSourceOptions } from '../shared/options.ts';

/** What a server's schema says (RFC 4512 §4.2). */
export interface Subschema {
  readonly typeNames: TypeNames;
  /** Where the server hides its schema: what holds without. */
  readonly requirements: Requirements;
  /** Whether there is such an attribute; undefined where the server hides its schema. */
  readonly knows: (attribute: string) => boolean | undefined;
  /** All attribute types, in lower case; undefined where the server hides its schema. */
  readonly names: readonly string[] | undefined;
}

/** A schema changes when somebody works on the server: what it said once is good until the next start. */
const known = new WeakMap<LdapSourceOptions, Subschema>();

function hidden({ kind }: OpenDirectory): Subschema {
  return {
    typeNames: typeName,
    requirements: kind === 'openldap' ? requiredOfGroups : requirementsIn([], typeName),
    knows: () => undefined,
    names: undefined,
  };
}

/** RFC 4512 §4.4: the rootDSE tells where the schema is. A server may hide it. */
export async function readSubschema(directory: OpenDirectory): Promise<Subschema> {
  const before = known.get(directory.options);
  if (before !== undefined) return before;
  const schema = await read(directory);
  known.set(directory.options, schema);
  return schema;
}

async function read(directory: OpenDirectory): Promise<Subschema> {
  const base = directory.rootDse.get('subschemasubentry')?.[0];
  if (base === undefined) return hidden(directory);
  const values = await readBase(directory, base, ['attributeTypes', 'objectClasses']);
  const types = (values.get('attributetypes') ?? []).map(String);
  if (types.length === 0) return hidden(directory);
  const typeNames = typeNamesOf(types);
  const names = new Set(types.flatMap((type) => namesAfter('NAME', type)));
  return {
    typeNames,
    requirements: requirementsIn((values.get('objectclasses') ?? []).map(String), typeNames),
    names: types.flatMap((type) => namesAfter('NAME', type)),
    knows: (attribute) => names.has(attribute.toLowerCase()),
  };
}
