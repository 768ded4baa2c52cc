import type { Behaviour } from './behaviour.ts';
import { isObject, refusal, type Json } from './protocol.ts';

/** Counts member values over the operations of one request. */
export interface MemberCount {
  add(values: number): void;
}

export function createMemberCount({
  maxPerRequest,
  maxPerOperation,
  tooManyStatus,
}: Behaviour['members']): MemberCount {
  let total = 0;
  return {
    add(values) {
      total += values;
      if (values > maxPerOperation)
        throw refusal(tooManyStatus, `at most ${maxPerOperation} members in an operation`, 'tooMany');
      if (total > maxPerRequest)
        throw refusal(tooManyStatus, `at most ${maxPerRequest} members in a request`, 'tooMany');
    },
  };
}

export function isAboutMembers({ path, value }: Json): boolean {
  if (typeof path === 'string') return /^(urn:[^[\]]+:)?members\b/i.test(path);
  return (
    isObject(value) &&
    Object.keys(value).length > 0 &&
    Object.keys(value).every((name) => name.toLowerCase() === 'members')
  );
}

/** One operation on members in the words of the RFC; none when the server only claims to carry it out. */
export function receiveMembers(operation: Json, behaviour: Behaviour, count: MemberCount): Json[] {
  return operation['op'] === 'remove'
    ? receiveRemoval(operation, behaviour, count)
    : receiveAddition(operation, behaviour, count);
}

function receiveRemoval(operation: Json, { members, patch }: Behaviour, count: MemberCount): Json[] {
  const { path, value } = operation;
  const filter = /\[(.*)\]/.exec(String(path))?.[1];
  const style =
    filter === undefined ? (value === undefined ? 'all' : 'values') : /" or /i.test(filter) ? 'filter-or' : 'filter';
  if (filter !== undefined && patch.valueFilters === 'ignored') return [];
  if (!members.remove.includes(style)) {
    if (members.otherRemovals === 'ignored') return [];
    if (members.otherRemovals === 'unsupported') throw refusal(501, `members are not removed by ${style}`);
    // A removal by values is no matter of taste: it breaks the RFC, as the strict checks will say.
    if (style !== 'values') throw refusal(400, `members are not removed by ${style}`, 'invalidPath');
  }
  count.add(filter === undefined ? (Array.isArray(value) ? value.length : 0) : (filter.match(/\beq\b/gi)?.length ?? 0));
  return [operation];
}

function receiveAddition(operation: Json, { members }: Behaviour, count: MemberCount): Json[] {
  const { op, path, value } = operation;
  const inner = isObject(value) ? value['members'] : undefined;
  const list: unknown = inner ?? value;
  const values: readonly unknown[] = Array.isArray(list) ? list : [list];
  const style =
    path === undefined
      ? 'pathless'
      : inner !== undefined
        ? 'nested'
        : values.some((one) => typeof one === 'string')
          ? 'ids'
          : 'array';
  if (op === 'replace' && members.replace === 'refused')
    throw refusal(400, 'the list of members cannot be replaced', 'invalidValue');
  if (!members.add.includes(style)) {
    if (style === 'array' || style === 'pathless')
      throw refusal(400, `members are not added as ${style}`, 'invalidSyntax');
    return [operation];
  }
  count.add(values.length);
  return [
    {
      op,
      path: 'members',
      value: values.map((one) => (typeof one === 'string' && style === 'ids' ? { value: one } : one)),
    },
  ];
}

/** What a server makes of members who are in already, or are not in any more. @throws ScimError for what is an error here */
export function receiveRepeats(operations: readonly unknown[], group: Json, { members }: Behaviour): unknown[] {
  const held: readonly unknown[] = Array.isArray(group['members']) ? group['members'] : [];
  const inside = new Set(held.map((one) => (isObject(one) ? one['value'] : one)));
  return operations.filter((operation) => {
    if (!isObject(operation) || !isAboutMembers(operation)) return true;
    const { op, path, value } = operation;
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    if (op === 'add' && members.again !== 'taken' && list.some((one) => isObject(one) && inside.has(one['value'])))
      throw refusal(members.again, 'somebody is a member already');
    const asked = [...String(path).matchAll(/\bvalue eq "([^"]*)"/gi)].map((match) => match[1]);
    if (op !== 'remove' || members.absent === 'noTarget' || asked.length === 0 || asked.some((id) => inside.has(id)))
      return true;
    if (members.absent !== 'taken') throw refusal(members.absent, 'somebody is no member');
    return false;
  });
}
