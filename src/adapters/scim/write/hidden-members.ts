import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { textOf } from '../../../core/mapping/scim-values.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isBody, isRefusal, listOf } from '../shared/message.ts';
import { askedBy } from '../read/filter.ts';
import { readList } from '../answers/list.ts';
import { readResource } from '../answers/resource.ts';
import type { Member } from './member-requests.ts';
import { groupsShow } from './read-members.ts';
import { shownMembers, type ShownMembers } from './shown-members.ts';

/**
 * A group does not show whom it was given. Either the target hides who is in its groups, or it has not done what it said:
 *
 * | seen                                                                                       | then    |
 * |--------------------------------------------------------------------------------------------|---------|
 * | some group of this target showed a member, at any time                                      | lied    |
 * | the member names the group among its own (`groups`, RFC 7643 §4.1.2)                         | hides   |
 * | a search for this group by this member finds it, and by somebody made up does not            | hides   |
 * | a list shows members of other groups                                                        | lied    |
 * | nothing of that                                                                             | unknown |
 *
 * Only `hides` is learned. Four requests at most, and two of them are not repeated where they told nothing.
 */
export async function whyUnseen(
  conversation: Conversation,
  group: TargetId,
  [member]: readonly Member[],
  seen: ShownMembers,
): Promise<'hides' | 'lied' | 'unknown'> {
  if (seen.ids.size > 0 || groupsShow(conversation.targetDialect)) return 'lied';
  if (member === undefined) return 'unknown';
  if ((await namesGroup(conversation, member, group)) || (await isFoundBy(conversation, group, member.id)))
    return 'hides';
  return (await othersShow(conversation)) ? 'lied' : 'unknown';
}

async function namesGroup({ exchange, signal }: Conversation, { id, type }: Member, group: TargetId): Promise<boolean> {
  if (type !== 'user') return false;
  const held = await readResource(exchange, type, id, signal);
  if (isRefusal(held) || held.body === undefined) return false;
  return listOf(readScimPath(held.body, groupsPath)).some(
    (element) => isBody(element) && textOf(readScimPath(element, valuePath)) === group,
  );
}

/** As Entra asks, and AWS answers although it shows nobody: `id eq "…" and members eq "…"`. */
async function isFoundBy(conversation: Conversation, group: TargetId, member: TargetId): Promise<boolean> {
  const { evidence } = conversation.targetDialect;
  if (evidence.has(inVain) || askedBy(conversation.targetDialect.current().filter, 'group', membersPath) === undefined)
    return false;
  const isFound = (await finds(conversation, group, member)) && !(await finds(conversation, group, madeUp));
  if (!isFound) evidence.note(inVain);
  return isFound;
}

async function finds({ exchange, signal }: Conversation, group: TargetId, member: TargetId): Promise<boolean> {
  const filter = `id eq ${JSON.stringify(group)} and members eq ${JSON.stringify(member)}`;
  const list = await readList(exchange, 'group', `filter=${encodeURIComponent(filter)}`, signal);
  return !('class' in list) && list.resources.length === 1 && list.resources[0]?.id === group;
}

async function othersShow({ exchange, signal, targetDialect }: Conversation): Promise<boolean> {
  if (!targetDialect.current().list.usable) return false;
  const list = await readList(exchange, 'group', 'startIndex=1&count=100', signal);
  if ('class' in list) return false;
  for (const { body } of list.resources) if (((await shownMembers(body))?.ids.size ?? 0) > 0) return true;
  return false;
}

const madeUp = 'dir2scim-is-nobody';
const inVain = 'in vain: searches for groups by member';
const groupsPath = scimPath('groups');
const membersPath = scimPath('members');
const valuePath = scimPath('value');
