import type { ResourceType } from '../../../core/model/entry.ts';
import { enterpriseUser, readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { TargetFacts } from '../../../ports/scim-target.ts';
import { isBody, listOf, schemas, type Body } from '../shared/message.ts';
import { core11, enterprise11 } from './scim-1-1-names.ts';

/** Attributes of every resource, which /Schemas does not list (RFC 7643 §3.1). */
const common = ['id', 'externalid', 'meta'];

/**
 * Attribute paths in lower case that a target knows, from its /Schemas (RFC 7643 §7): `name.givenname`,
 * `urn:…:user:department`. Which extension belongs to which type is told by /ResourceTypes (RFC 7643 §6); one that no
 * type names counts for both. Undefined for a type of which nothing is told: then nobody can say what is unknown. The schemas
 * of SCIM 1.1 (Core Schema 1.1 §10) share one URN, and may name the extension attribute by attribute.
 */
export function attributesOf(
  definitions: readonly unknown[],
  resourceTypes: readonly unknown[],
): TargetFacts['attributes'] {
  const attributes = { user: new Set(common), group: new Set(common) };
  const owners = ownersOfExtensions(resourceTypes);
  for (const definition of definitions) {
    const urn = isBody(definition) ? definition['id'] : undefined;
    if (!isBody(definition) || typeof urn !== 'string') continue;
    const types = typesOf(urn, definition, owners);
    const prefix = types.core ? '' : `${renamed(urn)}:`;
    for (const path of pathsOf(definition, prefix)) for (const type of types.of) attributes[type].add(path);
  }
  if (!attributes.user.has('username')) return undefined;
  return { user: attributes.user, group: attributes.group.has('displayname') ? attributes.group : undefined };
}

/** In lower case; the extension of SCIM 1.1 under the name that it has in 2.0. */
function renamed(urn: string): string {
  return same(urn, enterprise11) ? enterpriseUser.toLowerCase() : urn.toLowerCase();
}

/** Which type a schema of SCIM 1.1 is about. */
function oldTypeOf(urn: string, { name, endpoint }: Body): ResourceType | undefined {
  if (!urn.toLowerCase().startsWith(core11)) return undefined;
  const said = [urn, name, endpoint].map((text) =>
    (typeof text === 'string' ? (/(?:^|[:/])(user|group)s?$/i.exec(text)?.[1] ?? '') : '').toLowerCase(),
  );
  return said.includes('group') ? 'group' : said.includes('user') ? 'user' : undefined;
}

function typesOf(
  urn: string,
  definition: Body,
  owners: ReadonlyMap<string, ReadonlySet<ResourceType>>,
): { readonly core: boolean; readonly of: readonly ResourceType[] } {
  if (same(urn, schemas.user)) return { core: true, of: ['user'] };
  if (same(urn, schemas.group)) return { core: true, of: ['group'] };
  const old = oldTypeOf(urn, definition);
  if (old !== undefined) return { core: true, of: [old] };
  const own = owners.get(urn.toLowerCase());
  if (own !== undefined) return { core: false, of: [...own] };
  return { core: false, of: same(urn, enterpriseUser) || same(urn, enterprise11) ? ['user'] : ['user', 'group'] };
}

/** Which types have an extension, by its URN in lower case. */
function ownersOfExtensions(resourceTypes: readonly unknown[]): ReadonlyMap<string, ReadonlySet<ResourceType>> {
  const owners = new Map<string, Set<ResourceType>>();
  for (const resourceType of resourceTypes) {
    if (!isBody(resourceType)) continue;
    const type = (['user', 'group'] as const).find((one) => same(resourceType['schema'], schemas[one]));
    if (type === undefined) continue;
    for (const extension of extensionsOf(resourceType)) {
      if (typeof extension !== 'string') continue;
      const urn = extension.toLowerCase();
      owners.set(urn, (owners.get(urn) ?? new Set()).add(type));
    }
  }
  return owners;
}

function extensionsOf(resourceType: Body): readonly unknown[] {
  return listOf(readScimPath(resourceType, scimPath('schemaExtensions'))).map(
    (extension) => isBody(extension) && extension['schema'],
  );
}

function same(text: unknown, urn: string): boolean {
  return typeof text === 'string' && text.toLowerCase() === urn.toLowerCase();
}

function pathsOf(definition: Body, prefix: string): string[] {
  return namesIn(definition['attributes']).flatMap(({ name, attribute }) => {
    const path = (same(attribute['schema'], enterprise11) ? `${enterpriseUser.toLowerCase()}:` : prefix) + name;
    // The manager's id is called `managerId` in 1.1 (Core Schema 1.1 §7).
    return [
      path,
      ...namesIn(attribute['subAttributes']).map((sub) => `${path}.${sub.name === 'managerid' ? 'value' : sub.name}`),
    ];
  });
}

function namesIn(list: unknown): { readonly name: string; readonly attribute: Body }[] {
  return listOf(list).flatMap((attribute) =>
    isBody(attribute) && typeof attribute['name'] === 'string'
      ? [{ name: attribute['name'].toLowerCase(), attribute }]
      : [],
  );
}
