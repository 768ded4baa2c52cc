import type { TargetId } from '../../../core/model/link.ts';
import { isConfigured } from '../dialect/configured.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isBody, isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { isAboutForm } from './about-form.ts';
import { nextMemberRequest, removal } from './member-requests.ts';
import { membersRead, readMembers } from './read-members.ts';
import { done, sendPatch } from './send-patch.ts';
import { noMembers, shownMembers, type ShownMembers } from './shown-members.ts';

const inVain = 'in vain: members.remove values';

/**
 * Removal by value, which is outside of the RFC, where another form was refused or had no effect: a target that takes the
 * path and overlooks the value empties the group. That is looked at, mended, and never tried blindly: with a group that
 * does not show its members the refusal stands.
 *
 * @param refusal what came of the other form
 * @param known the group as it was read just now
 */
export async function removeByValue(
  conversation: Conversation,
  group: TargetId,
  ids: readonly TargetId[],
  refusal: Refusal,
  known?: ShownMembers,
): Promise<Answer | Refusal> {
  const { targetDialect } = conversation;
  const isInUse =
    targetDialect.current().groups.update === 'patch' && targetDialect.current().members.remove === 'values';
  const mayTry = !isInUse && !targetDialect.evidence.has(inVain) && !isConfigured(targetDialect, 'members.remove');
  if (!mayTry && known === undefined) return refusal;
  const before = known ?? (await seenMembers(conversation, group));
  if (before === undefined || before.ids.size === 0) return refusal;
  const there = ids.filter((id) => before.ids.has(id));
  if (there.length === 0) return { ...done, body: { members: before.list } }; // who else is not in is seen as well
  if (!mayTry) return refusal;
  const answer = await sendPatch(conversation, 'group', group, [removal('values')(there)]);
  if (isRefusal(answer) && answer.class !== 'rejected' && answer.class !== 'unsupported') return answer;
  const held = isRefusal(answer) ? answer : await readMembers(conversation, group);
  const after = isRefusal(held) ? noMembers : ((await shownMembers(held.body)) ?? noMembers);
  if (isRefusal(held) || there.some((id) => after.ids.has(id))) {
    if (!isRefusal(held) || isAboutForm(held)) targetDialect.evidence.note(inVain);
    return refusal;
  }
  const leaving = new Set(ids);
  const lost = [...before.ids].filter((id) => !leaving.has(id) && !after.ids.has(id));
  if (lost.length === 0) {
    targetDialect.learn(
      'members.remove',
      'values',
      `removing members by a path with a filter was answered with ${refusal.status ?? 400} and had no effect, the same by value worked`,
    );
    if (targetDialect.current().groups.update !== 'patch')
      targetDialect.learn('groups.update', 'patch', 'PUT was answered as if it were done, and was not');
    return held;
  }
  targetDialect.evidence.note(inVain);
  const mended = await addBack(conversation, group, lost, before);
  return isRefusal(mended) ? mended : refusal;
}

/** Undefined when the group cannot be read. */
async function seenMembers(conversation: Conversation, group: TargetId): Promise<ShownMembers | undefined> {
  const answer = await readMembers(conversation, group);
  return isRefusal(answer) ? undefined : await membersRead(conversation, answer);
}

async function addBack(
  conversation: Conversation,
  group: TargetId,
  lost: readonly TargetId[],
  before: ShownMembers,
): Promise<Answer | Refusal> {
  const dialect = conversation.targetDialect.current();
  const { addPerRequest: add, removePerRequest: remove } = dialect.members;
  const groups = new Set(
    before.elements.flatMap(({ id, element }) => (isBody(element) && element['type'] === 'Group' ? (id ?? []) : [])),
  );
  let waiting = lost.map((id) => ({ id, type: groups.has(id) ? ('group' as const) : ('user' as const) }));
  let answer: Answer | Refusal = done;
  while (waiting.length > 0 && !isRefusal(answer)) {
    const request = nextMemberRequest(waiting, [], { add, remove, mixed: false }, dialect);
    answer = await sendPatch(conversation, 'group', group, request.operations);
    waiting = waiting.slice(request.added);
  }
  return answer;
}
