import type { MembersOperation, Operation, UpdateOperation } from '../model/plan.ts';
import { isComeback, type Part } from './guard-parts.ts';
import { membersReason } from './plan-members.ts';
import { changesReason } from './plan-resource.ts';

/**
 * Some parts of an operation as an operation of their own; none when nothing is left of it. The operation itself when
 * nothing is left out.
 */
export function putTogether(operation: Operation, parts: readonly Part[]): Operation[] {
  if (parts.length === 0) return [];
  if (operation.verb === 'members' && operation.cause === 'changed') return membersPart(operation, parts);
  if (operation.verb === 'update' || operation.verb === 'reactivate') return changesPart(operation, parts);
  return [operation];
}

function changesPart(operation: UpdateOperation, parts: readonly Part[]): Operation[] {
  const kept = new Set(parts.flatMap((part) => ('change' in part ? [part.change] : [])));
  const back = parts.some(({ kind }) => kind === 'reactivation');
  const changes = operation.changes.filter((change) => kept.has(change) || (back && isComeback(operation, change)));
  if (changes.length === operation.changes.length) return [operation];
  return [
    operation.verb === 'update' || !back
      ? { ...operation, verb: 'update', changes, reason: changesReason(changes) }
      : { ...operation, changes },
  ];
}

function membersPart(operation: MembersOperation, parts: readonly Part[]): Operation[] {
  const ids = (wanted: Part['kind']) =>
    new Set(parts.flatMap((part) => (part.kind === wanted && 'member' in part ? [part.member] : [])));
  const [joining, leaving] = [ids('join'), ids('leave')];
  const add = operation.add.filter((id) => joining.has(id));
  const remove = operation.remove.filter((id) => leaving.has(id));
  if (add.length === operation.add.length && remove.length === operation.remove.length) return [operation];
  return [{ ...operation, add, remove, reason: membersReason(add, remove) }];
}
