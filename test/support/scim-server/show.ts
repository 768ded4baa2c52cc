import type { Behaviour } from './behaviour.ts';
import { isObject, type Json, type Kind } from './protocol.ts';
import { toOld } from './protocol-1-1.ts';

/** A number with all its digits (`JSON.rawJSON`, which TypeScript's library does not have yet). */
const rawJson = Reflect.get(JSON, 'rawJSON') as (text: string) => unknown;

/** A resource as this server shows it. Takes the resource over: give it a copy. */
export function show(kind: Kind, resource: Json, behaviour: Behaviour, query?: URLSearchParams): Json {
  const { users, groups, values, members, list, http } = behaviour;
  const projected = query?.has('attributes') === true || query?.has('excludedAttributes') === true;
  const result = list.projection && projected ? project(resource, query) : resource;
  const asked = query?.get('attributes')?.toLowerCase().split(',') ?? [];
  if (members.shown === 'never' || (members.shown === 'attributes' && !asked.includes('members')))
    delete result['members'];
  for (const name of kind === 'User' ? users.hides : groups.hides) Reflect.deleteProperty(result, name);
  if (users.ids === 'number' && /^\d+$/.test(String(result['id']))) result['id'] = Number(result['id']);
  if (users.ids === 'long-number' && /^\d+$/.test(String(result['id']))) result['id'] = rawJson(String(result['id']));
  const { meta } = result;
  if (isObject(meta) && http.version === 'number') meta['version'] = /\d+/.exec(String(meta['version']))?.[0];
  if (isObject(meta) && http.etags === 'off') delete meta['version'];
  if (kind === 'User') showUser(result, values);
  else showGroup(result, groups);
  return behaviour.protocol === '1.1' ? toOld(result) : result;
}

function showUser(result: Json, { names, emailsShown }: Behaviour['values']): void {
  const { name, emails } = result;
  if (names === 'N/A') result['name'] = { givenName: 'N/A', familyName: 'N/A' };
  if (names === 'flat' && isObject(name)) {
    delete result['name'];
    for (const [key, value] of Object.entries(name)) result[`name.${key}`] = value;
  }
  if (emailsShown === 'texts' && Array.isArray(emails))
    result['emails'] = emails.filter(isObject).map(({ value }) => value);
}

function showGroup(result: Json, { shownPrefix, shownExternalId }: Behaviour['groups']): void {
  if (shownPrefix !== '') result['displayName'] = `${shownPrefix}${String(result['displayName'])}`;
  const { externalId } = result;
  if (shownExternalId === 'externalId' || externalId === undefined) return;
  delete result['externalId'];
  result[shownExternalId] = externalId;
}

/** `attributes` and `excludedAttributes` (RFC 7644 §3.9), of whole attributes. */
function project(resource: Json, query: URLSearchParams): Json {
  const list = (name: string): string[] | undefined =>
    query
      .get(name)
      ?.toLowerCase()
      .split(',')
      .map((one) => one.trim().split('.')[0] ?? '');
  const wanted = list('attributes');
  const unwanted = list('excludedAttributes') ?? [];
  const always = ['id', 'schemas'];
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => {
      const lower = name.toLowerCase();
      return always.includes(lower) || ((wanted?.includes(lower) ?? true) && !unwanted.includes(lower));
    }),
  );
}
