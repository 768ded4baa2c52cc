import type { TargetId } from '../../core/model/link.ts';
import { readScimPath, scimPath } from '../../core/mapping/scim-path.ts';
import type { MemberChange } from '../../ports/scim-target.ts';
import { isBody, isRefusal, listOf, type Answer, type Body, type Exchange, type Refusal } from './message.ts';
import type { PatchOperation } from './patch.ts';
import { putResource } from './put.ts';
import { missed, patchResource } from './update.ts';

/** AWS and Keycloak take no more than a hundred member changes or operations in one PATCH. */
export const memberChunk = 100;

type Member = MemberChange['add'][number];

/** Adds and removes by PATCH (RFC 7644 §3.5.2): never the whole list, which may be long and is not all ours. */
export async function patchMembers(
  exchange: Exchange,
  group: TargetId,
  { add, remove }: MemberChange,
  signal: AbortSignal,
): Promise<Answer | Refusal> {
  const added: PatchOperation[] =
    add.length === 0 ? [] : [{ op: 'add', path: 'members', value: add.map(memberElement) }];
  const removed = remove.map(
    (id): PatchOperation => ({ op: 'remove', path: `members[value eq ${JSON.stringify(id)}]` }),
  );
  const send = (operations: readonly PatchOperation[]): Promise<Answer | Refusal> =>
    patchResource(exchange, 'group', group, operations, signal);
  const operations = [...added, ...removed];
  const answer = await send(operations);
  if (!isRefusal(answer) || removed.length === 0 || !missed(answer)) return answer;
  if (operations.length === 1) return isAbsent(answer) ? done : answer;
  // Someone is not there any more, and the target does not say who: one by one, and who is missing is removed already.
  // The group is not read instead, because several targets show only some of the members, or none (Keycloak, Polis).
  if (added.length > 0) {
    const answerToAdd = await send(added);
    if (isRefusal(answerToAdd)) return answerToAdd;
  }
  for (const operation of removed) {
    const answerToRemove = await send([operation]);
    if (isRefusal(answerToRemove) && !isAbsent(answerToRemove)) return answerToRemove;
  }
  return done;
}

function isAbsent({ status, scimType }: Refusal): boolean {
  return status === 400 && scimType === 'notarget';
}

const done: Answer = { status: 200, etag: undefined, body: undefined };

function memberElement({ id, type }: Member): Body {
  return type === 'group' ? { value: id, type: 'Group' } : { value: id };
}

/**
 * For targets without PATCH. What the group shows may be less than it has, and what we remember may be less than what
 * others added: the new list is both, without the removed and with the added.
 */
export async function putMembers(
  exchange: Exchange,
  group: TargetId,
  change: MemberChange,
  signal: AbortSignal,
): Promise<Answer | Refusal> {
  return putResource(
    exchange,
    'group',
    group,
    async (body) => {
      const members = shownMembers(body);
      for (const id of await change.current()) if (!members.has(id)) members.set(id, { value: id });
      for (const id of change.remove) members.delete(id);
      for (const member of change.add) members.set(member.id, memberElement(member));
      body['members'] = [...members.values()];
    },
    signal,
  );
}

function shownMembers(body: Body): Map<TargetId, Body> {
  const shown = readScimPath(body, scimPath('members'));
  const members = new Map<TargetId, Body>();
  for (const element of listOf(shown)) {
    const id = isBody(element) ? readScimPath(element, scimPath('value')) : element;
    if (typeof id !== 'string') continue;
    members.set(id, isBody(element) && element['type'] === 'Group' ? { value: id, type: 'Group' } : { value: id });
  }
  return members;
}
