import type { AttributeChange } from '../../core/model/plan.ts';
import { Reference, type DesiredAttributes, type DesiredValue, type ScimValue } from '../../core/model/resource.ts';
import type { ScimChange } from '../../ports/scim-target.ts';
import { targetIds, type LinksNow } from '../shared/target-ids.ts';

/*
 * References as the target's own ids, at the moment of sending. Those whose resource did not come about are left out;
 * the next cycle finds them missing and completes them.
 */

function resolveValue(value: DesiredValue, context: LinksNow): ScimValue | undefined {
  return value instanceof Reference ? targetIds(context)(value.id) : value;
}

/** What can be sent of attributes: as they are wanted, and as they go out. */
export function resolveAttributes(desired: DesiredAttributes, context: LinksNow) {
  const attributes = new Map<string, DesiredValue>();
  const body = new Map<string, ScimValue>();
  for (const [path, value] of desired) {
    const resolved = value === null ? undefined : resolveValue(value, context);
    if (value === null || resolved === undefined) continue;
    attributes.set(path, value);
    body.set(path, resolved);
  }
  return { attributes, body };
}

/** What can be sent of changes: as they were planned, and as they go out. */
export function resolveChanges(changes: readonly AttributeChange[], context: LinksNow) {
  const planned: AttributeChange[] = [];
  const sent: ScimChange[] = [];
  for (const change of changes) {
    const value = change.change === 'clear' ? undefined : resolveValue(change.value, context);
    if (change.change === 'clear') sent.push(change);
    else if (value !== undefined) sent.push({ ...change, value });
    else continue;
    planned.push(change);
  }
  return { planned, sent };
}
