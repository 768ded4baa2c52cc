import type { Dialect, PatchDialect } from '../../../core/dialect/dialect.ts';
import { multiValued } from '../../../core/mapping/path-kind.ts';
import { elementText, scimPath, type ScimPath } from '../../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import { isBody, schemas, type Body } from '../shared/message.ts';
import { markPrimary } from './primary.ts';
import { isManager, type WireChange } from './wire-change.ts';

/** One operation of a PATCH request (RFC 7644 §3.5.2). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** Absent: the value is an object of attributes. */
  readonly path?: string;
  readonly value?: unknown;
}

/** The verbs are in lower case, as the RFC spells them, unless the target knows them from Entra only. */
export function patchBody(operations: readonly PatchOperation[], spelling: PatchDialect['operationCase']): Body {
  const spelled =
    spelling === 'lower'
      ? operations
      : operations.map(({ op, ...rest }) => ({ op: op.charAt(0).toUpperCase() + op.slice(1), ...rest }));
  return { schemas: [schemas.patch], Operations: spelled };
}

/** What PATCH requests say these changes, in this order. No request: there is nothing to say. */
export function patchRequests(changes: readonly WireChange[], dialect: Dialect): PatchOperation[][] {
  const isAlone = ({ path, value }: WireChange): boolean =>
    dialect.patch.activePathless && path.text === 'active' && value !== undefined;
  const alone = changes
    .filter(isAlone)
    .map(({ value }): PatchOperation => ({ op: 'replace', value: { active: wireValue(value, dialect) } }));
  const operations = patchOperations(
    changes.filter((change) => !isAlone(change)),
    dialect,
  );
  const requests = alone.map((operation) => [operation]);
  const size = Math.max(1, dialect.patch.maxOperations);
  for (let at = 0; at < operations.length; at += size) requests.push(operations.slice(at, at + size));
  return requests;
}

/**
 * Elements of multi-valued attributes (`emails[type eq "work"].value`) need more care than the rest:
 * - its `value` is new, and nothing in it was there before: the element is new. It is added whole to the attribute,
 *   because a path with a filter that matches nothing is an error (`noTarget`); with the other new ones of the attribute,
 *   because to some targets adding is replacing.
 * - its `value` is cleared, and nothing in it is set: the element goes, instead of staying as an empty shell.
 * - else: the element is changed in place, sub-attribute by sub-attribute. Whether it is there is not known when only
 *   other sub-attributes are new (a city beside a street that did not change): adding it whole could double it. A
 *   target that finds nothing there says so, and update.ts looks.
 */
function patchOperations(changes: readonly WireChange[], dialect: Dialect): PatchOperation[] {
  const object: Body = {};
  const groups = Map.groupBy(changes, ({ path }) => (path.filter === undefined ? path.text : elementText(path)));
  const added = Map.groupBy(
    [...groups.values()].filter((group) => group[0]?.path.filter !== undefined && isNewElement(group)),
    ([first]) => (first === undefined ? '' : attributeText(first.path)),
  );
  const operations = [...groups].flatMap(([key, group]): readonly PatchOperation[] => {
    const path = group[0]?.path;
    if (path?.filter === undefined) return group.flatMap((change) => plainOperation(change, dialect, object));
    const together = added.get(attributeText(path)) ?? [];
    if (together.includes(group)) return group === together[0] ? additions(path, together, dialect) : [];
    if (isGoneElement(group)) return [{ op: 'remove', path: key }];
    return group.map((change) => elementOperation(change, dialect));
  });
  return Object.keys(object).length === 0 ? operations : [{ op: 'replace', value: object }, ...operations];
}

/**
 * One operation an attribute, each with its path, is what most targets take (AWS takes no several attributes in one
 * without). In a dialect without paths a value is put into the object of the one operation that says them all; a removal
 * needs its path in any case (RFC 7644 §3.5.2.2).
 */
function plainOperation(change: WireChange, dialect: Dialect, object: Body): PatchOperation[] {
  const said = saidValue(change, dialect);
  if (said === 'remove') return [{ op: 'remove', path: change.path.text }];
  if (said === 'skip') return [];
  const isId = isManager(change.path) && change.value !== undefined && dialect.values.manager === 'sub-attribute';
  const path = isId ? scimPath(`${change.path.text}.value`) : change.path;
  if (dialect.patch.paths !== 'each') {
    place(object, path, said.value, dialect.patch);
    return [];
  }
  const op = change.had ? 'replace' : 'add';
  if (path.schema === undefined || dialect.patch.extensionPaths === 'colon')
    return [{ op, path: path.text, value: said.value }];
  const value: Body = {};
  place(value, { ...path, schema: undefined }, said.value, dialect.patch);
  return [{ op, path: path.schema, value }];
}

