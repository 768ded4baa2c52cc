import { attributesIn, parseFilter } from '../../core/directory/filter.ts';
import type { ServerKind } from '../../core/directory/kinds.ts';
import type { ResourceType } from '../../core/model/entry.ts';
import { inWords } from '../../core/wording/count.ts';
import { defaultFilter, type LdifScopes } from './search.ts';

/**
 * Why nobody in a file counts as a user or a group: more often a mistake than not. Many files have no groups, and nobody
 * wants any.
 *
 * @param names of the attributes that any record has, in lower case
 */
export function describeEmptiness(
  counts: Readonly<Record<ResourceType, number>>,
  names: ReadonlySet<string>,
  scopes: LdifScopes,
  kind: ServerKind,
): string[] {
  return (['user', 'group'] as const).flatMap((type): string[] => {
    const { filter, bases } = scopes[type] ?? {};
    if (counts[type] > 0 || (type === 'group' && filter === undefined && bases === undefined)) return [];
    const where = bases === undefined ? 'in the file' : `below ${inWords(bases, 'or')}`;
    if (filter === undefined)
      return [
        `${type}s${bases === undefined ? '' : '.bases'}: the filter for this kind of directory finds nobody ${where}: ${defaultFilter(type, kind)}`,
      ];
    const missing = [...new Set(attributesIn(parseFilter(filter)))].filter((name) => !names.has(name));
    return [
      `${type}s.filter: finds nobody ${where}${missing.length === 0 ? '' : `; no record has ${inWords(missing, 'or')}`}`,
    ];
  });
}
