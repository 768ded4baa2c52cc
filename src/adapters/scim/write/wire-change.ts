import type { ValueDialect } from '../../../core/dialect/dialect.ts';
import { enterpriseUser, scimPath, type ScimPath } from '../../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import type { ScimChange } from '../../../ports/scim-target.ts';

/** A change as a resource would hold it; patch.ts and body-form.ts put it into the target's own words. */
export interface WireChange {
  readonly path: ScimPath;
  /** Undefined clears. */
  readonly value: ScimValue | undefined;
  readonly had: boolean;
  /** The path as it was asked for, where it is another one. */
  readonly from?: string | undefined;
}

/** The manager is one complex value with an id in it (RFC 7643 §4.3), so that its `value` is never changed alone. */
export function toWire(change: ScimChange, values: ValueDialect): WireChange {
  const path = scimPath(change.path);
  const value = change.change === 'set' ? spelled(path, change.value, values) : undefined;
  const had = change.change === 'clear' || change.had;
  if (!isManager(path) || path.sub === undefined) return { path, value, had };
  return { path: managerPath, value: value === undefined ? undefined : { value }, had, from: change.path };
}

export const managerPath = scimPath(`${enterpriseUser}:manager`);

export function isManager({ schema, attribute, sub }: ScimPath): boolean {
  return schema === enterpriseUser && attribute === 'manager' && (sub ?? 'value') === 'value';
}

/** Names and addresses that people log in with, in lower case where the target wants them so. */
export function spelled(path: ScimPath, value: ScimValue, { lowerCaseLogins }: ValueDialect): ScimValue {
  if (!lowerCaseLogins || path.schema !== undefined) return value;
  if (path.attribute === 'userName' && typeof value === 'string') return value.toLowerCase();
  return path.attribute === 'emails' && (path.sub ?? 'value') === 'value' ? lowered(value) : value;
}

function lowered(value: ScimValue): ScimValue {
  if (typeof value === 'string') return value.toLowerCase();
  if (typeof value !== 'object') return value;
  if (isList(value)) return value.map(lowered);
  const address = value['value'];
  return typeof address === 'string' ? { ...value, value: address.toLowerCase() } : value;
}

function isList(value: ScimValue): value is readonly ScimValue[] {
  return Array.isArray(value);
}
