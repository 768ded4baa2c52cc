import { canonicalName } from './attribute-names.ts';
import type { DesiredValue, ScimValue } from '../model/resource.ts';

/**
 * SCIM attribute paths (RFC 7644 §3.5.2, figure 7), as maps and PATCH requests use them:
 * `userName`, `name.givenName`, `emails[type eq "work"].value`, `enterprise.department`,
 * `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager`.
 */
export interface ScimPath {
  /** Extension schema URN; undefined for the core schema. */
  readonly schema: string | undefined;
  readonly attribute: string;
  /** The element of a multi-valued attribute whose sub-attribute equals a literal. */
  readonly filter: { readonly attribute: string; readonly value: string | boolean } | undefined;
  readonly sub: string | undefined;
  /** Canonical text: one spelling for one path. */
  readonly text: string;
}

export const enterpriseUser = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const coreSchemas = ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:core:2.0:Group'];

const name = '[A-Za-z$][A-Za-z0-9_$-]*';
const grammar = new RegExp(
  `^(?:(?<schema>urn:[A-Za-z0-9][A-Za-z0-9.:_-]*[A-Za-z0-9]):|(?<short>enterprise)\\.)?(?<attribute>${name})` +
    `(?:\\[\\s*(?<filterAttribute>${name})\\s+eq\\s+(?:"(?<filterText>[^"\\\\\\]]*)"|(?<filterFlag>true|false))\\s*\\])?` +
    `(?:\\.(?<sub>${name}))?$`,
);

/** Names that would reach into an object's prototype when a body is built. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a path. Returns a sentence about what is wrong with it otherwise.
 * `enterprise.x` is short for the enterprise user extension (RFC 7643 §4.3).
 */
export function parseScimPath(text: string): ScimPath | string {
  const groups = grammar.exec(text.trim())?.groups;
  if (groups?.['attribute'] === undefined) {
    return `"${text}" is not a SCIM path; write it like userName, name.givenName, emails[type eq "work"].value, enterprise.department or URN:attribute`;
  }
  const { attribute, sub, filterAttribute, filterText, filterFlag } = groups;
  for (const part of [attribute, sub, filterAttribute]) {
    if (part !== undefined && forbidden.has(part)) return `"${text}" uses the reserved name ${part}`;
  }
  const schema = groups['short'] === undefined ? canonicalSchema(groups['schema']) : enterpriseUser;
  // Names of other schemas are theirs to spell.
  const spell = schema === undefined || schema === enterpriseUser ? canonicalName : (part: string) => part;
  const filter =
    filterAttribute === undefined
      ? undefined
      : { attribute: spell(filterAttribute), value: filterText ?? filterFlag === 'true' };
  const path = { schema, attribute: spell(attribute), filter, sub: sub === undefined ? undefined : spell(sub) };
  return { ...path, text: printScimPath(path) };
}

/** URNs compare without case (RFC 8141 §3.1 for its parts that are fixed here). Undefined for the core schema. */
function canonicalSchema(schema: string | undefined): string | undefined {
  const folded = schema?.toLowerCase();
  if (coreSchemas.some((core) => core.toLowerCase() === folded)) return undefined;
  return folded === enterpriseUser.toLowerCase() ? enterpriseUser : schema;
}

function printScimPath(path: Omit<ScimPath, 'text'>): string {
  return elementText(path) + (path.sub === undefined ? '' : `.${path.sub}`);
}

/** The path without its sub-attribute: the element or attribute that contains it. */
export function elementText(path: Omit<ScimPath, 'text'>): string {
  const filter = path.filter === undefined ? '' : `[${path.filter.attribute} eq ${JSON.stringify(path.filter.value)}]`;
  return `${path.schema === undefined ? '' : `${path.schema}:`}${path.attribute}${filter}`;
}

/** A path for people, as maps write it: `enterprise.manager` for the long URN. */
export function shortPath(text: string): string {
  return text.startsWith(`${enterpriseUser}:`)
    ? `enterprise.${text.slice(enterpriseUser.length + 1).replace(/^manager\.value$/, 'manager')}`
    : text;
}

/** A path that is known to be good (it came out of `parseScimPath`); throws on anything else, which would be a bug. */
export function scimPath(text: string): ScimPath {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parseScimPath(text);
  if (typeof parsed === 'string') throw new TypeError(parsed);
  if (cache.size < 10_000) cache.set(text, parsed);
  return parsed;
}
/** Parsed paths by text: a pure memo, a map has a few dozen paths and a load has millions of look-ups. */
const cache = new Map<string, ScimPath>();

type Body = Record<string, unknown>;

/**
 * Puts flat paths together into a SCIM body, without `schemas`. Paths with the same value filter share one element,
 * and the filter's own attribute is written into it (`emails[type eq "work"].value` → `{type: "work", value}`).
 */
export function buildBody(attributes: ReadonlyMap<string, ScimValue>): Body {
  const body: Body = {};
  for (const [text, value] of attributes) assign(body, scimPath(text), value);
  return body;
}

/** Writes one value into a body, in place, making the objects and elements on the way. */
export function assign(body: Body, path: ScimPath, value: ScimValue): void {
  const root = path.schema === undefined ? body : child(body, path.schema);
  const key = ownKey(root, path.attribute);
  if (path.filter === undefined) {
    if (path.sub === undefined) root[key] = value;
    else {
      const parent = child(root, path.attribute);
      parent[ownKey(parent, path.sub)] = value;
    }
    return;
  }
  const list = root[key];
  const elements: unknown[] = Array.isArray(list) ? list : [];
  root[key] = elements;
  let element = elements.find((candidate): candidate is Body => isBody(candidate) && matches(candidate, path));
  if (element === undefined) {
    element = { [path.filter.attribute]: path.filter.value };
    elements.push(element);
  }
  if (path.sub === undefined) Object.assign(element, isBody(value) ? value : { value });
  else element[ownKey(element, path.sub)] = value;
}