/**
 * New elements of an attribute, whole. In a dialect without paths in the object of an `add`; but where keys are dotted by its
 * sub-attributes, because Entra says it like that, and servers for it make the element that the filter does not find.
 */
function additions(path: ScimPath, groups: readonly (readonly WireChange[])[], dialect: Dialect): PatchOperation[] {
  const { patch, values } = dialect;
  if (patch.paths === 'dotted') return groups.flat().map((change) => elementOperation(change, dialect));
  const list = groups.flatMap((group) => {
    const filter = group[0]?.path.filter;
    return filter === undefined ? [] : [newElement(filter, group)];
  });
  const value = wireValue(values.primary ? markPrimary(path.attribute, list) : list, dialect);
  if (patch.paths === 'each') return [{ op: 'add', path: attributeText(path), value }];
  const object: Body = {};
  place(object, { ...path, filter: undefined, sub: undefined }, value, patch);
  return [{ op: 'add', value: object }];
}

function elementOperation({ path, value, had }: WireChange, dialect: Dialect): PatchOperation {
  if (value === undefined) return { op: 'remove', path: path.text };
  // What replaces a whole element must say again which one it is (`type`).
  const whole = path.filter !== undefined && path.sub === undefined;
  const said = whole ? newElement(path.filter, [{ path, value, had }]) : value;
  return { op: had ? 'replace' : 'add', path: path.text, value: wireValue(said, dialect) };
}

/** Puts a value into an object of attributes, under the names of the dialect. */
function place(
  object: Body,
  { schema, attribute, sub }: ScimPath,
  value: unknown,
  { extensionPaths, paths }: PatchDialect,
): void {
  const root = schema !== undefined && extensionPaths === 'object' ? child(object, schema) : object;
  const name = schema === undefined || extensionPaths === 'object' ? attribute : `${schema}:${attribute}`;
  if (sub === undefined) root[name] = value;
  else if (paths === 'dotted') root[`${name}.${sub}`] = value;
  else child(root, name)[sub] = value;
}

function child(object: Body, name: string): Body {
  const held = object[name];
  if (isBody(held)) return held;
  const made: Body = {};
  object[name] = made;
  return made;
}

/** What is said in place of a change's value. */
function saidValue({ path, value }: WireChange, dialect: Dialect): { readonly value: unknown } | 'remove' | 'skip' {
  if (value !== undefined) return { value: isManager(path) ? managerValue(value, dialect) : wireValue(value, dialect) };
  const { clear } = dialect.patch;
  if (clear === 'remove' || clear === 'skip') return clear;
  if (clear === 'null') return { value: null };
  return { value: isList(path) ? [] : '' };
}

function managerValue(value: ScimValue, { values }: Dialect): unknown {
  const id: unknown = isBody(value) ? value['value'] : value;
  switch (values.manager) {
    case 'object':
      return value;
    case 'array':
      return [value];
    case 'string':
    case 'sub-attribute':
      return id;
  }
}

function wireValue(value: unknown, dialect: Dialect): unknown {
  if (dialect.values.booleans === 'boolean') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return value.map((element: unknown) => wireValue(element, dialect));
  return isBody(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, wireValue(inner, dialect)]))
    : value;
}

/** A list as a whole, of those of users that RFC 7643 §4.1.2 knows. */
function isList({ schema, attribute, sub }: ScimPath): boolean {
  return schema === undefined && sub === undefined && multiValued.has(attribute.toLowerCase());
}

/** Changes of elements by the element they are in, in their order. */
export function groupByElement(changes: readonly WireChange[]): Map<string, WireChange[]> {
  return Map.groupBy(
    changes.filter(({ path }) => path.filter !== undefined),
    ({ path }) => elementText(path),
  );
}

export function isNewElement(group: readonly WireChange[]): boolean {
  return group.every(({ value, had }) => value !== undefined && !had) && group.some(isWhole);
}

function isGoneElement(group: readonly WireChange[]): boolean {
  return group.every(({ value }) => value === undefined) && group.some(isWhole);
}

/** Speaks of the element's own value, or of the element itself. */
function isWhole({ path }: WireChange): boolean {
  return path.sub === undefined || path.sub.toLowerCase() === 'value';
}

function newElement(filter: NonNullable<ScimPath['filter']>, group: readonly WireChange[]): Record<string, ScimValue> {
  const element: Record<string, ScimValue> = { [filter.attribute]: filter.value };
  for (const { path, value } of group) {
    if (value === undefined) continue;
    if (path.sub !== undefined) element[path.sub] = value;
    else if (typeof value === 'object' && !Array.isArray(value)) Object.assign(element, value);
    else element['value'] = value;
  }
  return element;
}

/** The multi-valued attribute that holds an element. */
export function attributeText(path: ScimPath): string {
  return elementText({ ...path, filter: undefined });
}
