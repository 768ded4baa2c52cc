import { get, isObject, keyOf, urn, violation, type Json, type Kind } from './protocol.ts';

/** SCIM 1.1 (Core Schema and Protocol of 2012): in and out in old clothes, kept as 2.0. */
const oldCore = 'urn:scim:schemas:core:1.0';
const oldEnterprise = 'urn:scim:schemas:extension:enterprise:1.0';

/** A resource of a client. @throws ScimError when it does not name the schemas of 1.1 */
export function fromOld(kind: Kind, body: Json): Json {
  const { schemas, ...rest } = body;
  if (!Array.isArray(schemas) || !schemas.includes(oldCore))
    throw violation(`schemas does not contain ${oldCore}`, 'invalidSyntax');
  const result: Json = { ...rest, schemas: [urn[kind]] };
  const extension = result[oldEnterprise];
  if (!isObject(extension)) return result;
  if (!schemas.includes(oldEnterprise))
    throw violation(`${oldEnterprise} is used and not named in schemas`, 'invalidSyntax');
  Reflect.deleteProperty(result, oldEnterprise);
  return {
    ...result,
    schemas: [urn[kind], urn.enterprise],
    [urn.enterprise]: renamed(extension, 'managerId', 'value'),
  };
}

/** A resource of the store, as 1.1 shows it. */
export function toOld(resource: Json): Json {
  const { [urn.enterprise]: extension, ...rest } = resource;
  if (!isObject(extension)) return { ...rest, schemas: [oldCore] };
  return { ...rest, schemas: [oldCore, oldEnterprise], [oldEnterprise]: renamed(extension, 'value', 'managerId') };
}

function renamed(extension: Json, from: string, to: string): Json {
  const { manager } = extension;
  if (!isObject(manager)) return extension;
  return {
    ...extension,
    manager: Object.fromEntries(Object.entries(manager).map(([key, value]) => [key === from ? to : key, value])),
  };
}

/** A filter with the names of 1.1. */
export function filterFromOld(filter: string): string {
  return filter
    .replaceAll(oldEnterprise, urn.enterprise)
    .replaceAll('manager.managerId', 'manager.value')
    .replaceAll(`${oldCore}:`, '');
}

/**
 * A PATCH of 1.1 (Protocol §3.3.2) as one of 2.0: it is some of a resource. What `meta.attributes` names is cleared
 * first, elements with `operation: "delete"` leave, other elements join or are merged by their value.
 */
export function patchFromOld(body: Json | undefined, held: Json): Json {
  if (!isObject(body)) throw violation('a PATCH needs a JSON object', 'invalidSyntax');
  const { meta, schemas, ...rest } = body;
  if (!Array.isArray(schemas) || !schemas.includes(oldCore))
    throw violation(`schemas does not contain ${oldCore}`, 'invalidSyntax');
  if ('Operations' in rest) throw violation('there are no Operations in SCIM 1.1', 'invalidSyntax');
  const cleared: unknown = isObject(meta) ? meta['attributes'] : [];
  const removals = (Array.isArray(cleared) ? cleared : []).map((name) => ({
    op: 'remove',
    path: modernPath(String(name)),
  }));
  const names = new Set(removals.map(({ path }) => path.toLowerCase()));
  const changes = Object.entries(rest).flatMap(([name, value]): Json[] => {
    if (name === oldEnterprise && isObject(value)) {
      return Object.entries(renamed(value, 'managerId', 'value')).map(([sub, one]) => ({
        op: 'replace',
        path: `${urn.enterprise}:${sub}`,
        value: one,
      }));
    }
    return Array.isArray(value)
      ? elementChanges(name, value, names.has(name.toLowerCase()) ? undefined : get(held, name))
      : [{ op: 'replace', path: name, value }];
  });
  return { schemas: [urn.patch], Operations: [...removals, ...changes] };
}

function modernPath(name: string): string {
  const path = name.replace(oldEnterprise, urn.enterprise);
  return path.startsWith(`${urn.enterprise}.`) ? `${urn.enterprise}:${path.slice(urn.enterprise.length + 1)}` : path;
}

function elementChanges(name: string, elements: readonly unknown[], held: unknown): Json[] {
  const known = new Set(Array.isArray(held) ? held.filter(isObject).map(({ value }) => value) : []);
  const gone = elements.filter(isObject).filter((element) => element[keyOf(element, 'operation')] === 'delete');
  const kept = elements.filter((element) => !isObject(element) || !gone.includes(element));
  const merged = kept.filter((element) => isObject(element) && known.has(element['value']) && name !== 'members');
  const added = kept.filter((element) => !merged.includes(element));
  const at = (value: unknown): string => `${name}[value eq ${JSON.stringify(value)}]`;
  return [
    ...gone.filter(({ value }) => known.has(value)).map(({ value }) => ({ op: 'remove', path: at(value) })),
    ...merged.filter(isObject).map((element) => ({ op: 'replace', path: at(element['value']), value: element })),
    ...(added.length === 0 ? [] : [{ op: 'add', path: name, value: added }]),
  ];
}
