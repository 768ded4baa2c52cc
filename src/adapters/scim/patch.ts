import { elementText, type ScimPath } from '../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../core/model/resource.ts';
import { schemas, type Body } from './message.ts';
import type { WireChange } from './wire-change.ts';

/** One operation of a PATCH request (RFC 7644 §3.5.2). The verbs are in lower case, as the RFC spells them. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

export function patchBody(operations: readonly PatchOperation[]): Body {
  return { schemas: [schemas.patch], Operations: operations };
}

/**
 * One operation an attribute, each with its path: the form that most targets take (AWS refuses several attributes in
 * an operation without path).
 *
 * Elements of multi-valued attributes (`emails[type eq "work"].value`) need more care:
 * - its `value` is new, and nothing in it was there before: the element is new. It is added whole to the attribute,
 *   because a path with a filter that matches nothing is an error (`noTarget`).
 * - its `value` is cleared, and nothing in it is set: the element goes, instead of staying as an empty shell.
 * - else: the element is changed in place, sub-attribute by sub-attribute. Whether it is there is not known when only
 *   other sub-attributes are new (a city beside a street that did not change): adding it whole could double it. A
 *   target that finds nothing there says so, and update.ts looks.
 */
export function patchOperations(changes: readonly WireChange[]): PatchOperation[] {
  const operations: PatchOperation[] = [];
  for (const [element, group] of groupByElement(changes)) {
    const path = group[0]?.path;
    if (path?.filter !== undefined && isNewElement(group)) {
      operations.push({ op: 'add', path: attributeText(path), value: [newElement(path.filter, group)] });
    } else if (path?.filter !== undefined && isGoneElement(group)) {
      operations.push({ op: 'remove', path: element });
    } else {
      operations.push(...group.map(operation));
    }
  }
  return operations;
}

function operation({ path, value, had }: WireChange): PatchOperation {
  if (value === undefined) return { op: 'remove', path: path.text };
  // What replaces a whole element must say again which one it is (`type`).
  const whole = path.filter !== undefined && path.sub === undefined;
  return { op: had ? 'replace' : 'add', path: path.text, value: whole ? newElement(path.filter, [{ path, value, had }]) : value };
}

/** Changes by the attribute or element they are in, in their order. Attributes without a filter stay alone. */
function groupByElement(changes: readonly WireChange[]): Map<string, WireChange[]> {
  const groups = new Map<string, WireChange[]>();
  for (const change of changes) {
    const key = change.path.filter === undefined ? change.path.text : elementText(change.path);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return groups;
}

function isNewElement(group: readonly WireChange[]): boolean {
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
