import { readActive } from '../../../core/mapping/active.ts';
import { scimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { isConfigured } from '../dialect/configured.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { readResource } from '../answers/resource.ts';
import { isAboutForm } from './about-form.ts';
import { patchRequests } from './patch.ts';
import { putChanges } from './put.ts';
import { sendPatches } from './send-patch.ts';

const off = [{ path: scimPath('active'), value: false, had: true }];

/**
 * An account that was switched off as far as the answer goes, and is still active, or does not say that it is not: some
 * targets take a request, say 200 and do nothing. The other forms in which targets for Okta and for Entra expect it are
 * tried, and PUT, each once in the life of the notes; what none of them ends is a refusal.
 */
export async function insistOnActive(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  answered: Pick<Answer, 'status' | 'body'>,
): Promise<Answer | Refusal> {
  const { targetDialect, exchange, signal } = conversation;
  const dialect = targetDialect.current();
  const forms = [
    {
      setting: 'patch.activePathless',
      value: true,
      way: { ...dialect, patch: { ...dialect.patch, activePathless: true } },
      isUsed: dialect.patch.activePathless,
    },
    {
      setting: 'values.booleans',
      value: 'string',
      way: { ...dialect, values: { ...dialect.values, booleans: 'string' } },
      isUsed: dialect.values.booleans === 'string',
    },
  ] as const;
  for (const { setting, value, way, isUsed } of forms) {
    const inVain = `in vain: ${setting} ${value}`;
    if (
      isUsed ||
      dialect.users.update !== 'patch' ||
      isConfigured(targetDialect, setting) ||
      targetDialect.evidence.has(inVain)
    )
      continue;
    const answer = await sendPatches(conversation, type, id, patchRequests(off, way));
    const held = isRefusal(answer) ? answer : await readResource(exchange, type, id, signal);
    if (!isRefusal(held) && held.body !== undefined && readActive(held.body) === false) {
      targetDialect.learn(
        setting,
        value,
        'a deactivation in another form was answered as if it were done, and was not',
      );
      return held;
    }
    if (!isRefusal(held) || isAboutForm(held)) targetDialect.evidence.note(inVain);
  }
  const put = await putOff(conversation, type, id);
  if (put !== undefined) return put;
  const isOn = answered.body !== undefined && readActive(answered.body) === true;
  return {
    class: 'rejected',
    status: answered.status,
    detail: `answered ${answered.status}, and the account ${isOn ? 'is still active' : 'does not say that it is inactive'}`,
  };
}

/** Deactivations went by PUT where no PATCH did them. Other changes may well go by PATCH, so that it is no setting. */
const byPut = 'switches off by PUT, and not by PATCH';

/** The account, switched off by a PUT, where that is known to be the way; undefined where it is not, or is not any more. */
export async function putOffIfKnown(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
): Promise<Answer | undefined> {
  return conversation.targetDialect.evidence.has(byPut) ? putOff(conversation, type, id) : undefined;
}

/** The account, switched off by a PUT; undefined when that is no way. */
async function putOff(conversation: Conversation, type: ResourceType, id: TargetId): Promise<Answer | undefined> {
  const { targetDialect, exchange, signal } = conversation;
  const inVain = 'in vain: a deactivation by PUT';
  const { update, activation } = targetDialect.current().users;
  if (
    type !== 'user' ||
    (update !== 'patch' && activation !== 'patch') ||
    (update === 'patch' && isConfigured(targetDialect, 'users.update')) ||
    targetDialect.evidence.has(inVain)
  )
    return undefined;
  const answer = await putChanges(conversation, type, id, off, () => Promise.resolve([]), false);
  const held = isRefusal(answer) ? answer : await readResource(exchange, type, id, signal);
  if (!isRefusal(held) && held.body !== undefined && readActive(held.body) === false) {
    targetDialect.evidence.note(byPut);
    return held;
  }
  // What was no answer at all says nothing of the form, and what is gone nothing of any.
  if (isRefusal(held) && !['rejected', 'unsupported', 'conflict'].includes(held.class)) return undefined;
  targetDialect.evidence.drop(byPut);
  targetDialect.evidence.note(inVain);
  return undefined;
}

/**
 * A deactivation that was refused for how it was said, as far as its status tells: it may be taken in another form.
 *
 * @returns the account, switched off; or the refusal as it was first
 */
export async function insistAfterRefusal(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  refusal: Refusal,
): Promise<Answer | Refusal> {
  if (refusal.status !== 400 || refusal.class !== 'rejected') return refusal;
  const ended = await insistOnActive(conversation, type, id, { status: 400, body: undefined });
  return isRefusal(ended) ? refusal : ended;
}
