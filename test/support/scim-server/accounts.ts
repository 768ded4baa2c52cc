import type { Behaviour } from './behaviour.ts';
import { get, isObject, refusal, ScimError, urn, type Json, type Kind } from './protocol.ts';
import type { Store } from './store.ts';

/** Whether a server that hides inactive accounts hides this one (Atlassian). */
export function isHidden(kind: Kind, resource: Json, { users }: Behaviour): boolean {
  return kind === 'User' && users.inactive === 'hidden' && resource['active'] === false;
}

/** A resource that the server lets others see. @throws ScimError 404 */
export function readVisible(store: Store, kind: Kind, id: string, behaviour: Behaviour): Json {
  const resource = store.read(kind, id);
  if (isHidden(kind, resource, behaviour)) throw new ScimError(404, `no ${kind} ${id}`);
  return resource;
}

/** Makes a resource; a hidden account of that name, or with that externalId, comes back with its id. */
export function createOrRevive(store: Store, kind: Kind, body: unknown, behaviour: Behaviour): Json {
  const alike =
    kind === 'User' && behaviour.users.makes === 'alike' && isObject(body) ? sharing(store, body) : undefined;
  if (alike !== undefined) return alike;
  const userName: unknown = kind === 'User' && isObject(body) ? get(body, 'userName') : undefined;
  if (behaviour.users.inactive !== 'hidden' || typeof userName !== 'string' || !isObject(body))
    return store.create(kind, body);
  const externalId: unknown = get(body, 'externalId');
  const named = (name: string, value: unknown): Json[] =>
    typeof value === 'string' ? store.list('User', { kind: 'eq', schema: undefined, names: [name], value }) : [];
  const [account] = [...named('userName', userName), ...named('externalId', externalId)];
  if (account === undefined || !isHidden('User', account, behaviour)) return store.create(kind, body);
  return store.replace('User', String(account['id']), { active: true, ...body }, undefined);
}

function sharing(store: Store, body: Json): Json | undefined {
  const addresses = (one: Json): string[] => JSON.stringify(get(one, 'emails') ?? '').match(/"[^"@]+@[^"]+"/g) ?? [];
  const own = new Set(addresses(body));
  return store.list('User').find((one) => addresses(one).some((address) => own.has(address)));
}

/** What switching off means here, once it has happened. */
export function settleDeactivation(store: Store, kind: Kind, before: Json, after: Json, { users }: Behaviour): void {
  if (kind !== 'User' || users.deactivation !== 'deletes') return;
  if (before['active'] !== false && after['active'] === false) store.remove('User', String(after['id']), undefined);
}

/** DELETE, as it is meant here. */
export function removeAccount(
  store: Store,
  kind: Kind,
  id: string,
  ifMatch: string | undefined,
  behaviour: Behaviour,
): void {
  const { deletion } = kind === 'User' ? behaviour.users : behaviour.groups;
  readVisible(store, kind, id, behaviour);
  switch (deletion) {
    case 'refused':
      throw refusal(405, 'there is no DELETE');
    case 'deletes':
      store.remove(kind, id, ifMatch);
      return;
    case 'deactivates':
      store.patch(
        kind,
        id,
        { schemas: [urn.patch], Operations: [{ op: 'replace', path: 'active', value: false }] },
        ifMatch,
      );
  }
}
