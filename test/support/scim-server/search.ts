import type { Behaviour } from './behaviour.ts';
import { parseFilter, type Filter } from './filter.ts';
import { filterFromOld } from './protocol-1-1.ts';
import { refusal, urn, type Kind } from './protocol.ts';

/** A filter that is carried out, or what this server does in its place. */
export type Search =
  { readonly kind: 'filter'; readonly filter: Filter } | { readonly kind: 'everything' } | { readonly kind: 'nothing' };

/** @throws ScimError for a filter that is wrong, or that this server does not support */
export function searchFor(kind: Kind, text: string | null, behaviour: Behaviour): Search {
  const { filter: rules } = behaviour;
  if (text === null || rules.ignored) return { kind: 'everything' };
  if (text.length > rules.maxLength)
    throw refusal(400, `a filter has at most ${rules.maxLength} characters`, 'invalidFilter');
  const filter = parseFilter(behaviour.protocol === '1.1' ? filterFromOld(text) : text);
  const named = kind === 'User' ? rules.users : rules.groups;
  const allowed = named === 'any' ? undefined : new Set(named.map((name) => name.toLowerCase()));
  const fits =
    attributesOf(kind, filter).every((name) => allowed?.has(name) ?? true) &&
    (rules.and || !has(filter, 'and')) &&
    (rules.or || !has(filter, 'or'));
  if (fits) return { kind: 'filter', filter };
  switch (rules.unsupported) {
    case 'refused':
      throw refusal(400, 'this filter is not supported', 'invalidFilter');
    case 'fails':
      throw refusal(500, 'something went wrong');
    case 'ignored':
      return { kind: 'everything' };
    case 'empty':
      return { kind: 'nothing' };
  }
}

function attributesOf(kind: Kind, filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap((part) => attributesOf(kind, part));
    case 'element':
      return attributesOf(kind, filter.inner).map((inner) => `${filter.name.toLowerCase()}.${inner}`);
    case 'eq': {
      const isCore = filter.schema === undefined || filter.schema.toLowerCase() === urn[kind].toLowerCase();
      return [`${isCore ? '' : `${filter.schema}:`}${filter.names.join('.')}`.toLowerCase()];
    }
  }
}

function has(filter: Filter, kind: 'and' | 'or'): boolean {
  if (filter.kind === kind) return true;
  if (filter.kind === 'element') return has(filter.inner, kind);
  return 'parts' in filter && filter.parts.some((part) => has(part, kind));
}
