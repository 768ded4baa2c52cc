import type { TargetId } from '../../../core/model/link.ts';
import { isConfigured } from '../dialect/configured.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { readResource } from '../answers/resource.ts';
import { isCutOff } from './shown-bound.ts';
import { noMembers, shownMembers, type ShownMembers } from './shown-members.ts';

/** A group that shows its members only then is asked for them by name (RFC 7644 §3.9). */
export const membersAsked = '?attributes=members';
const shows = 'groups show their members';
const useless = 'attributes=members shows no members';

/**
 * A group with its members, as far as the target shows them. Where it shows none of itself, it is asked for them by name
 * (Keycloak), once, and that is learned.
 */
export async function readMembers(conversation: Conversation, group: TargetId): Promise<Answer | Refusal> {
  const { exchange, targetDialect, signal } = conversation;
  const byName = targetDialect.current().members.read === 'attributes';
  const answer = await readResource(exchange, 'group', group, signal, byName ? membersAsked : '');
  if (byName || isRefusal(answer) || (await shownMembers(answer.body)) !== undefined) return answer;
  if (targetDialect.evidence.has(useless) || isConfigured(targetDialect, 'members.read')) return answer;
  const named = await readResource(exchange, 'group', group, signal, membersAsked);
  if (isRefusal(named) || ((await shownMembers(named.body))?.ids.size ?? 0) === 0) {
    targetDialect.evidence.note(useless);
    return answer;
  }
  targetDialect.learn('members.read', 'attributes', 'a group shows its members only when it is asked for them');
  return named;
}

/** Whether any group was seen to show somebody. */
export function groupsShow({ evidence }: Conversation['targetDialect']): boolean {
  return evidence.has(shows);
}

/** Whom a group that was read has. One that shows no list has nobody, at a target whose groups show their members. */
export async function membersRead(
  { targetDialect }: Conversation,
  { body }: Pick<Answer, 'body'>,
): Promise<ShownMembers | undefined> {
  const shown = await shownMembers(body);
  if (shown !== undefined && shown.ids.size > 0) targetDialect.evidence.note(shows);
  return shown ?? (body !== undefined && targetDialect.evidence.has(shows) ? noMembers : undefined);
}

/**
 * Whom a group has that was read by its id; undefined where the target does not say it, or not of everybody: such a group
 * tells nothing. An empty list counts at a target whose groups were seen to show somebody.
 */
export async function membersTold(
  conversation: Conversation,
  group: TargetId,
  body: Body,
): Promise<readonly TargetId[] | Refusal | undefined> {
  const { targetDialect } = conversation;
  if (targetDialect.current().members.read === 'own-record') return undefined;
  const isShown = ((await shownMembers(body))?.ids.size ?? 0) > 0 || groupsShow(targetDialect);
  const isByName = targetDialect.current().members.read === 'attributes' || !isShown;
  const answer: Pick<Answer, 'body'> | Refusal = isByName ? await readMembers(conversation, group) : { body };
  if (isRefusal(answer)) return answer;
  const told = await membersRead(conversation, answer);
  if (told === undefined || (told.ids.size === 0 && !groupsShow(targetDialect)) || isCutOff(targetDialect, told))
    return undefined;
  return told.isClear && told.elements.every(({ id }) => id !== undefined) ? [...told.ids] : undefined;
}
