import type { TargetId } from '../../../core/model/link.ts';
import type { MemberChange } from '../../../ports/scim-target.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { believeMembers, lost } from './believe-members.ts';
import { addOtherwise } from './insist-on-members.ts';
import { addition, removals } from './member-requests.ts';
import type { PatchOperation } from './patch.ts';
import { membersRead, readMembers } from './read-members.ts';
import { removeByValue } from './remove-by-value.ts';
import { done, sendPatch, together } from './send-patch.ts';
import type { ShownMembers } from './shown-members.ts';
import { readWithoutMembers } from '../read/without-members.ts';
import { tellsNothing, unread } from './unless-there.ts';
import { takesPatch } from './update.ts';

/**
 * A change of members was refused. That may be about the group (then the caller has nothing more to try), about the form,
 * or about somebody: a target to which repeating is an error refuses whoever is in already, or is not in any more (409,
 * 404, 500). So the group is read once; who need not be sent is left out, and the others are sent again.
 *
 * What is still refused is a `rejected`: the caller halves it. A part of what was looked at is not looked at again.
 */
export async function afterRefusal(
  conversation: Conversation,
  group: TargetId,
  part: MemberChange,
  refusal: Refusal,
  known?: ShownMembers,
): Promise<Answer | Refusal> {
  if (!isAboutSomething(refusal)) return refusal;
  const last: Refusal = refusal.class === 'unsupported' ? refusal : { ...refusal, class: 'rejected' };
  if (part.looked === true)
    return isNotIn(conversation, part, refusal)
      ? { ...done, body: undefined }
      : inAnotherForm(conversation, group, part, last);
  const held = known ?? (await readMembers(conversation, group));
  if ('class' in held) return held.class === 'gone' || tellsNothing(held) ? unread(held) : refusal;
  if (await isNoRoute(conversation, part, refusal)) return { ...refusal, class: 'unsupported' };
  const seen = 'ids' in held ? held : await membersRead(conversation, held);
  if (seen === undefined) return isNotIn(conversation, part, refusal) ? { ...done, body: undefined } : last;
  const rest = await left(conversation, part, seen);
  if (rest.add.length + rest.remove.length === 0) return { ...done, body: 'ids' in held ? undefined : held.body };
  const isLess = rest.add.length < part.add.length || rest.remove.length < part.remove.length;
  const isBoth = rest.add.length > 0 && rest.remove.length > 0 && refusal.status !== 403; // what is not allowed is not, in any part
  return isLess || isBoth
    ? sendApart(conversation, group, { ...part, ...rest }, seen)
    : inAnotherForm(conversation, group, part, last, seen);
}

/**
 * Whether a 404 to a group that is there says that there is no PATCH, whatever its words ("Cannot PATCH", "Route not found"):
 * none of a group was taken yet, and the member it speaks of is there as well.
 */
async function isNoRoute(
  conversation: Conversation,
  { add: [joining], remove: [leaving] }: MemberChange,
  { class: failureClass }: Refusal,
): Promise<boolean> {
  if (failureClass !== 'gone' || conversation.targetDialect.evidence.has(takesPatch('group'))) return false;
  const id = joining?.id ?? leaving;
  return id !== undefined && !isRefusal(await readWithoutMembers(conversation, joining?.type ?? 'user', id));
}

/** A target took a removal of members. */
export const removes = 'takes removals of members';

/**
 * A group that does not show its members says of one who is to be removed that there is no such element (`noTarget`, RFC
 * 7644 §3.5.2.2). Where such removals were taken before, that is no matter of form.
 */
function isNotIn(
  { targetDialect }: Conversation,
  { add, remove }: MemberChange,
  { status, scimType }: Refusal,
): boolean {
  return (
    add.length === 0 &&
    remove.length === 1 &&
    status === 400 &&
    scimType === 'notarget' &&
    targetDialect.evidence.has(removes)
  );
}

/** What is refused for its form may be taken in another one. */
function inAnotherForm(
  conversation: Conversation,
  group: TargetId,
  { add, remove }: MemberChange,
  refusal: Refusal,
  seen?: ShownMembers,
): Promise<Answer | Refusal> {
  if (add.length === 0 && mayBeForm(refusal)) return removeByValue(conversation, group, remove, refusal, seen);
  if (remove.length === 0 && refusal.class === 'unsupported') return addOtherwise(conversation, group, add, refusal);
  return Promise.resolve(refusal);
}

/**
 * Not about the credentials (401) or how it has to be asked (428); and nothing that says nothing. Whoever is in already is
 * refused with 403 by some.
 */
function isAboutSomething({ class: failureClass, status = 0 }: Refusal): boolean {
  if (failureClass === 'transient') return status >= 500; // four times
  return ['rejected', 'conflict', 'gone', 'unsupported'].includes(failureClass) && status !== 428;
}

function mayBeForm({ status }: Refusal): boolean {
  return status === 400 || status === 405 || status === 501;
}

/** Who has to be sent. Who is not shown is not in, only where the group shows all of those who were in it. */
async function left(
  conversation: Conversation,
  part: MemberChange,
  seen: ShownMembers,
): Promise<Pick<MemberChange, 'add' | 'remove'>> {
  if (conversation.targetDialect.current().members.read === 'own-record') return part;
  const isWhole = (await lost(part, seen)).length === 0;
  return {
    add: part.add.filter(({ id }) => !seen.ids.has(id)),
    remove:
      isWhole || part.remove.some((id) => seen.ids.has(id))
        ? part.remove.filter((id) => seen.ids.has(id))
        : part.remove,
  };
}

/** Additions and removals in requests of their own. A removal is not kept back by an addition that is refused. */
async function sendApart(
  conversation: Conversation,
  group: TargetId,
  { add, remove, current, expected = current }: MemberChange,
  seen: ShownMembers,
): Promise<Answer | Refusal> {
  const { members } = conversation.targetDialect.current();
  const leaving = new Set(remove);
  const send = async (operations: readonly PatchOperation[], part: MemberChange): Promise<Answer | Refusal> => {
    const answer = await sendPatch(conversation, 'group', group, operations);
    // What was repeated after an answer that left it open may have been done the first time.
    return isRefusal(answer)
      ? afterRefusal(conversation, group, part, answer, answer.inPart === true ? undefined : seen)
      : believeMembers(conversation, group, part, answer);
  };
  const gone =
    remove.length === 0 ? done : await send(removals(members.remove, remove), { add: [], remove, current, expected });
  const come =
    add.length === 0
      ? done
      : await send([addition(members)(add)], {
          add,
          remove: [],
          current: async () => without(await current()),
          expected: async () => without(await expected()),
        });
  if (isRefusal(gone)) return add.length > 0 && !isRefusal(come) ? { ...gone, inPart: true } : gone;
  return isRefusal(come) || add.length === 0 ? (isRefusal(come) ? come : gone) : together(gone, come);

  function without(ids: readonly TargetId[]): readonly TargetId[] {
    return ids.filter((id) => !leaving.has(id));
  }
}
