import type { TargetId } from '../../../core/model/link.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { MemberChange } from '../../../ports/scim-target.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { addition, nextMemberRequest, removal } from './member-requests.ts';
import { isBody, isRefusal, type Answer, type Body, type Refusal } from '../message.ts';
import type { PatchOperation } from './patch.ts';
import { keepMembers } from './put.ts';
import { readResource } from '../read/resource.ts';
import { done, missed, sendPatch, together } from './send-patch.ts';

/** Whether an answered group still has someone who was removed: the request was taken and ignored (GitHub's enterprises). */
export function stillShows({ body }: Answer, removed: readonly TargetId[]): boolean {
  const shown = body === undefined ? undefined : readScimPath(body, scimPath('members'));
  if (!Array.isArray(shown)) return false;
  const ids = new Set(shown.map((element: unknown) => (isBody(element) ? readScimPath(element, scimPath('value')) : element)));
  return removed.some((id) => ids.has(id));
}

/**
 * Removes members when the request that should have removed them was refused, or had no effect. Someone may not be there
 * any more, and the target does not say who: so one by one, and who is missing is removed already. When nobody can be
 * removed like that although the group shows them, removal by value is tried, which is outside of the RFC: a target
 * that takes the path and overlooks the value empties the group. That is looked at, mended, and never tried blindly:
 * with a group that does not show its members the refusal stands.
 *
 * @param first what came of the request; additions in it count as sent only if it was no refusal
 */
export async function removeOtherwise(
  conversation: Conversation,
  group: TargetId,
  { add, remove }: MemberChange,
  first: Answer | Refusal,
): Promise<Answer | Refusal> {
  const { members } = conversation.book.current();
  if (!isRefusal(first)) return removeByValue(conversation, group, remove, ignored);
  const send = (operation: PatchOperation): Promise<Answer | Refusal> => sendPatch(conversation, 'group', group, [operation]);
  const added = add.length > 0 ? await send(addition(members)(add)) : done;
  if (isRefusal(added)) return added;
  const style = members.remove === 'filter-or' ? 'filter' : members.remove;
  const results = new Map<TargetId, Answer | Refusal>();
  for (const id of remove) {
    // The one who was alone in the request has had an answer.
    const answer = add.length + remove.length === 1 ? first : await send(removal(style)([id]));
    if (isRefusal(answer) && !missed(answer)) return answer;
    results.set(id, answer);
  }
  const refused = [...results].flatMap(([id, answer]) => (isRefusal(answer) && !isAbsent(answer) ? [{ id, answer }] : []));
  const worked = [...results.values()].filter((answer) => !isRefusal(answer)).length;
  let all = added;
  for (const answer of results.values()) if (!isRefusal(answer)) all = together(all, answer);
  const [one] = refused;
  if (one !== undefined) {
    const answer = await removeByValue(conversation, group, refused.map(({ id }) => id), one.answer, worked === 0);
    return isRefusal(answer) ? answer : together(all, answer);
  }
  if (members.remove === 'filter-or' && worked === remove.length && worked > 1) {
    conversation.book.learn('members.remove', 'filter', 'several members in one path were refused');
  }
  return all;
}

const ignored: Refusal = { class: 'rejected', status: 200, detail: 'answered 200, and the members are still there' };

function isAbsent({ status, scimType }: Refusal): boolean {
  return status === 400 && scimType === 'notarget';
}

/** @param mayTry false: the style of the dialect works for others */
async function removeByValue(
  conversation: Conversation,
  group: TargetId,
  ids: readonly TargetId[],
  refusal: Refusal,
  mayTry = true,
): Promise<Answer | Refusal> {
  const { book } = conversation;
  const before = await shownMembers(conversation, group);
  if (before === undefined || before.size === 0) return refusal;
  const there = ids.filter((id) => before.has(id));
  if (there.length === 0) return done;
  if (!mayTry || book.current().members.remove === 'values') return refusal;
  const answer = await sendPatch(conversation, 'group', group, [removal('values')(there)]);
  if (isRefusal(answer)) return answer.class === 'rejected' ? refusal : answer;
  const after = await shownMembers(conversation, group);
  if (after === undefined || there.some((id) => after.has(id))) return refusal;
  const others = [...before.keys()].filter((id) => !ids.includes(id));
  const lost = others.filter((id) => !after.has(id));
  if (lost.length === 0) {
    book.learn('members.remove', 'values', `a path with a filter was answered with ${refusal.status ?? 400}, the same by value worked`);
    return answer;
  }
  const mended = await addBack(conversation, group, lost, before);
  return isRefusal(mended) ? mended : refusal;
}

/** Undefined when the group cannot be read. */
async function shownMembers({ exchange, book, signal }: Conversation, group: TargetId): Promise<Map<TargetId, Body> | undefined> {
  const query = book.current().members.read === 'attributes' ? '?attributes=members' : '';
  const answer = await readResource(exchange, 'group', group, signal, query);
  return isRefusal(answer) || answer.body === undefined ? undefined : keepMembers({ ...answer.body }, []);
}

async function addBack(
  conversation: Conversation,
  group: TargetId,
  lost: readonly TargetId[],
  before: ReadonlyMap<TargetId, Body>,
): Promise<Answer | Refusal> {
  const dialect = conversation.book.current();
  const { addPerRequest: add, removePerRequest: remove } = dialect.members;
  let waiting = lost.map((id) => ({ id, type: before.get(id)?.['type'] === 'Group' ? ('group' as const) : ('user' as const) }));
  let answer: Answer | Refusal = done;
  while (waiting.length > 0 && !isRefusal(answer)) {
    const request = nextMemberRequest(waiting, [], { add, remove, mixed: false }, dialect);
    answer = await sendPatch(conversation, 'group', group, request.operations);
    waiting = waiting.slice(request.added);
  }
  return answer;
}
