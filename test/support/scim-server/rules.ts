import type { Behaviour } from './behaviour.ts';
import { get, isObject, refusal, type Json, type Kind } from './protocol.ts';

/** What a server minds about a resource as a whole, however it came to be; and what it makes of its values. */
export function enforceRules(kind: Kind, resource: Json, before: Json | undefined, behaviour: Behaviour): void {
  if (kind === 'User') checkUser(resource, before, behaviour);
  else if (
    behaviour.groups.refusedPrefix !== '' &&
    String(resource['displayName']).startsWith(behaviour.groups.refusedPrefix)
  ) {
    throw refusal(400, `names do not begin with ${behaviour.groups.refusedPrefix}`, 'invalidValue');
  }
  const { required, immutable } = kind === 'User' ? behaviour.users : behaviour.groups;
  for (const path of required) {
    if (valueAt(resource, path) === undefined) throw refusal(400, `${path} is missing`, 'invalidValue');
  }
  for (const path of before === undefined ? [] : immutable) {
    if (JSON.stringify(valueAt(before ?? {}, path)) !== JSON.stringify(valueAt(resource, path)))
      throw refusal(400, `${path} cannot change`, 'mutability');
  }
  if (kind === 'User') rewriteUser(resource, behaviour);
}

function checkUser(resource: Json, before: Json | undefined, { users, values }: Behaviour): void {
  if (before === undefined && resource['active'] === false) {
    if (users.createInactive === 'refused')
      throw refusal(400, 'accounts are active when they are created', 'invalidValue');
    if (users.createInactive === 'ignored') resource['active'] = true;
  }
  for (const name of ['emails', 'phoneNumbers', 'addresses'] as const) {
    const list = elements(resource[name]);
    if (list.length > 1 && values.several === 'refused')
      throw refusal(400, `${name} takes one element`, 'invalidValue');
    if (name !== 'emails') continue;
    const primaries = list.filter(({ primary }) => primary === true).length;
    if (values.primaryRequired === true && primaries < list.length)
      throw refusal(400, 'e-mails have to be primary', 'invalidValue');
    if (values.primaryRequired === 'one' && list.length > 0 && primaries !== 1)
      throw refusal(400, 'one of the e-mails has to be primary', 'invalidValue');
    const { emailTypes } = values;
    if (emailTypes !== undefined && list.some(({ type }) => typeof type === 'string' && !emailTypes.includes(type))) {
      throw refusal(400, `types of e-mails are ${emailTypes.join(', ')}`, 'invalidValue');
    }
  }
}

function rewriteUser(resource: Json, { users, values }: Behaviour): void {
  if (users.userNames === 'lowered') resource['userName'] = String(resource['userName']).toLowerCase();
  for (const name of ['emails', 'phoneNumbers', 'addresses'] as const) {
    const list = elements(resource[name]);
    if (list.length === 0) continue;
    const kept =
      values.several === 'first-kept' ? [list.find(({ primary }) => primary === true) ?? list[0] ?? {}] : list;
    resource[name] = kept.map((element) => rewriteElement(name, element, values));
  }
}

function rewriteElement(name: string, element: Json, values: Behaviour['values']): Json {
  const result = { ...element };
  if (!values.typesKept) delete result['type'];
  if (name === 'phoneNumbers' && values.phones === 'normalised')
    result['value'] = String(result['value']).replace(/[^\d+]/g, '');
  return result;
}

function elements(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A value by its SCIM path: `name.givenName`, `emails`, `emails.type`, `urn:…:User:department`. */
function valueAt(resource: Json, path: string): unknown {
  const [root, names] = rootOf(resource, path);
  let found: readonly unknown[] = [root];
  for (const name of names) {
    found = found.flatMap((one) => {
      const value = isObject(one) ? get(one, name) : undefined;
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      return list;
    });
  }
  // Of a list, every element has to have it.
  return found.length === 0 || found.includes(undefined) ? undefined : found;
}

/** Takes a value away, by its SCIM path. */
export function forgetAt(resource: Json, path: string): void {
  const [root, [name = '', sub]] = rootOf(resource, path);
  if (!isObject(root)) return;
  const held = get(root, name);
  if (sub === undefined) Reflect.deleteProperty(root, name);
  else for (const one of Array.isArray(held) ? held : [held]) if (isObject(one)) Reflect.deleteProperty(one, sub);
}

function rootOf(resource: Json, path: string): [root: unknown, names: string[]] {
  const cut = /^urn:/i.test(path) ? path.lastIndexOf(':') : -1;
  if (cut < 0) return [resource, path.split('.')];
  return [get(resource, path.slice(0, cut)), path.slice(cut + 1).split('.')];
}
