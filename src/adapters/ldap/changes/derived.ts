import { attributesIn, parseFilter } from '../../../core/directory/filter.ts';
import type { ReadRequest } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';

/** Attributes that servers work out from other entries. They change with no trace at the entry that has them. */
const derivedFrom = {
  groups: ['memberof', 'ismemberof', 'msds-memberoftransitive'],
  anybody: ['directreports', 'managedobjects'],
} as const;

/**
 * The first attribute, read or filtered by, that may have changed although no change feed tells of it. Where only people
 * changed, what is worked out from groups stayed the same, but for those people themselves. 389 Directory Server writes
 * memberOf into entries like anybody else, and says so.
 */
export function findDerived(
  { kind, options }: OpenDirectory,
  attributes: ReadRequest['attributes'],
  changed: 'people' | 'anybody' = 'anybody',
): string | undefined {
  if (kind === '389ds') return undefined;
  const filters = [options.users?.filter, options.groups?.filter].filter((text) => text !== undefined);
  const names = new Set([...attributes.user, ...attributes.group, ...filters.map(parseFilter).flatMap(attributesIn)]);
  const derived = changed === 'people' ? derivedFrom.anybody : [...derivedFrom.groups, ...derivedFrom.anybody];
  return derived.find((name) => names.has(name));
}
