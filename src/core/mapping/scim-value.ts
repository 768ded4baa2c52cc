import { presentText } from '../directory/fold.ts';
import { DnReference, EvaluationError, Unmanaged, type ExpressionValue } from '../expression/expression.ts';
import type { DesiredValue, Reference, ScimValue } from '../model/resource.ts';
import type { PathKind } from './path-kind.ts';
import { canonicalText } from './scim-path.ts';

/** What a path holds; `one-of-many`: a list with room for one. */
export type ValueKind = PathKind | 'one-of-many';

/** Whom a DN means, if this target holds them. */
export type Resolve = (dn: string) => Reference | undefined;

/**
 * The result of a rule as a target should hold it, or null for no value: null, an empty or blank text and an empty list are
 * the same (RFC 7643 §2.5). Texts are composed, and without the space around them.
 *
 * @throws EvaluationError naming what the path wants, never a value
 */
export function toDesiredValue(result: ExpressionValue, kind: ValueKind, resolve: Resolve): DesiredValue | null {
  const value = present(result);
  if (isNothing(value)) return null;
  switch (kind) {
    case 'bool':
      return toBoolean(first(value));
    case 'reference':
      return toReference(value, resolve);
    case 'text': {
      const one = first(value);
      return one === null ? null : toText(one);
    }
    case 'complex': {
      const one = first(value);
      return one === null ? null : toScim(one);
    }
    case 'many':
      return toSet(isList(value) ? value : [value], true);
    case 'one-of-many':
      return toSet([first(value)], true);
    case 'foreign':
    case 'any':
      if (isReferences(value)) return toReference(value, resolve);
      return isList(value) ? toSet(value, false) : toScim(value);
  }
}

function present(value: ExpressionValue): ExpressionValue {
  if (typeof value === 'string') return presentText(value) ?? null;
  if (isList(value)) return value.map(present);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, present(inner)]))
    : value;
}

/** Of several values at a place for one, the first in the directory's order. */
function first(value: ExpressionValue): ExpressionValue {
  return isList(value) ? (value.find((item) => !isNothing(item)) ?? null) : value;
}

function toBoolean(value: ExpressionValue): boolean {
  if (typeof value === 'boolean') return value;
  // RFC 4517 §3.3.3; 389 Directory Server writes them in lower case.
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new EvaluationError(`wants true or false, and the expression gave ${nameOf(value)}`);
}

function toText(value: ExpressionValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(toNumber(value));
  throw new EvaluationError(`wants text, and the expression gave ${nameOf(value)}`);
}

function toReference(value: ExpressionValue, resolve: Resolve): Reference | null {
  for (const one of isList(value) ? value : [value]) {
    if (!(one instanceof DnReference))
      throw new EvaluationError(`wants a reference, and the expression gave ${nameOf(one)}; use ref()`);
    const found = resolve(one.dn);
    if (found !== undefined) return found;
  }
  return null;
}

function isReferences(value: ExpressionValue): boolean {
  return value instanceof DnReference || (isList(value) && value.every((item) => item instanceof DnReference));
}

/**
 * A list is a set in SCIM (RFC 7643 §2.4) and in LDAP (RFC 4511 §4.1.7): without doubles, in an order that does not
 * depend on the server, so that it only differs when it has changed.
 */
function toSet(values: readonly ExpressionValue[], complex: boolean): ScimValue[] | null {
  const texts = new Map<string, ScimValue>();
  for (const value of values) {
    const one = isNothing(value) ? null : toScim(value);
    if (one === null) continue;
    const element = complex && typeof one !== 'object' ? { value: one } : one;
    texts.set(canonicalText(element), element);
  }
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.length === 0 ? null : sorted.map(([, element]) => element);
}

function toScim(value: ExpressionValue): ScimValue | null {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return toNumber(value);
  if (isList(value)) return toSet(value, false);
  if (isObject(value)) {
    const parts = Object.entries(value).flatMap(([name, inner]): [string, ScimValue][] => {
      const one = isNothing(inner) ? null : toScim(inner);
      return one === null ? [] : [[name, one]];
    });
    return parts.length === 0 ? null : Object.fromEntries(parts);
  }
  throw new EvaluationError(`cannot hold ${nameOf(value)}`);
}

function toNumber(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new EvaluationError('cannot hold a number that is not finite');
}

function isNothing(value: ExpressionValue): boolean {
  return value === null || value === '' || (isList(value) && value.length === 0);
}

function isList(value: ExpressionValue): value is readonly ExpressionValue[] {
  return Array.isArray(value);
}

function isObject(value: ExpressionValue): value is { readonly [name: string]: ExpressionValue } {
  return typeof value === 'object' && value !== null && !isList(value) && !isSpecial(value);
}

function isSpecial(value: object): boolean {
  return value instanceof Uint8Array || value instanceof DnReference || value instanceof Unmanaged;
}

function nameOf(value: ExpressionValue): string {
  if (value instanceof Uint8Array)
    return 'bytes; use base64(), guid() or sid(), or see to it that the value is UTF-8 and no longer than 1 MB';
  if (value instanceof DnReference) return 'a reference';
  if (isList(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return value === null ? 'no value' : 'a map';
  }
}
