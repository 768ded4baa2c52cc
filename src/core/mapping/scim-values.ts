import { readScimPath, scimPath, type ScimPath } from './scim-path.ts';

/**
 * Every value at a path in a body that a server answered: `emails.value` without a filter is the value of any e-mail,
 * and an element that is no object (WSO2 lists e-mails as texts) is its own value.
 */
export function scimValues(body: Readonly<Record<string, unknown>>, path: ScimPath): readonly unknown[] {
  const held = path.filter === undefined ? readScimPath(body, { ...path, sub: undefined }) : undefined;
  if (!Array.isArray(held)) return [readScimPath(body, path)];
  const elements: readonly unknown[] = held;
  const sub = scimPath(path.sub ?? 'value');
  return elements.map((element) => (isObject(element) ? readScimPath(element, sub) : element));
}

/** A value that is used as text: an id, a member, a name. Some targets write them as numbers. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** One text for a value that a target holds, for its digest: numbers may be too long for a double, and are bigints then. */
export function heldText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
