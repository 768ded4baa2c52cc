import type { Dialect, ValueDialect } from '../../../core/dialect/dialect.ts';
import { isSingle } from '../../../core/dialect/single-lists.ts';
import { assign, readScimPath, scimPath, type ScimPath } from '../../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import type { Body } from '../shared/message.ts';
import { copyOf } from './copy.ts';
import { attributeText, groupByElement, isNewElement } from './patch.ts';
import { hasPrimary, markPrimary } from './primary.ts';
import { mergeChanges } from './put.ts';
import type { WireChange } from './wire-change.ts';

/** Whether changes of single elements cannot be said in this dialect without knowing their whole lists. */
export function needLists(changes: readonly WireChange[], { patch, values }: Dialect): boolean {
  const groups = [...groupByElement(changes)];
  if (groups.length === 0) return false;
  if (!patch.valueFilters) return true;
  if (patch.clear !== 'remove' && groups.some(([, group]) => group.some(({ value }) => value === undefined)))
    return true;
  // Whether someone else is the primary one is not known: with several elements, a new one must not take its place.
  return (
    values.primary &&
    groups.some(
      ([, group]) => isNewElement(group) && hasPrimary(attributeOf(group)) && !isSingle(values, attributeOf(group)),
    )
  );
}

function attributeOf([first]: readonly WireChange[]): string {
  return first?.path.attribute ?? '';
}

/**
 * The changes without any path that could miss: elements are written with the whole list they belong to, as it will
 * be, and what is not there is not removed.
 */
export function withWholeLists(held: Body, changes: readonly WireChange[], values: ValueDialect): WireChange[] {
  const simple = changes.filter(({ path }) => path.filter === undefined);
  const elements = changes.filter(({ path }) => path.filter !== undefined);
  const lists = new Set(elements.map(({ path }) => attributeText(path)));
  const wanted = copyOf(held);
  for (const list of lists) spellOut(wanted, scimPath(list));
  for (const { path } of elements) if (isSingle(values, path.attribute)) keepOnly(wanted, path);
  mergeChanges(wanted, elements);
  return [
    ...simple.filter(({ path, value }) => value !== undefined || readScimPath(held, path) !== undefined),
    ...[...lists].flatMap((list) => listChange(list, held, wanted, values)),
  ];
}

/** Elements that are shown as nothing but their value (WSO2's e-mails) are written as objects. */
function spellOut(body: Body, path: ScimPath): void {
  const list = readScimPath(body, path);
  if (!Array.isArray(list)) return;
  assign(
    body,
    path,
    list.map((element: unknown) => (typeof element === 'string' ? { value: element } : (element as ScimValue))),
  ); // JSON, as it came
}

/**
 * Where there is room for one element, what was there makes way for it: a target that keeps no types (Zitadel) would
 * not show that it is the same one, and keep the first of the two.
 */
function keepOnly(body: Body, path: ScimPath): void {
  const { filter } = path;
  const list = scimPath(attributeText(path));
  const held = readScimPath(body, list);
  if (filter === undefined || !hasPrimary(path.attribute) || !Array.isArray(held)) return;
  const isMeant = (element: unknown): boolean =>
    typeof element === 'object' && element !== null && Reflect.get(element, filter.attribute) === filter.value;
  assign(body, list, held.filter(isMeant) as readonly ScimValue[]); // JSON, as it came
}

function listChange(list: string, held: Body, wanted: Body, { primary }: ValueDialect): WireChange[] {
  const path = scimPath(list);
  const value = readScimPath(wanted, path);
  if (isFilled(value)) {
    const marked = primary ? markPrimary(path.attribute, value) : value;
    return [{ path, value: marked as readonly ScimValue[], had: true }]; // JSON, as it came
  }
  return isFilled(readScimPath(held, path)) ? [{ path, value: undefined, had: true }] : [];
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}
