import { parseFilter, type Filter } from '../../../core/directory/filter.ts';
import type { ReadRequest } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../open-directory.ts';

/** Attributes that servers work out from other entries. They change with no trace at the entry that has them. */
const derived = ['memberof', 'ismemberof', 'directreports', 'managedobjects', 'msds-memberoftransitive'];

/**
 * The first attribute, read or filtered by, of which no change feed tells. 389 Directory Server writes memberOf into
 * entries like anybody else, and says so.
 */
export function findDerived({ kind, options }: OpenDirectory, attributes: ReadRequest['attributes']): string | undefined {
  if (kind === '389ds') return undefined;
  const filters = [options.users?.filter, options.groups?.filter].filter((text) => text !== undefined);
  const names = new Set([...attributes.user, ...attributes.group, ...filters.map(parseFilter).flatMap(attributesOf)]);
  return derived.find((name) => names.has(name));
}

function attributesOf(filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(attributesOf);
    case 'not':
      return attributesOf(filter.filter);
    default:
      return filter.attribute === undefined ? [] : [filter.attribute.toLowerCase()];
  }
}
