import type { ResourceType } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import { assign, unassign } from '../../core/mapping/scim-path.ts';
import { isBody, isRefusal, nonsense, type Answer, type Body, type Exchange, type Refusal } from './message.ts';
import { maxBytes, readResource, resourcePath, withSchemas } from './resource.ts';
import type { WireChange } from './wire-change.ts';

/**
 * Read, change, replace (RFC 7644 §3.5.1), for targets without PATCH. The whole resource is sent: what is left out, a
 * target may clear.
 */
export async function putResource(
  exchange: Exchange,
  type: ResourceType,
  id: TargetId,
  change: (body: Body) => void | Promise<void>,
  signal: AbortSignal,
): Promise<Answer | Refusal> {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') return path;
  const held = await readResource(exchange, type, id, signal);
  if (isRefusal(held)) return held;
  if (held.body === undefined) return nonsense('answered without the resource that was asked for', held.status);
  const body = structuredClone(held.body);
  delete body['meta']; // read-only (RFC 7643 §3.1)
  await change(body);
  return exchange(
    { method: 'PUT', path, body: withSchemas(type, body), subject: 'resource', maxBytes: maxBytes(type) },
    signal,
  );
}

/** Writes changes into a body, in place. */
export function mergeChanges(body: Body, changes: readonly WireChange[]): void {
  for (const { path, value } of changes) {
    if (value === undefined) unassign(body, path);
    else assign(body, path, value);
  }
  dropEmpty(body);
}

/** An object or extension without anything in it has no value (RFC 7643 §2.5), and is left out like any other. */
function dropEmpty(body: Body): void {
  for (const [key, value] of Object.entries(body)) {
    if (!isBody(value)) continue;
    dropEmpty(value);
    if (Object.keys(value).length === 0) Reflect.deleteProperty(body, key);
  }
}
