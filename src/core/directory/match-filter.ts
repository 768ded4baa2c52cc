import type { AttributeValue } from '../model/entry.ts';
import { BridgeError } from '../model/errors.ts';
import { attributeName, subtypeOptions } from './attribute.ts';
import { dnKey, parseDn } from './dn.ts';
import type { Filter } from './filter.ts';
import { fold, foldPart } from './fold.ts';

type Attributes = ReadonlyMap<string, readonly AttributeValue[]>;

/**
 * Whether an entry satisfies a filter: for directories that cannot be asked to search (a file). Texts compare without
 * case and with runs of spaces as one, as most attributes of people and groups do (caseIgnoreMatch, RFC 4517 §4.2.11);
 * whole numbers compare as numbers in `>=` and `<=`; bytes compare as bytes, and DNs in all their spellings. A name means
 * its subtypes as well, and one with options those that have them all (RFC 4512 §2.5.3).
 *
 * RFC 4511 §4.5.1.7 has a third value, Undefined, for what a server cannot evaluate. Here an attribute that is missing
 * is False, as it is there, and what cannot be evaluated is an error instead: an entry that is left out silently would
 * look as if it had left.
 *
 * @param attributes by name in lower case, with the options that make subtypes
 * @throws BridgeError D2S_FILTER_INVALID for a matching rule that is not known here
 */
export function matchesFilter(filter: Filter, attributes: Attributes): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((part) => matchesFilter(part, attributes));
    case 'or':
      return filter.filters.some((part) => matchesFilter(part, attributes));
    case 'not':
      return !matchesFilter(filter.filter, attributes);
    case 'present':
      return valuesOf(attributes, filter.attribute).length > 0;
    case 'equal':
    case 'approx':
      return valuesOf(attributes, filter.attribute).some((value) => isEqual(filter.attribute, value, filter.value));
    case 'greaterOrEqual':
      return valuesOf(attributes, filter.attribute).some((value) => compare(value, filter.value) >= 0);
    case 'lessOrEqual':
      return valuesOf(attributes, filter.attribute).some((value) => compare(value, filter.value) <= 0);
    case 'substring':
      return valuesOf(attributes, filter.attribute).some((value) => hasParts(textOf(value), filter));
    case 'extensible':
      return matchesRule(filter, attributes);
  }
}

/** Whether all matching rules of a filter are known, so that it fails when it is configured and not at some entry. */
export function checkMatchable(filter: Filter): void {
  if (filter.kind === 'and' || filter.kind === 'or') filter.filters.forEach(checkMatchable);
  else if (filter.kind === 'not') checkMatchable(filter.filter);
  else if (filter.kind === 'extensible') ruleOf(filter);
}

type Extensible = Extract<Filter, { kind: 'extensible' }>;

/** LDAP_MATCHING_RULE_BIT_AND and _BIT_OR (MS-ADTS §3.1.1.3.4.4), on the 64 bits of a LargeInteger. */
const bitwiseRules: Readonly<Record<string, (held: bigint, mask: bigint) => boolean>> = {
  '1.2.840.113556.1.4.803': (held, mask) => (held & mask) === mask,
  '1.2.840.113556.1.4.804': (held, mask) => (held & mask) !== 0n,
};

function matchesRule(filter: Extensible, attributes: Attributes): boolean {
  const { holds, attribute, mask } = ruleOf(filter);
  return valuesOf(attributes, attribute).some((value) => {
    const number = toInteger(textOf(value));
    return number !== undefined && holds(number, mask);
  });
}

function ruleOf({ rule, attribute, dnAttributes, value }: Extensible) {
  const holds = rule === undefined ? undefined : bitwiseRules[rule];
  if (holds === undefined || attribute === undefined || dnAttributes) {
    const what =
      rule === undefined ? 'a match without a rule' : `the matching rule ${rule}${dnAttributes ? ' with :dn' : ''}`;
    throw unmatchable(what, 'use 1.2.840.113556.1.4.803 or .804 with an attribute, or an ordinary comparison');
  }
  const mask = toInteger(textOf(value));
  if (mask === undefined)
    throw unmatchable(
      `a value that is no whole number for the matching rule ${rule ?? ''}`,
      'write the bits as a decimal number',
    );
  return { holds, attribute, mask };
}

function unmatchable(what: string, remedy: string): BridgeError {
  return new BridgeError(
    'D2S_FILTER_INVALID',
    `a filter for a file has ${what}, which cannot be evaluated here`,
    remedy,
  );
}

function valuesOf(attributes: Attributes, description: string): readonly AttributeValue[] {
  const [name, options] = [attributeName(description), subtypeOptions(description)];
  const plain = options.length === 0 ? (attributes.get(name) ?? []) : [];
  const subtypes = [...attributes].filter(
    ([key]) => key.startsWith(`${name};`) && options.every((option) => subtypeOptions(key).includes(option)),
  );
  return [...plain, ...subtypes.flatMap(([, values]) => values)];
}

function isEqual(attribute: string, held: AttributeValue, wanted: Uint8Array): boolean {
  if (typeof held !== 'string') return held.length === wanted.length && held.every((byte, at) => byte === wanted[at]);
  const text = textOf(wanted);
  if (fold(held) === fold(text)) return true;
  if (!held.includes('=')) return false;
  if (text.includes('=')) return dnKey(held) === dnKey(text);
  return attributeName(attribute) === 'objectcategory' && isCategory(held, text);
}

/** Active Directory takes the name of a class for the DN of its category: `(objectCategory=person)`. */
function isCategory(dn: string, className: string): boolean {
  const category = parseDn(dn)?.[0]?.[0]?.value.replaceAll('-', '').toLowerCase();
  const wanted = fold(className);
  return category === (wanted === 'user' || wanted === 'inetorgperson' ? 'person' : wanted);
}

/** Negative, zero or positive. Times and numbers of equal length compare well as text; whole numbers always do. */
function compare(held: AttributeValue, wanted: Uint8Array): number {
  const [one, other] = [fold(textOf(held)), fold(textOf(wanted))];
  const [number, limit] = [toInteger(one), toInteger(other)];
  if (number !== undefined && limit !== undefined) return number < limit ? -1 : number > limit ? 1 : 0;
  return one < other ? -1 : one > other ? 1 : 0;
}

function hasParts(text: string, { initial, any, final }: Extract<Filter, { kind: 'substring' }>): boolean {
  let rest = fold(text);
  const [start, end] = [initial, final].map((part) => (part === undefined ? '' : foldPart(textOf(part))));
  if (start !== undefined && !rest.startsWith(start)) return false;
  rest = rest.slice(start?.length);
  for (const part of any.map((one) => foldPart(textOf(one)))) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return rest.endsWith(end ?? '');
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function textOf(value: AttributeValue): string {
  return typeof value === 'string' ? value : utf8.decode(value);
}

function toInteger(text: string): bigint | undefined {
  return /^-?[0-9]+$/.test(text) ? BigInt(text) : undefined;
}
