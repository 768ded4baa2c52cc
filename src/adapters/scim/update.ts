import type { ResourceType } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import { readScimPath, scimPath } from '../../core/mapping/scim-path.ts';
import { isRefusal, type Answer, type Body, type Exchange, type Refusal } from './message.ts';
import { attributeText, patchBody, patchOperations, type PatchOperation } from './patch.ts';
import { mergeChanges } from './put.ts';
import { maxBytes, readResource, resourcePath } from './resource.ts';
import type { WireChange } from './wire-change.ts';

/** Sends operations to one resource. */
export async function patchResource(
  exchange: Exchange,
  type: ResourceType,
  id: TargetId,
  operations: readonly PatchOperation[],
  signal: AbortSignal,
): Promise<Answer | Refusal> {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') return path;
  return exchange(
    { method: 'PATCH', path, body: patchBody(operations), subject: 'resource', maxBytes: maxBytes(type) },
    signal,
  );
}

/**
 * PATCH with exactly these changes. When the target does not find what an operation points at (an element that is not
 * there, or not any more), it is looked up once, and the changes are said again against what there is.
 */
export async function patchChanges(
  exchange: Exchange,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  signal: AbortSignal,
): Promise<Answer | Refusal> {
  const answer = await patchResource(exchange, type, id, patchOperations(changes), signal);
  if (!isRefusal(answer) || !changes.some(mayMiss) || !missed(answer)) return answer;
  const held = await readResource(exchange, type, id, signal);
  if (isRefusal(held)) return held.class === 'gone' ? held : answer;
  if (held.body === undefined) return answer;
  const operations = operationsAgainst(held.body, changes);
  if (operations.length === 0) return held;
  return patchResource(exchange, type, id, operations, signal);
}

/** Only these point at something that might not be there. */
function mayMiss({ path, value }: WireChange): boolean {
  return path.filter !== undefined || value === undefined;
}

/** Not found, or a path with a filter not understood (GitHub's organisations refuse them); many name no reason. */
export function missed({ status, scimType }: Refusal): boolean {
  return status === 400 && [undefined, 'notarget', 'invalidpath', 'invalidfilter'].includes(scimType);
}

/**
 * The changes without any path that could miss: elements are written with the whole list they belong to, as it will
 * be, and what is not there is not removed.
 */
function operationsAgainst(held: Body, changes: readonly WireChange[]): PatchOperation[] {
  const simple = changes.filter(({ path }) => path.filter === undefined);
  const removable = simple.filter(({ path, value }) => value !== undefined || readScimPath(held, path) !== undefined);
  const elements = changes.filter(({ path }) => path.filter !== undefined);
  const wanted = structuredClone(held);
  mergeChanges(wanted, elements);
  const lists = new Set(elements.map(({ path }) => attributeText(path)));
  return [...patchOperations(removable), ...[...lists].flatMap((list) => listOperation(list, held, wanted))];
}

function listOperation(list: string, held: Body, wanted: Body): PatchOperation[] {
  const path = scimPath(list);
  const value = readScimPath(wanted, path);
  if (Array.isArray(value) && value.length > 0) return [{ op: 'replace', path: list, value }];
  const before = readScimPath(held, path);
  return Array.isArray(before) && before.length > 0 ? [{ op: 'remove', path: list }] : [];
}
