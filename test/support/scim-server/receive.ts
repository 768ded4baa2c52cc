import type { Behaviour } from './behaviour.ts';
import { get, isObject, keyOf, refusal, urn, type Json, type Kind } from './protocol.ts';
import { forgetAt } from './rules.ts';

/**
 * Takes a whole resource as this server understands it, and gives it as the RFC has it. What it does not understand is
 * refused, or left as it is for the strict checks that follow.
 */
export function receiveResource(kind: Kind, sent: unknown, method: 'POST' | 'PUT', behaviour: Behaviour): unknown {
  if (!isObject(sent)) return sent;
  const booleans = behaviour.values.booleans === 'boolean' ? 'boolean' : 'either';
  const body = Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name, receiveBooleans(name, value, booleans)]),
  );
  const type = kind === 'User' ? behaviour.users : behaviour.groups;
  if (kind === 'Group') takeBack(body, behaviour.groups);
  for (const name of Object.keys(body)) checkRefused(name, type.refused);
  if (kind === 'Group') checkMembersOf(body, method, behaviour);
  if (method === 'PUT' && type.putNull !== 'unassigned' && hasNull(body))
    throw refusal(type.putNull === 'fails' ? 500 : 400, 'null is no value', 'invalidValue');
  for (const path of type.ignored) forgetAt(body, path);
  const extension = get(body, urn.enterprise);
  if (isObject(extension)) {
    const key = keyOf(extension, 'manager');
    if (extension[key] !== undefined && extension[key] !== null)
      extension[key] = receiveManager(extension[key], behaviour, true);
  }
  return body;
}

/** What is shown in a way of the server's own comes back so in a PUT: WSO2's name with its store is the same name. */
function takeBack(body: Json, { shownExternalId, shownPrefix }: Behaviour['groups']): void {
  const { displayName: name } = body;
  if (typeof name === 'string' && shownPrefix !== '' && name.startsWith(shownPrefix))
    body['displayName'] = name.slice(shownPrefix.length);
  if (shownExternalId === 'externalId' || body[shownExternalId] === undefined) return;
  const { [shownExternalId]: shown } = body;
  Reflect.deleteProperty(body, shownExternalId);
  if (get(body, 'externalId') === undefined) body['externalId'] = shown;
}

/** Texts that were shown in place of elements come back in a PUT, each for the element that is there. */
export function takeBackTexts(body: Json, before: Json): void {
  const key = keyOf(body, 'emails');
  const [sent, held]: unknown[] = [body[key], get(before, 'emails')];
  if (!Array.isArray(sent)) return;
  const there = (Array.isArray(held) ? held : []).filter(isObject);
  body[key] = sent.map((one: unknown) =>
    typeof one === 'string' ? (there.find(({ value }) => value === one) ?? { value: one }) : one,
  );
}

function checkMembersOf(body: Json, method: 'POST' | 'PUT', { members }: Behaviour): void {
  const list = get(body, 'members');
  if (!Array.isArray(list)) return;
  if (list.length > 0 && members.onCreate === 'refused')
    throw refusal(400, 'members are added by PATCH', 'invalidValue');
  if (list.length > members.maxOnCreate) throw refusal(400, `at most ${members.maxOnCreate} members`, 'invalidValue');
  if (method === 'PUT' && members.replace === 'refused')
    throw refusal(400, 'the list of members cannot be replaced', 'invalidValue');
}

export function checkRefused(name: string, refused: readonly string[]): void {
  const lower = name.toLowerCase();
  const hit = refused.find(
    (one) =>
      lower === one.toLowerCase() ||
      lower.startsWith(`${one.toLowerCase()}.`) ||
      lower.startsWith(`${one.toLowerCase()}[`),
  );
  if (hit !== undefined) throw refusal(400, `${hit} is not supported`, 'invalidValue');
}

/** A copy. Booleans are those of `active` and `primary`; everything else stays what it is. */
export function receiveBooleans(name: string, value: unknown, booleans: Behaviour['values']['booleans']): unknown {
  if (Array.isArray(value)) return value.map((one) => receiveBooleans(name, one, booleans));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, receiveBooleans(key, one, booleans)]));
  const last = /[^.\]:]*$/.exec(name.toLowerCase())?.[0] ?? '';
  if (last !== 'active' && last !== 'primary') return value;
  if (booleans === 'string' && typeof value === 'boolean') throw refusal(400, `${name} is a string`, 'invalidValue');
  if (booleans === 'boolean' || typeof value !== 'string' || !/^(true|false)$/i.test(value)) return value;
  return value.toLowerCase() === 'true';
}

/** `whole`: within a resource, where only those that know nothing but texts refuse an object. */
export function receiveManager(value: unknown, { values }: Behaviour, whole: boolean): unknown {
  const { manager } = values;
  if (typeof value === 'string' && manager.includes('string')) return { value };
  if (Array.isArray(value) && value.length === 1 && manager.includes('array')) return value[0];
  const takesObject = manager.includes('object') || (whole && manager.some((form) => form !== 'string'));
  if (isObject(value) && !takesObject) throw refusal(400, 'manager is no object here', 'invalidValue');
  return value;
}

function hasNull(value: unknown): boolean {
  if (value === undefined) return false;
  return value === null || (typeof value === 'object' && Object.values(value).some(hasNull));
}
