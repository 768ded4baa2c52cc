import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { MemberChange, MemberChunk } from '../../../ports/scim-target.ts';
import { once, type Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { believeMembers } from './believe-members.ts';
import { copyWithoutNull } from './copy.ts';
import { nextMemberRequest, type MemberLimits, type MemberRequest } from './member-requests.ts';
import { afterRefusal, removes } from './refused-members.ts';
import { done, isTooMuch, sendPatch, together } from './send-patch.ts';
import { withFallback } from './update.ts';
import { putResource } from './put.ts';
import { readAndWrite } from './read-and-write.ts';
import { setMembers } from './set-members.ts';

/** What one record of the state is ready to hold, however much a target takes. */
const most = 10_000;

/** How many members are worth a call. A PUT sends them all anyway. */
export function memberChunk({ groups, members }: Dialect): MemberChunk {
  const isPatch = groups.update === 'patch';
  return {
    add: isPatch ? Math.min(most, members.addPerRequest) : most,
    remove: isPatch ? Math.min(most, members.removePerRequest) : most,
    create: members.onCreate === 'include' ? Math.min(most, members.addPerRequest) : 0,
  };
}

/** Adds and removes members, by what the target takes. The answer shows the group as it was last seen. */
export async function changeMembers(
  conversation: Conversation,
  group: TargetId,
  change: MemberChange,
): Promise<Answer | Refusal> {
  const { update } = conversation.targetDialect.current().groups;
  if (update === 'none') return { class: 'unsupported', detail: 'the target takes no changes of groups' };
  if (update !== 'patch') return putMembers(conversation, group, change, true);
  return withFallback(
    conversation,
    'group',
    () => patchMembers(conversation, group, change),
    (onlyWay) => putMembers(conversation, group, change, onlyWay),
  );
}

/**
 * Adds and removes by PATCH (RFC 7644 §3.5.2): never the whole list, which may be long and is not all ours. Request by
 * request, in the sizes that the target takes; when it says that one is too large, in halves, and that is learned.
 */
async function patchMembers(
  conversation: Conversation,
  group: TargetId,
  change: MemberChange,
): Promise<Answer | Refusal> {
  const { targetDialect } = conversation;
  let [add, remove] = [change.add, change.remove];
  let limits: MemberLimits | undefined;
  const taken = { add: Infinity, remove: Infinity };
  let all = done;
  while (add.length + remove.length > 0) {
    const dialect = targetDialect.current();
    const inForce = limits ?? {
      add: dialect.members.addPerRequest,
      remove: dialect.members.removePerRequest,
      mixed: dialect.patch.mixed,
    };
    const request = nextMemberRequest(add, remove, inForce, dialect);
    const part = { ...change, add: add.slice(0, request.added), remove: remove.slice(0, request.removed) };
    // A half of what was refused with a 5xx again and again: one more is enough.
    const talk = part.looked === true ? once(conversation) : conversation;
    const answer = await sendPatch(talk, 'group', group, request.operations);
    if (isRefusal(answer) && isTooMuch(answer) && request.added + request.removed > 1) {
      limits = halved(inForce, request);
      continue;
    }
    const settled = isRefusal(answer)
      ? await afterRefusal(conversation, group, part, answer)
      : await believeMembers(conversation, group, part, answer);
    if (!isRefusal(answer) && part.remove.length > 0) targetDialect.evidence.note(removes);
    if (isRefusal(settled))
      return replaceMembers(conversation, group, change, all === done ? settled : { ...settled, inPart: true });
    all = together(all, settled);
    if (limits?.add === request.added) taken.add = request.added;
    if (limits?.remove === request.removed) taken.remove = request.removed;
    add = add.slice(request.added);
    remove = remove.slice(request.removed);
  }
  learnLimits(conversation, taken);
  return all;
}

/** Half as much as was too much; of both kinds, they are first sent apart. */
function halved(limits: MemberLimits, { added, removed }: MemberRequest): MemberLimits {
  if (added > 0 && removed > 0) return { ...limits, mixed: false };
  return added > 0 ? { ...limits, add: Math.ceil(added / 2) } : { ...limits, remove: Math.ceil(removed / 2) };
}

/** Full requests of a smaller size that were taken. Only when everything was: else it may have been about someone. */
function learnLimits({ targetDialect }: Conversation, taken: Pick<MemberLimits, 'add' | 'remove'>): void {
  const { members } = targetDialect.current();
  const because = 'more members in one request were refused';
  if (taken.add < members.addPerRequest) targetDialect.learn('members.addPerRequest', taken.add, because);
  if (taken.remove < members.removePerRequest) targetDialect.learn('members.removePerRequest', taken.remove, because);
}

/**
 * For targets without PATCH. What the group shows may be less than it has, and what we remember may be less than what
 * others added: the new list is both, without the removed and with the added.
 *
 * @param onlyWay the target is known to take no PATCH of groups
 */
async function putMembers(
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
async function replaceMembers(
  conversation: Conversation,
  group: TargetId,
  change: MemberChange,
  first: Refusal,
): Promise<Answer | Refusal> {
  if (!conversation.targetDialect.current().members.replace || first.class !== 'rejected') return first;
  const answer = await readAndWrite(conversation, 'group', group, async (held, condition) => {
    const body = await copyWithoutNull(held);
    const refusal = await setMembers(body, change, true); // said to be safe
    return (
      refusal ??
      sendPatch(conversation, 'group', group, [{ op: 'replace', path: 'members', value: body['members'] }], condition)
    );
  });
  return isRefusal(answer) && answer.class === 'rejected' ? first : answer;
}
