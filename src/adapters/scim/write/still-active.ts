import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { readActive } from '../../../core/mapping/active.ts';
import type { ScimChange } from '../../../ports/scim-target.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Body, type Refusal } from '../message.ts';
import { readResource } from '../read/resource.ts';

/** Whether an answered account says of itself that it is active. */
export function showsActive(body: Body | undefined): boolean {
  return body !== undefined && readActive(body) === true;
}

/**
 * A deactivation that was answered with an account that is still active is not believed: some targets take a request,
 * say 200 and do nothing. The answer may be older than the account, so that it is read once.
 */
export async function unlessActive(
  { exchange, signal }: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly ScimChange[],
  answer: Answer | Refusal,
): Promise<Answer | Refusal> {
  const endsAccess = changes.some((change) => change.path === 'active' && change.change === 'set' && change.value === false);
  if (!endsAccess || isRefusal(answer) || answer.status === 202 || !showsActive(answer.body)) return answer;
  const held = await readResource(exchange, type, id, signal);
  if (isRefusal(held)) return held.class === 'transient' || held.class === 'throttled' ? held : answer;
  if (!showsActive(held.body)) return held;
  return { class: 'rejected', status: answer.status, detail: `answered ${answer.status}, and the account is still active` };
}
