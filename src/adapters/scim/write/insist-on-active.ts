import { readActive } from '../../../core/mapping/active.ts';
import { scimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { isConfigured } from '../dialect/configured.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { readResource } from '../answers/resource.ts';
import { patchRequests } from './patch.ts';
import { sendPatches } from './send-patch.ts';

/**
 * An account that was switched off as far as the answer goes, and is still active, or does not say that it is not: some
 * targets take a request, say 200 and do nothing. The other forms in which targets for Okta and for Entra expect it are tried, each once in the life of
 * the notes; what none of them ends is a refusal.
 */
export async function insistOnActive(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  answered: Answer,
): Promise<Answer | Refusal> {
  const { targetDialect, exchange, signal } = conversation;
  const dialect = targetDialect.current();
  const off = [{ path: scimPath('active'), value: false, had: true }];
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
    targetDialect.evidence.note(inVain);
  }
  const isOn = answered.body !== undefined && readActive(answered.body) === true;
  return {
    class: 'rejected',
    status: answered.status,
    detail: `answered ${answered.status}, and the account ${isOn ? 'is still active' : 'does not say that it is inactive'}`,
  };
}
