import { canonicalText } from '../mapping/scim-path.ts';
import type { AttributeChange, Operation } from '../model/plan.ts';
import type { Steps } from '../model/steps.ts';
import { Reference, type DesiredAttributes, type DesiredValue, type Resource } from '../model/resource.ts';
import { holdMarks } from './held-operation.ts';

/** A cryptographic hash of a text, or of texts one after the other, as hexadecimal text. */
export type TextHash = (text: string | Iterable<string>) => string;

/**
 * The id of a plan: a hash of what its operations do and to whom. Labels, reasons and order do not count, so that the
 * same changes have the same id in every cycle. Made of a hash of each operation: all of them together can be more than
 * the longest text there may be. A step for each operation.
 */
export function* planIdInSteps(operations: readonly Operation[], hash: TextHash): Steps<string> {
  // By their beginnings, so that no list is long to be sorted.
  const digests = new Map<string, string[]>();
  for (const operation of operations) {
    const digest = hash(fingerprint(operation));
    const beginning = digest.slice(0, 2);
    const known = digests.get(beginning);
    if (known === undefined) digests.set(beginning, [digest]);
    else known.push(digest);
    yield;
  }
  const sorted: string[] = [];
  for (const beginning of [...digests.keys()].sort()) {
    for (const digest of digests.get(beginning)?.sort() ?? []) sorted.push(digest);
    yield;
  }
  return `plan-${hash(sorted).slice(0, 12)}`;
}

/**
 * The id of a hold: a hash of its target, and of who, what and which members or attributes. Neither why nor with which
 * values: a daemon and a person who plans may learn of the same departure in different ways, and the id a person has
 * looked at stands as long as the operations do. It is the same in every version: approvals wait for it.
 *
 * @param operations what was found too much, without what only follows it
 */
export function holdId(target: string, operations: readonly Operation[], hash: TextHash): string {
  return `hold-${hash(holdText(target, operations)).slice(0, 12)}`;
}

/** `JSON.stringify([target, marks])`, mark by mark. */
function* holdText(target: string, operations: readonly Operation[]): Generator<string> {
  yield `[${JSON.stringify(target)},[`;
  let separator = '';
  for (const mark of holdMarks(operations)) {
    yield separator + JSON.stringify(mark);
    separator = ',';
  }
  yield ']]';
}

/** What one operation does and to whom, as text: equal for the same change in every cycle. Holds values: never stored as it is. */
export function fingerprint(operation: Operation): string {
  return JSON.stringify([operation.verb, operation.type, operation.sourceId, content(operation)]);
}

/** Everything that is wanted of a resource, its members apart, as text. Holds values: never stored as it is. */
export function resourceText({ attributes, createOnly }: Pick<Resource, 'attributes' | 'createOnly'>): string {
  return JSON.stringify([attributesText(attributes), attributesText(createOnly)]);
}

function content(operation: Operation): unknown {
  switch (operation.verb) {
    case 'create':
      return attributesText(operation.attributes);
    case 'adopt':
      return [operation.targetId, operation.changes.map(changeText)];
    case 'relink':
      return [operation.replaces, operation.targetId, operation.changes.map(changeText)];
    case 'update':
    case 'reactivate':
      return operation.changes.map(changeText);
    case 'members':
      return [[...operation.add].sort(), [...operation.remove].sort()];
    case 'deactivate':
    case 'delete':
      return operation.lookalike ?? null;
  }
}

function attributesText(attributes: DesiredAttributes): unknown {
  return [...attributes].map(([path, value]) => [path, value === null ? null : valueText(value)]);
}

function changeText(change: AttributeChange): unknown {
  return [change.path, change.change === 'set' ? valueText(change.value) : null];
}

function valueText(value: DesiredValue): string {
  return value instanceof Reference ? `-> ${value.id}` : canonicalText(value);
}
