import type { TargetId } from '../../../core/model/link.ts';
import type { MemberChange } from '../../../ports/scim-target.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { copyOf } from '../shared/copy.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { believeMembers } from './believe-members.ts';
import { putResource } from './put.ts';
import { readAndWrite } from './read-and-write.ts';
import { sendPatch } from './send-patch.ts';
import { setMembers } from './set-members.ts';

/**
 * For targets without PATCH. What the group shows may be less than it has, and what we remember may be less than what
 * others added: the new list is both, without the removed and with the added.
 *
 * @param onlyWay the target is known to take no PATCH of groups
 */
export async function putMembers(
  conversation: Conversation,
  group: TargetId,
  change: MemberChange,
  onlyWay: boolean,
): Promise<Answer | Refusal> {
  const answer = await putResource(conversation, 'group', group, ['members'], (body) =>
    setMembers(body, change, onlyWay),
  );
  return isRefusal(answer) ? answer : believeMembers(conversation, group, change, answer);
}

/** The last resort, where it is known to be safe: the whole list, of those whom the target shows and those whom we know. */
export async function replaceMembers(
  conversation: Conversation,
  group: TargetId,
  change: MemberChange,
  first: Refusal,
): Promise<Answer | Refusal> {
  if (!conversation.targetDialect.current().members.replace || first.class !== 'rejected') return first;
  const answer = await readAndWrite(conversation, 'group', group, async (held, condition) => {
    const body = copyOf(held);
    const refusal = await setMembers(body, change, true); // said to be safe
    return (
      refusal ??
      sendPatch(conversation, 'group', group, [{ op: 'replace', path: 'members', value: body['members'] }], condition)
    );
  });
  return isRefusal(answer) && answer.class === 'rejected' ? first : answer;
}
