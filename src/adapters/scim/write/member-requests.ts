import { writeJson } from '../http/json.ts';
import type { Dialect, MemberDialect } from '../../../core/dialect/dialect.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { MemberChange } from '../../../ports/scim-target.ts';
import type { Body } from '../shared/message.ts';
import { patchBody, type PatchOperation } from './patch.ts';

export type Member = MemberChange['add'][number];

export function memberElement({ id, type }: Member): Body {
  return type === 'group' ? { value: id, type: 'Group' } : { value: id };
}

/** Member values that one request may carry. */
export interface MemberLimits {
  readonly add: number;
  readonly remove: number;
  /** Whether both may be in one: then each takes its share, so that neither limit nor, where they are equal, their sum is passed. */
  readonly mixed: boolean;
}

export interface MemberRequest {
  readonly operations: readonly PatchOperation[];
  /** How many from the start of both lists it is about. */
  readonly added: number;
  readonly removed: number;
}

/** The next request of a change: as much from the start of both lists as fits, additions first. */
export function nextMemberRequest(
  add: readonly Member[],
  remove: readonly TargetId[],
  limits: MemberLimits,
  dialect: Dialect,
): MemberRequest {
  const room = {
    operations: dialect.patch.maxOperations,
    bytes: dialect.members.maxBytes - bytesOf(patchBody([], dialect.patch.operationCase)),
  };
  const added = pack(add, limits.add, dialect.members.valuesPerOperation, addition(dialect.members), room);
  const share = added.taken === 0 ? 1 : 1 - added.taken / limits.add;
  const isFull = added.taken < add.length || (added.taken > 0 && !limits.mixed);
  const left = { operations: room.operations - added.operations.length, bytes: room.bytes - added.bytes };
  const most = isFull ? 0 : Math.floor(share * limits.remove + 1e-9); // 1 − 99/100 is a little less than 1/100
  const perOperation = dialect.members.remove === 'filter' ? 1 : dialect.members.valuesPerOperation;
  const removed = pack(remove, most, perOperation, removal(dialect.members.remove), left, added.taken > 0);
  return { operations: [...added.operations, ...removed.operations], added: added.taken, removed: removed.taken };
}

interface Packed {
  readonly operations: PatchOperation[];
  readonly taken: number;
  readonly bytes: number;
}

/**
 * Values in operations, as many as there is room for. One is taken in any case, unless `mayBeNone`: what a single value
 * needs cannot be less.
 */
function pack<T>(
  values: readonly T[],
  most: number,
  perOperation: number,
  make: (values: readonly T[]) => PatchOperation,
  room: { readonly operations: number; readonly bytes: number },
  mayBeNone = false,
): Packed {
  const shell = bytesOf(make([])) + 1; // with its comma
  const groups: T[][] = [];
  let taken = 0;
  let bytes = 0;
  for (const value of values.slice(0, most)) {
    const last = groups.at(-1);
    const isNew = last === undefined || last.length >= perOperation;
    const cost = bytesOf(make([value])) - shell + 1 + joint + (isNew ? shell : 0);
    const fits = bytes + cost <= room.bytes && (!isNew || groups.length < room.operations);
    if (!fits && (taken > 0 || mayBeNone)) break;
    if (isNew) groups.push([value]);
    else last.push(value);
    taken += 1;
    bytes += cost;
  }
  return { operations: groups.map(make), taken, bytes };
}

/** Bytes between two values: a comma, or ` or `. */
const joint = 4;

function bytesOf(value: object | string): number {
  return Buffer.byteLength(writeJson(value));
}

export function addition({ add }: Pick<MemberDialect, 'add'>): (members: readonly Member[]) => PatchOperation {
  return (members) => {
    switch (add) {
      case 'array':
        return { op: 'add', path: 'members', value: members.map(memberElement) };
      case 'ids':
        return { op: 'add', path: 'members', value: members.map(({ id }) => id) };
      case 'nested':
        return { op: 'add', path: 'members', value: { members: members.map(memberElement) } };
      case 'pathless':
        return { op: 'add', value: { members: members.map(memberElement) } };
    }
  };
}

/** Removals of several, in as few operations as the form allows. */
export function removals(style: MemberDialect['remove'], ids: readonly TargetId[]): PatchOperation[] {
  if (ids.length === 0) return [];
  return style === 'filter' ? ids.map((id) => removal('filter')([id])) : [removal(style)(ids)];
}

export function removal(style: MemberDialect['remove']): (ids: readonly TargetId[]) => PatchOperation {
  return (ids) =>
    style === 'values'
      ? { op: 'remove', path: 'members', value: ids.map((value) => ({ value })) }
      : { op: 'remove', path: `members[${ids.map((id) => `value eq ${JSON.stringify(id)}`).join(' or ')}]` };
}
