import { createOrRevive, readVisible, removeAccount, settleDeactivation } from './accounts.ts';
import type { Answer, Context } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import type { ScimRequestRecord } from './faults.ts';
import { get, isObject, keyOf, refusal, ScimError, type Json, type Kind } from './protocol.ts';
import { fromOld, patchFromOld } from './protocol-1-1.ts';
import { receivePatch } from './receive-patch.ts';
import { isAboutMembers, receiveRepeats } from './receive-members.ts';
import { receiveResource, takeBackTexts } from './receive.ts';
import { show } from './show.ts';

/** One request to /Users or /Groups. @throws ScimError with the status to answer */
export function answerResource(
  context: Context,
  kind: Kind,
  id: string | undefined,
  request: ScimRequestRecord,
  query: URLSearchParams,
): Answer {
  const { store, lists } = context;
  const behaviour = context.behaviour();
  const type = kind === 'User' ? behaviour.users : behaviour.groups;
  if (kind === 'Group' && !behaviour.groups.supported) throw refusal(404, 'there are no groups');
  if (id === undefined) {
    if (request.method === 'GET') return { status: 200, body: lists.page(kind, query) };
    if (request.method !== 'POST') throw new ScimError(405, `${request.method} is not for a whole endpoint`);
    if (!type.create) throw refusal(405, `${kind}s are not made here`);
    if (type.lists === 'needed' && !Array.isArray(request.body?.[kind === 'User' ? 'groups' : 'members']))
      throw refusal(400, 'a list is missing');
    const created = createOrRevive(
      store,
      kind,
      receiveResource(kind, modern(kind, request.body, behaviour), 'POST', behaviour),
      behaviour,
    );
    lists.created(String(created['id']));
    const location = `${context.baseUrl()}/${kind}s/${encodeURIComponent(String(created['id']))}`;
    return { ...shown(kind, 201, created, behaviour, type.createAnswer, query), location };
  }
  switch (request.method) {
    case 'GET':
      return shown(kind, 200, readVisible(store, kind, id, behaviour), behaviour, 'resource', query);
    case 'PUT':
      return put(context, kind, id, request, query);
    case 'PATCH':
      return patch(context, kind, id, request, query);
    case 'DELETE':
      removeAccount(store, kind, id, ifMatchOf(request, behaviour), behaviour);
      return { status: 204 };
    default:
      throw new ScimError(405, `${request.method} is not supported`);
  }
}

function put(
  { store, behaviour: rules }: Context,
  kind: Kind,
  id: string,
  request: ScimRequestRecord,
  query: URLSearchParams,
): Answer {
  const behaviour = rules();
  const { put: way, putActive, putAnswer } = kind === 'User' ? behaviour.users : behaviour.groups;
  if (typeof way === 'number') throw refusal(way, 'PUT is not supported');
  const before = readVisible(store, kind, id, behaviour);
  const ifMatch = ifMatchOf(request, behaviour);
  const sent = receiveResource(kind, modern(kind, request.body, behaviour), 'PUT', behaviour);
  if (kind === 'User' && behaviour.values.emailsShown === 'texts' && isObject(sent)) takeBackTexts(sent, before);
  if (way === 'ignored' || !isObject(sent)) return shown(kind, 200, before, behaviour, putAnswer, query);
  const merged = way === 'merge' ? merge(before, sent) : sent;
  if (typeof merged['id'] === 'number') merged['id'] = String(merged['id']);
  if (!putActive) merged[keyOf(merged, 'active')] = before['active'];
  const after = store.replace(kind, id, merged, ifMatch);
  settleDeactivation(store, kind, before, after, behaviour);
  return shown(kind, 200, after, behaviour, putAnswer, query);
}

