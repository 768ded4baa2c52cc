import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { readWithoutMembers } from '../read/without-members.ts';

/**
 * A 404 may be about something else than the resource that was written to: a server that has no such route, a member or
 * a manager that it does not know. When the resource can be read all the same, it means what the caller says; what is
 * taken as gone loses its link, so that a reading that fails decides nothing.
 */
export async function unlessThere(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  answer: Answer | Refusal,
  otherwise: 'unsupported' | 'rejected',
): Promise<Answer | Refusal> {
  if (!isRefusal(answer) || answer.class !== 'gone') return answer;
  const held = await readWithoutMembers(conversation, type, id);
  if (!isRefusal(held)) return { ...answer, class: otherwise };
  return tellsNothing(held) ? unread(held) : answer;
}

/** A target that shows nobody at all for a while has ended nobody's access. */
export function shownToNobody({ status }: Refusal): Refusal {
  return {
    class: 'transient',
    status,
    detail: 'the account is not shown afterwards, and neither are others whom the target has',
  };
}

/** Whether a reading failed on its way, and leaves open whether there is something. Of refusals only these are about reading. */
export function tellsNothing({ class: failureClass, status = 0 }: Refusal): boolean {
  const isRefused = (failureClass === 'rejected' || failureClass === 'conflict') && [400, 403].includes(status);
  return !isRefused && failureClass !== 'gone' && failureClass !== 'unsupported';
}

/** What a reading that told nothing makes of the write that it was to look into: it is not about what was sent. */
export function unread(held: Refusal): Refusal {
  return held.class === 'rejected' || held.class === 'conflict' ? { ...held, class: 'transient' } : held;
}
