import { scimPath, type ScimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { Conversation } from '../dialect/conversation.ts';
import type { WireChange } from './wire-change.ts';

export type Method = 'POST' | 'PUT' | 'PATCH';

/** Whether answers were seen to show a path, so that its absence says something. */
export function wasShown({ targetDialect: { evidence } }: Conversation, type: ResourceType, path: string): boolean {
  const change = { path: scimPath(path), value: '', had: true };
  return (
    evidence.has(stores(type, change, 'POST')) || isPatched(evidence, type, change) || evidence.has(shows(type, path))
  );
}

/** Whether a path was sent, and answers were seen not to show it: whoever shows none of it may have one all the same. */
export function isHidden({ targetDialect: { evidence } }: Conversation, type: ResourceType, path: ScimPath): boolean {
  const change = { path, value: '', had: true };
  const methods = ['POST', 'PATCH', 'PUT'] as const;
  return (
    methods.some((method) => evidence.has(storesNot(type, change, method))) &&
    !methods.some((method) => evidence.has(stores(type, change, method))) &&
    !isPatched(evidence, type, change)
  );
}

/** An element that is added goes in another form than one that is there. */
function isPatched(
  evidence: Conversation['targetDialect']['evidence'],
  type: ResourceType,
  change: WireChange,
): boolean {
  return [true, false].some((had) => evidence.has(stores(type, { ...change, had }, 'PATCH')));
}

/** Whether an answer to a write, or the resource as it was read after it, had what was sent at this path. */
export function showsPath({ evidence }: Conversation['targetDialect'], type: ResourceType, path: string): boolean {
  return evidence.has(shows(type, path));
}

/** The fact that a value at this path was stored (or cleared) as it was sent. */
export function stores(type: ResourceType, change: WireChange, method: Method): string {
  return `${method} of a ${type} ${kindOf(change, method)} ${change.path.text}`;
}

/** The fact that it was not. */
export function storesNot(type: ResourceType, change: WireChange, method: Method): string {
  return `${method} of a ${type} does not ${change.value === undefined ? 'clear' : 'store'} ${change.path.text}`;
}

function kindOf({ path, value, had }: WireChange, method: Method): string {
  const isAddition = method === 'PATCH' && path.filter !== undefined && !had;
  return value === undefined ? 'clears' : isAddition ? 'adds' : 'stores';
}

/** The fact that an answer had what was sent at this path. */
export function shows(type: ResourceType, path: string): string {
  return `shows ${path} of a ${type}`;
}

/** The fact that such answers say nothing of what they leave out. */
export function partial(method: Method): string {
  return `answers to ${method} show only some of a resource`;
}