function patch(
  { store, behaviour: rules }: Context,
  kind: Kind,
  id: string,
  request: ScimRequestRecord,
  query: URLSearchParams,
): Answer {
  const behaviour = rules();
  const { patch: way, patchAnswer } = kind === 'User' ? behaviour.users : behaviour.groups;
  if (typeof way === 'number') throw refusal(way, 'PATCH is not supported');
  const before = readVisible(store, kind, id, behaviour);
  const ifMatch = ifMatchOf(request, behaviour);
  if (kind === 'Group' && behaviour.groups.renames === 'with-id') checkRename(id, request.body);
  const sent = behaviour.protocol === '1.1' ? patchFromOld(request.body, before) : request.body;
  const understood = receivePatch(kind, sent, behaviour);
  const asked: unknown = isObject(understood) ? understood['Operations'] : undefined;
  const operations = kind === 'Group' && Array.isArray(asked) ? receiveRepeats(asked, before, behaviour) : asked;
  const message = isObject(understood) ? { ...understood, Operations: operations } : understood;
  // A server that claims to have done what it ignored; or, in 1.1, someone left who was not there.
  const isEmptied =
    behaviour.protocol === '1.1' || (Array.isArray(sent?.['Operations']) && sent['Operations'].length > 0);
  const nothingLeft = Array.isArray(operations) && operations.length === 0 && isEmptied;
  const after = nothingLeft ? before : apply(store, kind, id, message, operations, ifMatch, behaviour);
  settleDeactivation(store, kind, before, after, behaviour);
  const isRemoval = (operation: unknown): boolean =>
    isObject(operation) && operation['op'] === 'remove' && isAboutMembers(operation);
  const takesAll = behaviour.members.removes === 'all' && Array.isArray(operations) && operations.some(isRemoval);
  const isEmpty =
    takesAll ||
    (kind === 'Group' && behaviour.groups.rename === 'loses-members' && before['displayName'] !== after['displayName']);
  const held = isEmpty
    ? store.replace(
        kind,
        id,
        Object.fromEntries(Object.entries(after).filter(([name]) => name !== 'members' && name !== 'meta')),
        undefined,
      )
    : after;
  const answer = shown(kind, 200, held, behaviour, patchAnswer, query);
  return kind === 'Group' && behaviour.members.answers === 'none' && isObject(answer.body)
    ? { ...answer, body: { ...answer.body, members: [] } }
    : answer;
}

function checkRename(id: string, body: Json | undefined): void {
  const operations: readonly unknown[] = Array.isArray(body?.['Operations']) ? body['Operations'] : [];
  for (const operation of operations) {
    if (!isObject(operation) || operation['path'] !== undefined || !isObject(operation['value'])) continue;
    if (operation['value']['id'] !== id) throw refusal(400, 'the id of the group is missing');
    delete operation['value']['id'];
  }
}

function apply(
  store: Context['store'],
  kind: Kind,
  id: string,
  message: unknown,
  operations: unknown,
  ifMatch: string | undefined,
  { patch: rules }: Behaviour,
): Json {
  if (rules.atomic || !Array.isArray(operations) || !isObject(message) || operations.length < 2)
    return store.patch(kind, id, message, ifMatch);
  let after: Json = {};
  for (const operation of operations) after = store.patch(kind, id, { ...message, Operations: [operation] }, undefined);
  return after;
}

function modern(kind: Kind, body: Json | undefined, { protocol }: Behaviour): Json | undefined {
  return protocol === '1.1' && body !== undefined ? fromOld(kind, body) : body;
}

function merge(before: Json, sent: Json): Json {
  const held = Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'id' && name !== 'meta'));
  const result: Json = { ...held };
  for (const [name, value] of Object.entries(sent)) {
    const key = keyOf(result, name);
    const old = get(held, name);
    result[key] = isObject(old) && isObject(value) ? { ...old, ...value } : value;
  }
  result['schemas'] = [...new Set([held['schemas'], sent['schemas']].flat())];
  return result;
}

function ifMatchOf({ headers }: ScimRequestRecord, { http }: Behaviour): string | undefined {
  const ifMatch = headers['if-match'];
  if (http.etags === 'required' && ifMatch === undefined) throw refusal(412, 'If-Match is needed');
  if (http.etags === 'demanded' && ifMatch === undefined) throw refusal(428, 'If-Match is needed');
  return ['honoured', 'required', 'demanded'].includes(http.etags) ? ifMatch : undefined;
}

function shown(
  kind: Kind,
  status: number,
  resource: Json,
  behaviour: Behaviour,
  form: Behaviour['users']['patchAnswer'],
  query: URLSearchParams,
): Answer {
  const meta = resource['meta'];
  const version =
    behaviour.http.etags !== 'off' && isObject(meta) && typeof meta['version'] === 'string'
      ? { version: meta['version'] }
      : {};
  if (form === 'empty') return { status: status === 200 ? 204 : status };
  if (form !== 'resource') return { status, body: form, type: form === 'OK' ? 'text/plain' : 'application/json' };
  return { status, body: show(kind, resource, behaviour, query), ...version };
}
