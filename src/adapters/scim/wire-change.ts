import { enterpriseUser, scimPath, type ScimPath } from '../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../core/model/resource.ts';
import type { ScimChange } from '../../ports/scim-target.ts';

/** A change in the shape in which it is said to a target. */
export interface WireChange {
  readonly path: ScimPath;
  /** Undefined clears. */
  readonly value: ScimValue | undefined;
  readonly had: boolean;
}

/**
 * The manager is one complex value with an id in it (RFC 7643 §4.3). Most targets take `manager` = `{value: id}`; many
 * don't know the path `manager.value`.
 */
export function toWire(change: ScimChange): WireChange {
  const path = scimPath(change.path);
  const value = change.change === 'set' ? change.value : undefined;
  const had = change.change === 'clear' || change.had;
  if (path.schema !== enterpriseUser || path.attribute !== 'manager' || path.sub !== 'value') return { path, value, had };
  return { path: scimPath(`${path.schema}:manager`), value: value === undefined ? undefined : { value }, had };
}
