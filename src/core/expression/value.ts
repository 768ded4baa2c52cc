import { DnReference, EvaluationError, Unmanaged, type ExpressionValue } from './expression.ts';

/** A value while an expression runs. Numbers are never BigInt, and maps have no prototype to reach. */
export type Value =
  string | number | boolean | null | Uint8Array | DnReference | Unmanaged | ValueMap | readonly Value[];

export type ValueMap = ReadonlyMap<string, Value>;

/** Longest text that an expression may make: expressions can double a text per call, and are run for everyone. */
const textLimit = 1_000_000;

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}

/** No value: what SCIM expresses by absence (RFC 7643 §2.5). */
export function isEmpty(value: Value): boolean {
  return value === null || value === '' || (isList(value) && value.length === 0);
}

/** How a person calls the kind of a value. Errors name kinds and never values. */
export function kindOf(value: Value): string {
  if (value === null) return 'no value';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof DnReference) return 'a reference';
  if (value instanceof Unmanaged) return 'no value';
  return isList(value) ? 'a list' : 'a map';
}

export function bounded(text: string): string {
  boundedLength(text.length);
  return text;
}

/** Refuses a text of this length before it is made. */
export function boundedLength(length: number): void {
  if (length > textLimit) throw new EvaluationError(`the text becomes longer than ${textLimit} characters`);
}

/** Deep equality. Different kinds are unequal, as CEL has it; null only equals null. */
export function isEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left instanceof DnReference) return right instanceof DnReference && left.dn === right.dn;
  if (left instanceof Uint8Array) {
    return right instanceof Uint8Array && sameBytes(left, right);
  }
  if (isMap(left)) {
    if (!isMap(right) || left.size !== right.size) return false;
    return [...left].every(([key, value]) => right.has(key) && isEqual(value, right.get(key) ?? null));
  }
  return (
    isList(left) &&
    isList(right) &&
    left.length === right.length &&
    left.every((item, at) => isEqual(item, right[at] ?? null))
  );
}

/** A loop, and no callback: photos have megabytes. */
function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}

/**
 * What a condition makes of a value: LDAP booleans are the texts TRUE and FALSE (RFC 4517 §3.3.3; 389 Directory Server
 * writes them in lower case), and null stays null: neither true nor false.
 */
export function toBool(value: Value): boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    const text = value.toLowerCase();
    if (text === 'true' || text === 'false') return text === 'true';
  }
  throw new EvaluationError(
    `a condition needs true or false, and got ${typeof value === 'string' ? 'another text' : kindOf(value)}`,
  );
}

/** Every value is a list: nothing is an empty one, and one value a list of one, as an attribute may have any number. */
export function toList(value: Value): readonly Value[] {
  if (value === null) return [];
  if (isList(value)) return value;
  return isMap(value) ? [...value.keys()] : [value];
}

/** The value as everyone outside of expressions knows it. */
export function toExpressionValue(value: Value): ExpressionValue {
  if (isMap(value)) return Object.fromEntries([...value].map(([key, inner]) => [key, toExpressionValue(inner)]));
  return isList(value) ? value.map(toExpressionValue) : value;
}

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether a map may have this key: none that would mean something to the object that becomes of it. */
export function isSafeKey(key: string): boolean {
  return !forbidden.has(key);
}
