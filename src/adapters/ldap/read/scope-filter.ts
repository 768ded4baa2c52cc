import { parseFilter, type Filter } from '../../../core/directory/filter.ts';
import { kindRules } from '../../../core/directory/kinds.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';

/** The configured filter of a type, or the one that fits the kind of directory. */
export function scopeFilter({ kind, options }: Pick<OpenDirectory, 'kind' | 'options'>, type: ResourceType): Filter {
  return parseFilter((type === 'user' ? options.users : options.groups)?.filter ?? kindRules[kind].filters[type]);
}
