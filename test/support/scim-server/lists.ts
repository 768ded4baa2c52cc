import { isHidden } from './accounts.ts';
import type { Behaviour } from './behaviour.ts';
import { copyOf } from '../copy.ts';
import { refusal, ScimError, urn, violation, type Json, type Kind } from './protocol.ts';
import { searchFor } from './search.ts';
import { show } from './show.ts';
import type { Store } from './store.ts';

/** Answers lists page by page (RFC 7644 §3.4.2, RFC 9865). */
export interface Lists {
  page(kind: Kind, query: URLSearchParams): Json;
  /** Says that a resource is new, for servers whose lists lag behind. */
  created(id: string): void;
}

export function createLists(store: Store, behaviour: () => Behaviour): Lists {
  const newborn = new Map<string, number>();
  let expired = 0;

  const rowsFor = (kind: Kind, query: URLSearchParams): Json[] => {
    const rules = behaviour();
    const search = searchFor(kind, query.get('filter'), rules);
    if (search.kind === 'nothing') return [];
    const rows = store.list(kind, search.kind === 'filter' ? search.filter : undefined);
    const isShown = (row: Json): boolean => !isHidden(kind, row, rules) && !newborn.has(String(row['id']));
    const shown = rules.users.inactive === 'shown' && newborn.size === 0 ? rows : rows.filter(isShown);
    for (const [id, lists] of newborn) {
      if (lists <= 1) newborn.delete(id);
      else newborn.set(id, lists - 1);
    }
    if (!query.has('filter')) return unfiltered(kind, shown, rules);
    return rules.filter.repeats ? shown.flatMap((row) => [row, row]) : shown;
  };

  const offsetOf = (cursor: string, query: URLSearchParams): number => {
    if (cursor === '') return 0;
    expired += 1;
    if (expired <= behaviour().list.expiredCursors) throw new ScimError(400, 'the cursor has expired', 'expiredCursor');
    const [offset = '', ...filter] = Buffer.from(cursor, 'base64url').toString().split(' ');
    if (!/^\d+$/.test(offset) || filter.join(' ') !== (query.get('filter') ?? ''))
      throw new ScimError(400, 'no such cursor', 'invalidCursor', true);
    return Number(offset);
  };

  return {
    created(id) {
      const { lag } = behaviour().list;
      if (lag > 0) newborn.set(id, lag);
    },
    page(kind, query) {
      const rules = behaviour();
      if (rules.filter.window === 'needed' && query.has('filter') && !(query.has('startIndex') && query.has('count')))
        throw refusal(400, 'startIndex and count are needed');
      checkParameters(kind, query, rules);
      const all = rowsFor(kind, query);
      if (all.length === 0 && query.has('filter') && rules.filter.emptyStatus === 404)
        throw new ScimError(404, 'nobody was found');
      const { list } = rules;
      const count = countFor(query, list, all.length);
      const cursor =
        list.paging === 'cursor' ? (query.get('cursor') ?? '') : list.paging === 'both' ? query.get('cursor') : null;
      const start = cursor === null ? startFor(query, list, all.length) : offsetOf(cursor, query);
      const rows = all.slice(start, start + count).map((one) => show(kind, rowOf(one, rules), rules, query));
      const next = start + rows.length;
      const nextCursor =
        cursor === null || next >= all.length
          ? {}
          : { nextCursor: Buffer.from(`${next} ${query.get('filter') ?? ''}`).toString('base64url') };
      const position = !list.position || cursor !== null ? {} : { startIndex: start + 1 };
      const total = list.total === 'absent' ? {} : { totalResults: list.total === 'page' ? rows.length : all.length };
      const numbers = { ...total, ...position, ...(list.position ? { itemsPerPage: rows.length } : {}) };
      return {
        schemas: [rules.protocol === '1.1' ? 'urn:scim:schemas:core:1.0' : urn.list],
        ...(list.numbers === 'text'
          ? Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]))
          : numbers),
        ...nextCursor,
        Resources: rows,
      };
    },
  };
}

function rowOf(row: Json, { members }: Behaviour): Json {
  const copy = copyOf(row);
  if (members.shown === 'single') delete copy['members'];
  return copy;
}

function checkParameters(kind: Kind, query: URLSearchParams, { list }: Behaviour): void {
  const known = [
    'filter',
    'startIndex',
    'count',
    'attributes',
    'excludedAttributes',
    ...(['both', 'cursor', 'ignored'].includes(list.paging) ? ['cursor'] : []),
  ];
  for (const name of query.keys()) {
    if (!known.includes(name)) throw violation(`unknown parameter ${name}`, 'invalidValue');
  }
  if (kind === 'Group' && !list.groupIndex && query.has('startIndex'))
    throw refusal(501, 'Pagination is not supported');
}

function unfiltered(kind: Kind, rows: Json[], { list }: Behaviour): Json[] {
  switch (list.unfiltered) {
    case 'shown':
      return rows;
    case 'empty':
      return [];
    case 'fails':
      throw refusal(500, 'one record cannot be read');
    case 'without-id':
      return rows.length === 0 ? rows : [{ ...rows[0], id: null }, ...rows];
    case 'refused':
      throw refusal(400, 'a filter is needed', 'invalidFilter');
    case 'synthetic':
      return [
        {
          schemas: [urn[kind]],
          id: 'synthesis',
          [kind === 'User' ? 'userName' : 'displayName']: `synthesis_${kind.toLowerCase()}`,
          meta: { resourceType: kind },
        },
      ];
  }
}

function countFor(query: URLSearchParams, list: Behaviour['list'], all: number): number {
  const asked = number(query, 'count', list.defaultPage);
  if (list.paging === 'everything') return all;
  return list.paging === 'ignored' ? list.defaultPage : Math.min(asked, list.maxPage);
}

/** startIndex counts from 1; this from 0. */
function startFor(query: URLSearchParams, { paging }: Behaviour['list'], all: number): number {
  const asked = Math.max(1, number(query, 'startIndex', 1)) - 1;
  if (paging === 'ignored' || paging === 'count-only' || paging === 'everything') return 0;
  return paging === 'wraps' && asked >= all ? 0 : asked;
}

function number(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw violation(`${name} is not a number`, 'invalidValue');
  return Math.max(0, Number(text));
}
