import type { ResourceType } from '../../../core/model/entry.ts';
import { enterpriseUser, readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { isBody, listOf, schemas, type Body } from '../message.ts';

/** Attributes of every resource, which /Schemas does not list (RFC 7643 §3.1). */
const common = ['id', 'externalid', 'meta'];

/**
 * Attribute paths in lower case that a target knows, from its /Schemas (RFC 7643 §7): `name.givenname`,
 * `urn:…:user:department`. Which extension belongs to which type is told by /ResourceTypes (RFC 7643 §6); one that no
 * type names counts for both.
 */
export function attributesOf(
  definitions: readonly unknown[],
  resourceTypes: readonly unknown[],
): Readonly<Record<ResourceType, ReadonlySet<string>>> | undefined {
  const attributes = { user: new Set(common), group: new Set(common) };
  let known = 0;
  for (const definition of definitions) {
    const urn = isBody(definition) ? definition['id'] : undefined;
    if (!isBody(definition) || typeof urn !== 'string') continue;
    const types = typesOf(urn, resourceTypes);
    const prefix = types.core ? '' : `${urn.toLowerCase()}:`;
    for (const path of pathsOf(definition)) for (const type of types.of) attributes[type].add(prefix + path);
    known += 1;
  }
  return known === 0 ? undefined : attributes;
}

function typesOf(urn: string, resourceTypes: readonly unknown[]): { readonly core: boolean; readonly of: readonly ResourceType[] } {
  if (same(urn, schemas.user)) return { core: true, of: ['user'] };
  if (same(urn, schemas.group)) return { core: true, of: ['group'] };
  const extended = resourceTypes.filter(isBody).filter((resourceType) => extensionsOf(resourceType).some((extension) => same(extension, urn)));
  const owners = (['user', 'group'] as const).filter((type) => extended.some(({ schema }) => same(schema, schemas[type])));
  if (owners.length > 0) return { core: false, of: owners };
  return { core: false, of: same(urn, enterpriseUser) ? ['user'] : ['user', 'group'] };
}

function extensionsOf(resourceType: Body): readonly unknown[] {
  return listOf(readScimPath(resourceType, scimPath('schemaExtensions'))).map((extension) => isBody(extension) && extension['schema']);
}

function same(text: unknown, urn: string): boolean {
  return typeof text === 'string' && text.toLowerCase() === urn.toLowerCase();
}

function pathsOf(definition: Body): string[] {
  return namesIn(definition['attributes']).flatMap(({ name, attribute }) => [
    name,
    ...namesIn(attribute['subAttributes']).map((sub) => `${name}.${sub.name}`),
  ]);
}

function namesIn(list: unknown): { readonly name: string; readonly attribute: Body }[] {
  return listOf(list).flatMap((attribute) =>
    isBody(attribute) && typeof attribute['name'] === 'string' ? [{ name: attribute['name'].toLowerCase(), attribute }] : [],
  );
}
