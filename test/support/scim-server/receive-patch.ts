import type { Behaviour } from './behaviour.ts';
import { pathsIn } from './patch.ts';
import { isObject, refusal, urn, type Json, type Kind } from './protocol.ts';
import { checkRefused, receiveBooleans, receiveManager } from './receive.ts';
import { createMemberCount, isAboutMembers, receiveMembers, type MemberCount } from './receive-members.ts';

/** A PATCH as this server understands it, put into the words of the RFC. @throws ScimError for what it does not take */
export function receivePatch(kind: Kind, message: unknown, behaviour: Behaviour): unknown {
  if (!isObject(message)) return message;
  const { Operations: operations } = message;
  if (!Array.isArray(operations) || !operations.every(isObject)) return message;
  const { patch } = behaviour;
  if (operations.length > patch.maxOperations)
    throw refusal(400, `at most ${patch.maxOperations} operations`, 'tooMany');
  const aboutMembers = kind === 'Group' ? operations.filter(isAboutMembers).length : 0;
  if (!patch.mixed && aboutMembers > 0 && aboutMembers < operations.length)
    throw refusal(400, 'members are changed on their own', 'invalidSyntax');
  if (kind === 'User') checkActive(operations, behaviour);
  const count = createMemberCount(behaviour.members);
  return {
    ...message,
    Operations: operations.flatMap((operation) => receiveOperation(kind, operation, behaviour, count)),
  };
}

function receiveOperation(kind: Kind, sent: Json, behaviour: Behaviour, count: MemberCount): Json[] {
  const operation = { ...sent, op: operationName(sent['op'], behaviour.patch.operationCase) };
  const { op, path, value } = { path: undefined, value: undefined, ...operation };
  if (kind === 'Group' && isAboutMembers(sent) && typeof path === 'string')
    return receiveMembers(operation, behaviour, count);
  if (typeof path === 'string') return receivePath(kind, operation, path, behaviour);
  if (op === 'remove' || !isObject(value)) return [operation];
  checkPathless(value, behaviour.patch);
  return pathsIn(value).flatMap(([name, one]) =>
    kind === 'Group' && name.toLowerCase() === 'members'
      ? receiveMembers({ op, value: { members: one } }, behaviour, count)
      : receiveOne(kind, { op, path: name, value: one }, name, behaviour),
  );
}

function operationName(op: unknown, operationCase: Behaviour['patch']['operationCase']): unknown {
  if (typeof op !== 'string' || operationCase === 'lower') return op;
  if (operationCase === 'capital' && !/^[A-Z][a-z]+$/.test(op)) throw refusal(400, `unknown op ${op}`, 'invalidSyntax');
  return op.toLowerCase();
}

function checkPathless(value: Json, { paths, extensions, dottedKeys }: Behaviour['patch']): void {
  const names = Object.keys(value);
  if (paths === 'required') throw refusal(400, 'an operation needs a path', 'invalidPath');
  if (paths === 'single' && pathsIn(value).length > 1)
    throw refusal(400, 'without a path only one attribute', 'invalidPath');
  for (const name of names) {
    const isUrn = /^urn:/i.test(name);
    if (!isUrn && name.includes('.') && !dottedKeys) throw refusal(400, `unknown attribute ${name}`, 'invalidPath');
    if (isUrn) checkExtension(isObject(value[name]) && isExtension(name) ? 'object' : 'colon', extensions);
  }
}

function checkExtension(style: 'object' | 'colon', taken: Behaviour['patch']['extensions']): void {
  if (taken !== 'any' && taken !== style)
    throw refusal(400, `extensions are not written as ${style} here`, 'invalidPath');
}

function isExtension(name: string): boolean {
  return name.toLowerCase() === urn.enterprise.toLowerCase();
}

function receivePath(kind: Kind, operation: Json, path: string, behaviour: Behaviour): Json[] {
  const { patch } = behaviour;
  const { op, value } = operation;
  if (isExtension(path) && isObject(value)) {
    checkExtension('object', patch.extensions);
    return Object.entries(value).flatMap(([name, one]) =>
      receiveOne(kind, { op, path: `${path}:${name}`, value: one }, `${path}:${name}`, behaviour),
    );
  }
  if (path.includes('[')) {
    if (patch.valueFilters === 'ignored') return [];
    if (patch.valueFilters === 'refused') throw refusal(400, 'paths take no filter', 'invalidPath');
    if (patch.valueFilters === 'no-target') throw refusal(400, 'nothing matches', 'noTarget');
  } else if (patch.paths === 'absent' && op !== 'remove') {
    throw refusal(400, 'attributes are written without a path', 'invalidPath');
  }
  if (/^urn:/i.test(path) && !path.toLowerCase().startsWith(urn[kind].toLowerCase()))
    checkExtension('colon', patch.extensions);
  return receiveOne(kind, operation, path, behaviour);
}

/** One attribute, by its path. */
function receiveOne(kind: Kind, operation: Json, path: string, behaviour: Behaviour): Json[] {
  const type = kind === 'User' ? behaviour.users : behaviour.groups;
  const { clear } = behaviour.patch;
  checkRefused(path, type.refused);
  const lower = path.toLowerCase();
  if (type.ignored.some((one) => lower === one.toLowerCase() || lower.startsWith(`${one.toLowerCase()}.`))) return [];
  if (operation['op'] === 'remove') {
    if (!clear.includes('remove')) throw refusal(400, 'nothing can be removed', 'invalidSyntax');
    return [operation];
  }
  const { value } = operation;
  const isEmpty = value === '' || (Array.isArray(value) && value.length === 0);
  if ((value === null && clear.includes('null')) || (isEmpty && clear.includes('empty')))
    return [{ op: 'remove', path }];
  return [{ ...operation, ...receiveValue(path, value, behaviour) }];
}

function receiveValue(path: string, value: unknown, behaviour: Behaviour): Json {
  const { manager } = behaviour.values;
  const lower = path.toLowerCase();
  if (lower.endsWith(':manager.value') && !manager.includes('sub-attribute'))
    throw refusal(400, 'manager is written whole', 'invalidPath');
  if (lower === 'manager' && manager.includes('array'))
    return { path: `${urn.enterprise}:manager`, value: receiveManager(value, behaviour, false) };
  if (lower.endsWith(':manager')) return { path, value: receiveManager(value, behaviour, false) };
  return { path, value: receiveBooleans(path, value, behaviour.values.booleans) };
}

function checkActive(operations: readonly Json[], { users, patch }: Behaviour): void {
  const about = operations.filter((operation) => namesOf(operation).includes('active'));
  const only = operations.every((operation) => namesOf(operation).every((name) => name === 'active'));
  if (users.patch === 'active' || users.patch === 'deactivate') {
    if (!only) throw refusal(400, 'nothing but active can be patched', 'invalidPath');
    const switchesOff = operations.length === 1 && /false/i.test(JSON.stringify(operations[0]?.['value'] ?? null));
    if (users.patch === 'deactivate' && !switchesOff)
      throw refusal(400, 'nothing but active=false can be patched', 'invalidValue');
  }
  if (
    patch.active === 'alone' &&
    about.length > 0 &&
    (!only || operations.length > 1 || about.some(({ path }) => path !== undefined))
  ) {
    throw refusal(400, 'active comes alone and without a path', 'invalidPath');
  }
}

function namesOf({ path, value }: Json): string[] {
  if (typeof path === 'string') return [path.toLowerCase()];
  return isObject(value) ? Object.keys(value).map((name) => name.toLowerCase()) : [];
}
