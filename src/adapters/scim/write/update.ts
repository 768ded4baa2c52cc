import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { ScimChange } from '../../../ports/scim-target.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../message.ts';
import { patchChanges } from './patch-changes.ts';
import { patchRequests } from './patch.ts';
import { putChanges } from './put.ts';
import { readResource } from '../read/resource.ts';
import { done, sendPatches } from './send-patch.ts';
import { unlessActive } from './still-active.ts';
import { toWire, type WireChange } from './wire-change.ts';

/**
 * Changes exactly these attributes, by what the target takes: PATCH, or PUT of everything. What is not said in its
 * dialect (`patch.clear: skip`) is left out.
 *
 * @param members acknowledged members of a group, for a PUT
 */
export async function updateResource(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly ScimChange[],
  members: () => Promise<readonly TargetId[]>,
): Promise<Answer | Refusal> {
  return unlessActive(conversation, type, id, changes, await sendChanges(conversation, type, id, changes, members));
}

async function sendChanges(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly ScimChange[],
  members: () => Promise<readonly TargetId[]>,
): Promise<Answer | Refusal> {
  const dialect = conversation.book.current();
  const { update } = type === 'user' ? dialect.users : dialect.groups;
  const wire = changes.map((change) => toWire(change, dialect.values)).filter(({ value }) => value !== undefined || dialect.patch.clear !== 'skip');
  if (wire.length === 0) return done;
  if (update === 'patch') {
    const patch = async () => unlessThere(conversation, type, id, await patchChanges(conversation, type, id, wire, members), 'unsupported');
    return withFallback(conversation, type, patch, () => put(wire));
  }
  const apart = type === 'user' && dialect.users.activation === 'patch' ? wire.filter(isActivation) : [];
  const rest = wire.filter((change) => !apart.includes(change));
  // Access first: what else cannot be written must not keep it from ending.
  const answer = apart.length === 0 ? done : await unlessThere(conversation, type, id, await sendPatches(conversation, type, id, patchRequests(apart, dialect)), 'unsupported');
  if (isRefusal(answer) || rest.length === 0) return answer;
  // Our own id is wished for, not needed: whoever was there before can be adopted without.
  if (update === 'none' && rest.every(({ path }) => path.text === 'externalId')) return done;
  if (update === 'none') return { class: 'unsupported', detail: 'the target takes no changes of attributes' };
  return put(rest);

  function put(rest: readonly WireChange[]): Promise<Answer | Refusal> {
    return putChanges(conversation, type, id, rest, members);
  }
}

function isActivation({ path }: WireChange): boolean {
  return path.text === 'active';
}

/**
 * PATCH, and PUT where there is no PATCH, which is learned. By type: some have it for groups only (Zoom, in effect), and
 * a group that is written whole can lose members of others.
 */
export async function withFallback(
  { book }: Conversation,
  type: ResourceType,
  patch: () => Promise<Answer | Refusal>,
  put: () => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  const answer = await patch();
  if (!isRefusal(answer) || answer.class !== 'unsupported') return answer;
  const instead = await put();
  if (!isRefusal(instead)) book.learn(`${type}s.update`, 'put', `PATCH was answered with ${answer.status ?? 'nothing'}`);
  return isRefusal(instead) && instead.class === 'unsupported' && instead.status !== undefined ? answer : instead;
}

/**
 * A 404 may be about something else than the resource that was written to: a server that has no such route, a member or
 * a manager that it does not know. When the resource can be read all the same, it means what the caller says; what is
 * taken as gone loses its link, so that a reading that fails decides nothing.
 */
export async function unlessThere(
  { exchange, book, signal }: Conversation,
  type: ResourceType,
  id: TargetId,
  answer: Answer | Refusal,
  otherwise: 'unsupported' | 'rejected',
): Promise<Answer | Refusal> {
  if (!isRefusal(answer) || answer.class !== 'gone') return answer;
  const query = type === 'group' && book.current().list.excludeMembers ? '?excludedAttributes=members' : '';
  const held = await readResource(exchange, type, id, signal, query);
  if (!isRefusal(held)) return { ...answer, class: otherwise };
  return tellsNothing(held) ? held : answer;
}

/** Whether a reading failed on its way, and leaves open whether there is something. */
export function tellsNothing({ class: failureClass }: Refusal): boolean {
  return !['gone', 'unsupported', 'rejected', 'conflict'].includes(failureClass);
}
