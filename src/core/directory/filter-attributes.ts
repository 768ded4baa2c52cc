import type { Filter } from './filter.ts';

/** The attributes that a filter asks for, as it spells them, each once. */
export function attributesOfFilter(filter: Filter): string[] {
  const found = new Map<string, string>();
  const visit = (one: Filter): void => {
    if ('filters' in one) one.filters.forEach(visit);
    else if ('filter' in one) visit(one.filter);
    else if (one.attribute !== undefined) found.set(one.attribute.toLowerCase(), one.attribute);
  };
  visit(filter);
  return [...found.values()];
}
