import { isSourceId } from '../directory/source-id.ts';
import { fold } from '../directory/fold.ts';
import { readScimPath, sameScimValue, type ScimPath } from '../mapping/scim-path.ts';
import type { ScimValue } from '../model/resource.ts';

/*
 * What a resource, as it was read, says of one attribute:
 *
 * | the target shows                                                      | and wanted is a value | and wanted is none |
 * |-----------------------------------------------------------------------|-----------------------|--------------------|
 * | the value, in any spelling (case, space, punctuation, order, number   | same                  | differs            |
 * | or text, a list of one)                                               |                       |                    |
 * | another value                                                         | differs               | differs            |
 * | no value, in a list whose elements say which they are                 | differs               | same               |
 * | no value, in a list or value that does not say (no types, plain text) | untold                | same               |
 * | nothing of the attribute, or of this part of it                       | absent                | same               |
 *
 * `absent` is a difference only where the target was seen to show this attribute: many never return what they were given.
 */
export type Shown = 'same' | 'differs' | 'absent' | 'untold';

type Body = Readonly<Record<string, unknown>>;

/** Compares one attribute of a resource with what should be there; undefined: nothing. */
export function compareValue(body: Body, path: ScimPath, wanted: ScimValue | undefined): Shown {
  if (path.attribute.toLowerCase() === 'password') return 'untold'; // RFC 7643 §7: never returned
  const held = readScimPath(body, path);
  if (wanted === undefined) return isFilled(held) ? 'differs' : 'same';
  if (isFilled(held)) return isSpelledAlike(path, wanted, held) ? 'same' : 'differs';
  const attribute = readScimPath(body, { ...path, filter: undefined, sub: undefined });
  if (!isFilled(attribute)) return 'absent';
  if (path.filter !== undefined) return inList(asList(attribute), path, wanted);
  return isObject(attribute) ? 'absent' : 'untold'; // a name as one text says nothing of its parts
}

/** A target may have dropped what says which element is which (Zitadel has no types), or show nothing but texts (WSO2). */
function inList(list: readonly unknown[], path: ScimPath, wanted: ScimValue): Shown {
  const sub = path.sub ?? 'value';
  const valueOf = (element: unknown): unknown => (isObject(element) ? ownValue(element, sub) : element);
  const own = list.find((element) => isObject(element) && saysItIs(element, path));
  if (own !== undefined) {
    const held = path.sub === undefined ? own : valueOf(own);
    if (!isFilled(held)) return 'absent';
    return isSpelledAlike(path, wanted, held) ? 'same' : 'differs';
  }
  const isTold = list.every(
    (element) => isObject(element) && isFilled(ownValue(element, path.filter?.attribute ?? '')),
  );
  if (isTold) return 'differs';
  return list.some((element) => isSpelledAlike(path, wanted, valueOf(element))) ? 'same' : 'untold';
}

function saysItIs(element: Body, { filter }: ScimPath): boolean {
  const said = filter === undefined ? undefined : ownValue(element, filter.attribute);
  return isFilled(said) && fold(String(said)) === fold(String(filter?.value));
}

/** By what people log in or are known by, where punctuation makes another person. */
const isIdentity: ReadonlySet<string> = new Set(['username', 'emails', 'externalid', 'id']);

/**
 * Spelling is the target's own: a telephone number without blanks, an address in lower case, an instant with
 * milliseconds. Answers to writes have a rule of their own (src/adapters/scim/write/effect.ts): it knows no instants, and
 * takes another punctuation of a login for the same, because the target was just given ours.
 */
function isSpelledAlike(path: ScimPath, wanted: ScimValue, held: unknown): boolean {
  if (sameScimValue(wanted, held)) return true;
  if (path.attribute === 'externalId' && typeof wanted === 'string') return isSourceId(held, wanted);
  if (isList(wanted)) {
    const others = asList(held);
    return (
      wanted.length === others.length &&
      wanted.every((value) => others.some((other) => isSpelledAlike(path, value, other))) &&
      others.every((other) => wanted.some((value) => isSpelledAlike(path, value, other)))
    );
  }
  if (Array.isArray(held)) return held.length === 1 && isSpelledAlike(path, wanted, held[0]);
  if (typeof wanted === 'object')
    return (
      isObject(held) &&
      Object.entries(wanted).every(([name, value]) => isSpelledAlike(path, value, ownValue(held, name)))
    );
  const shown = isObject(held) ? ownValue(held, 'value') : held;
  if (sameScimValue(wanted, shown)) return true;
  if (typeof wanted !== 'string' || typeof shown !== 'string') return false;
  const [one, other] = [fold(withoutPrefix(wanted)), fold(withoutPrefix(shown))];
  if (one === other) return true;
  const isStrict = path.schema === undefined && isIdentity.has(path.attribute.toLowerCase());
  return !isStrict && (letters(one) === letters(other) || isInstant(wanted, shown));
}

/** Without what servers put before it: of a telephone number (RFC 3966), of a name in WSO2's first store. */
function withoutPrefix(text: string): string {
  return text.replace(/^(?:tel:|PRIMARY\/)/i, '');
}

/** A text without what servers normalise away. */
function letters(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** The same moment (RFC 7643 §2.3.5), with another precision or another zone. */
function isInstant(one: string, other: string): boolean {
  return dateTime.test(one) && dateTime.test(other) && Date.parse(one) === Date.parse(other);
}

/** Nothing, null, an empty text, list or object are all no value (RFC 7643 §2.5). */
export function isFilled(held: unknown): boolean {
  if (held === undefined || held === null || held === '') return false;
  if (Array.isArray(held)) return held.some(isFilled);
  return !isObject(held) || Object.values(held).some(isFilled);
}

function ownValue(body: Body, name: string): unknown {
  if (Object.hasOwn(body, name)) return body[name];
  const key = Object.keys(body).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : body[key];
}

function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isFilled(value) ? [value] : [];
}

function isList(value: ScimValue): value is readonly ScimValue[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
