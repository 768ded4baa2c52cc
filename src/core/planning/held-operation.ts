import { canonicalText } from '../mapping/scim-path.ts';
import type { SourceId } from '../model/entry.ts';
import type { Digest } from '../model/link.ts';
import type { AttributeChange, HeldOperation, Operation, RemovalCause } from '../model/plan.ts';
import { Reference, type DesiredValue } from '../model/resource.ts';
import type { Part } from './guard-parts.ts';

/*
 * What a person decides about is kept by what it is, in marks: one for each thing that can be held for itself.
 *
 *   part of an operation      | mark                                | in the id of a hold
 *   --------------------------+-------------------------------------+----------------------------
 *   deactivate, delete,       | verb, type, source id               | the same
 *   create, adopt, reactivate |                                     |
 *   deactivate a look-alike   | verb, type, source id, account      | the same
 *   somebody leaves or joins  | verb, group, - or +, member         | the same
 *   an attribute is set       | change, entry, path, digest of value| without the value
 *   an attribute is cleared   | change, entry, path                 | the same
 *
 * Why somebody leaves is in none of them, nor are names: they change while the operation stays the same. It stands beside
 * them, for rejections.
 */

/** An operation as the state keeps it. Values are kept as digests, so that another value is another operation. */
export function heldOperation(operation: Operation, digest: Digest): HeldOperation {
  const { verb, type, sourceId } = operation;
  switch (operation.verb) {
    case 'members':
      return {
        verb,
        type,
        sourceId,
        ...(operation.add.length === 0 ? {} : { add: operation.add }),
        remove: operation.remove,
      };
    case 'update':
    case 'reactivate':
      return { verb, type, sourceId, changes: operation.changes.map((change) => heldChange(change, digest)) };
    case 'deactivate':
      return {
        verb,
        type,
        sourceId,
        ...heldCause(operation.cause),
        ...(operation.lookalike === undefined ? {} : { lookalike: operation.lookalike }),
      };
    case 'delete':
      return { verb, type, sourceId, ...heldCause(operation.cause) };
    default:
      return { verb, type, sourceId };
  }
}

/** Why somebody loses access, as it is kept. */
export function heldCause(cause: RemovalCause): Pick<HeldOperation, 'departed' | 'leftScope'> {
  if (cause === 'disabled') return {};
  return cause === 'absent' ? { departed: true } : { departed: true, leftScope: true };
}

function heldChange(change: AttributeChange, digest: Digest): { readonly path: string; readonly value?: string } {
  return change.change === 'clear'
    ? { path: change.path }
    : { path: change.path, value: digest(valueText(change.value)) };
}

function valueText(value: DesiredValue): string {
  return JSON.stringify(value instanceof Reference ? { ref: value.id } : canonicalText(value));
}

/** The marks of what a hold is about: who, what, and which members or attributes. */
export function holdMarks(operations: readonly Operation[]): string[] {
  const marks = operations.map((operation) => heldOperation(operation, () => '')).flatMap(marksOf);
  return [...new Set(marks)].sort();
}

/** The mark of a part of a plan. */
export function markOfPart(part: Part, digest: Digest): string {
  switch (part.kind) {
    case 'leave':
      return memberMark(part.sourceId, '-', part.member);
    case 'join':
      return memberMark(part.sourceId, '+', part.member);
    case 'set':
    case 'clear':
      return changeMark(part.operation, heldChange(part.change, digest));
    default:
      return wholeMark(wholeOf(part.operation));
  }
}

function wholeOf(operation: Operation): Whole {
  const { verb, type, sourceId } = operation;
  return { verb, type, sourceId, lookalike: operation.verb === 'deactivate' ? operation.lookalike : undefined };
}

/** The marks of an operation that the state keeps. */
export function marksOf(held: HeldOperation): string[] {
  if (held.verb === 'members') {
    const { sourceId, add = [], remove = [] } = held;
    return [...add.map((id) => memberMark(sourceId, '+', id)), ...remove.map((id) => memberMark(sourceId, '-', id))];
  }
  const changes = (held.changes ?? []).map((change) => changeMark(held, change));
  if (held.verb === 'update') return held.changes === undefined ? [anyChangeMark(held)] : changes;
  return [wholeMark(held), ...changes];
}

/** What is left of an operation that the state keeps; undefined when nothing is. */
export function restOf(held: HeldOperation, isLeft: (mark: string) => boolean): HeldOperation | undefined {
  if (held.verb === 'members') {
    const add = held.add?.filter((id) => isLeft(memberMark(held.sourceId, '+', id))) ?? [];
    const remove = held.remove?.filter((id) => isLeft(memberMark(held.sourceId, '-', id))) ?? [];
    return add.length + remove.length === 0 ? undefined : { ...held, ...(add.length === 0 ? {} : { add }), remove };
  }
  if (held.verb !== 'update') return isLeft(wholeMark(held)) ? held : undefined;
  if (held.changes === undefined) return isLeft(anyChangeMark(held)) ? held : undefined;
  const changes = held.changes.filter((change) => isLeft(changeMark(held, change)));
  return changes.length === 0 ? undefined : { ...held, changes };
}

type Whole = Pick<HeldOperation, 'verb' | 'type' | 'sourceId' | 'lookalike'>;

function wholeMark({ verb, type, sourceId, lookalike }: Whole): string {
  return JSON.stringify([verb, type, sourceId, ...(lookalike === undefined ? [] : [lookalike])]);
}

/** As versions before kept it: whatever is changed about the entry. */
export function anyChangeMark({ type, sourceId }: Whole): string {
  return JSON.stringify(['change', type, sourceId]);
}

function changeMark(
  { type, sourceId }: Whole,
  { path, value }: { readonly path: string; readonly value?: string | undefined },
): string {
  return JSON.stringify(['change', type, sourceId, path, ...(value === undefined ? [] : [value])]);
}

export function memberMark(group: SourceId, sign: '-' | '+', member: SourceId): string {
  return JSON.stringify(['members', 'group', group, sign, member]);
}