/** Takes a value out of a body, in place. An element that only its filter attribute and `primary` are left of goes too. */
export function unassign(body: Body, path: ScimPath): void {
  const root = path.schema === undefined ? body : body[ownKey(body, path.schema)];
  if (!isBody(root)) return;
  const key = ownKey(root, path.attribute);
  const held = root[key];
  if (path.filter === undefined) {
    if (path.sub === undefined) Reflect.deleteProperty(root, key);
    else if (isBody(held)) Reflect.deleteProperty(held, ownKey(held, path.sub));
    return;
  }
  if (!Array.isArray(held)) return;
  root[key] = held.filter((element: unknown) => {
    if (!isBody(element) || !matches(element, path) || path.filter === undefined) return true;
    if (path.sub === undefined) return false;
    Reflect.deleteProperty(element, ownKey(element, path.sub));
    const bare = new Set([path.filter.attribute.toLowerCase(), 'primary']);
    return Object.keys(element).some((name) => !bare.has(name.toLowerCase()));
  });
}

/**
 * The value at a path in a body that a server answered, or undefined. Attribute names and URNs compare without case
 * (RFC 7643 §2.1); a value that stands where an object was expected (`manager: "id"`) is taken as its `value`.
 */
export function readScimPath(body: Readonly<Body>, path: ScimPath): unknown {
  const root = path.schema === undefined ? body : ownValue(body, path.schema);
  if (!isBody(root)) return undefined;
  const held = ownValue(root, path.attribute);
  if (path.filter !== undefined) {
    const element = elementsOf(held).find((item) => isBody(item) && matches(item, path));
    if (!isBody(element)) return undefined;
    return path.sub === undefined ? element : ownValue(element, path.sub);
  }
  if (path.sub === undefined) return held ?? undefined;
  if (isBody(held)) return ownValue(held, path.sub) ?? undefined;
  return path.sub === 'value' ? (held ?? undefined) : undefined;
}

function matches(element: Body, path: ScimPath): boolean {
  if (path.filter === undefined) return false;
  const held = ownValue(element, path.filter.attribute);
  const wanted = path.filter.value;
  return typeof held === 'string' && typeof wanted === 'string'
    ? held.toLowerCase() === wanted.toLowerCase()
    : held === wanted;
}

function child(parent: Body, attribute: string): Body {
  const key = ownKey(parent, attribute);
  const held = parent[key];
  if (isBody(held)) return held;
  const made: Body = {};
  parent[key] = made;
  return made;
}

/** The key as the body spells it already, or as given. */
function ownKey(body: Readonly<Body>, wanted: string): string {
  if (Object.hasOwn(body, wanted)) return wanted;
  const folded = wanted.toLowerCase();
  return Object.keys(body).find((key) => key.toLowerCase() === folded) ?? wanted;
}

/** The value under a key in any spelling; never something inherited, such as `toString`. */
function ownValue(body: Readonly<Body>, wanted: string): unknown {
  const key = ownKey(body, wanted);
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Are a wanted value and a target's value the same? Absent, null and empty list are equal (RFC 7643 §2.5); a boolean
 * equals its text (Entra writes "True"), and so does a number; a reference `{value, …}` equals its id; lists compare as sets.
 */
export function sameScimValue(wanted: ScimValue, held: unknown): boolean {
  if (typeof wanted === 'boolean' && typeof held === 'string') return held.toLowerCase() === String(wanted);
  if (typeof wanted === 'string' && (typeof held === 'number' || typeof held === 'bigint'))
    return wanted === String(held);
  if (typeof wanted !== 'object') return wanted === (isBody(held) && 'value' in held ? held['value'] : held);
  if (Array.isArray(wanted)) {
    const values: readonly ScimValue[] = wanted;
    const others = elementsOf(held);
    const [ours, theirs] = [textsOf(values), textsOf(others)];
    if (ours !== undefined && theirs !== undefined)
      return values.length === others.length && ours.size === theirs.size && ours.isSubsetOf(theirs);
    return (
      values.length === others.length &&
      values.every((value) => others.some((other) => sameScimValue(value, other))) &&
      others.every((other) => values.some((value) => sameScimValue(value, other)))
    );
  }
  if (typeof held === 'string') return 'value' in wanted && wanted['value'] === held;
  if (!isBody(held)) return Object.keys(wanted).length === 0;
  return Object.entries(wanted).every(([key, value]) => sameScimValue(value, ownValue(held, key)));
}

/** The same as texts, where each is a plain value: comparing each with each would cost the square of their number. */
function textsOf(values: readonly unknown[]): ReadonlySet<string> | undefined {
  const isPlain = values.every(
    (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint',
  );
  return isPlain ? new Set(values.map(String)) : undefined;
}

/** Canonical text of a wanted value, for digests: object keys sorted, references by source id, lists in given order. */
export function canonicalText(value: DesiredValue): string {
  if (typeof value !== 'object') return JSON.stringify(value); // nearly all, and a replacer costs
  return JSON.stringify(value, (_key, inner: unknown) =>
    isBody(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : inner,
  );
}
