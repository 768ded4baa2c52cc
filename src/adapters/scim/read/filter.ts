import type { ResourceType } from '../../../core/model/entry.ts';
import type { Dialect } from '../../../core/dialect/dialect.ts';
import { scimPath, type ScimPath } from '../../../core/mapping/scim-path.ts';

type Filters = Dialect['filter'];

/**
 * By what to ask for those whose attribute has a value. An element's value (`emails[type eq "work"].value`) is asked
 * for by `emails.value` where only that is known to work, and externalId by `id` where ids are what was given as
 * externalId (GitLab). Undefined: the target cannot be asked for that.
 */
export function askedBy(filters: Filters, type: ResourceType, path: ScimPath): ScimPath | undefined {
  const allowed = filters[namesOf(type)];
  const candidates = [path, ...wider(path)];
  if (isExternalId(path) && allowed !== 'any' && allowed.some((name) => same(name, 'id')))
    candidates.push(scimPath('id'));
  return candidates.find((candidate) => isAllowed(allowed, candidate));
}

/** The same in any element (`emails.value` for `emails[type eq "work"].value`); nothing where a path names no element. */
export function wider({ schema, attribute, filter, sub }: ScimPath): ScimPath[] {
  if (filter === undefined) return [];
  const name = `${schema === undefined ? '' : `${schema}:`}${attribute}`;
  return [scimPath(`${name}.${sub ?? 'value'}`)];
}

function isAllowed(allowed: Filters['users'], path: ScimPath): boolean {
  if (allowed === 'any') return true;
  if (allowed.some((name) => same(name, `!${path.text}`))) return false;
  const isOpen = allowed.length > 0 && allowed.every((name) => name.startsWith('!'));
  return isOpen || allowed.some((name) => names(name, path));
}

/** `emails` and `emails.value` are the same to a filter (RFC 7644 §3.4.2.2). */
function names(name: string, { text }: ScimPath): boolean {
  return same(name, text) || same(`${name}.value`, text);
}

/** What may still be searched by when this attribute was refused. Undefined when that was known. */
export function withoutAttribute(allowed: Filters['users'], path: ScimPath): readonly string[] | undefined {
  if (allowed === 'any') return [`!${path.text}`];
  if (!isAllowed(allowed, path)) return undefined;
  const others = allowed.filter((name) => !names(name, path));
  return others.length < allowed.length ? others : [...allowed, `!${path.text}`];
}

/** The key of a type in `filter`. */
export function namesOf(type: ResourceType): 'users' | 'groups' {
  return type === 'user' ? 'users' : 'groups';
}

function isExternalId({ schema, attribute }: ScimPath): boolean {
  return schema === undefined && attribute === 'externalId';
}

/** Attribute names compare without case (RFC 7643 §2.1). */
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * Values are JSON strings (RFC 7644 §3.4.2.2), so that quotes and backslashes are escaped. A sub-attribute of a
 * filtered element goes into the brackets: `emails[type eq "work" and value eq "…"]`.
 */
export function filterText(path: ScimPath, value: string): string {
  const literal = JSON.stringify(value);
  const attribute = `${path.schema === undefined ? '' : `${path.schema}:`}${path.attribute}`;
  if (path.filter === undefined) return `${attribute}${path.sub === undefined ? '' : `.${path.sub}`} eq ${literal}`;
  const own = `${path.filter.attribute} eq ${JSON.stringify(path.filter.value)}`;
  return `${attribute}[${own} and ${path.sub ?? 'value'} eq ${literal}]`;
}
