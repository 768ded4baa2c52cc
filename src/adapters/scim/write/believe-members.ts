import type { TargetId } from '../../../core/model/link.ts';
import { missingMembers } from '../../../core/model/missing-members.ts';
import type { MemberChange } from '../../../ports/scim-target.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { insistOnMembers, takesOthers } from './insist-on-members.ts';
import { membersRead, readMembers } from './read-members.ts';
import { isCutOff, notAllShown } from './shown-bound.ts';
import { noMembers, shownMembers, type ShownMembers } from './shown-members.ts';
import { showsNobody, showsSomebody } from './shows-nobody.ts';
import { tellsNothing, unread } from './unless-there.ts';

/**
 * What to make of a 2xx to a change of members:
 *
 * | the answer shows                      | then                                                                     |
 * |---------------------------------------|--------------------------------------------------------------------------|
 * | a list with everybody who shall be in | believed                                                                 |
 * | a list without somebody               | the group is read: it may show only some of them in answers; that is kept |
 * | no list                               | the group is read after the first change of each form; that is kept      |
 *
 * When the group itself shows that nothing was done, the other forms are tried (insist-on-members.ts). The answer that is
 * given back shows the group as it was last seen, or no body: it does not tell.
 */
export async function believeMembers(
  conversation: Conversation,
  group: TargetId,
  part: MemberChange,
  answer: Answer,
  isRepeated = false,
): Promise<Answer | Refusal> {
  const { targetDialect } = conversation;
  if (answer.status === 202) return answer;
  if (targetDialect.current().members.read === 'own-record') return untold(answer);
  const shown = await membersAnswered(conversation, answer);
  if (shown === undefined) return lookBack(conversation, group, part, answer, isRepeated);
  if (isCutOff(targetDialect, shown) && !staysIn(part, shown)) return notAllShown(answer, part);
  const isWhole = (await lost(part, shown)).length === 0;
  if (!differs(part, shown) && isWhole) return answer;
  if (!differs(part, shown) && targetDialect.evidence.has(partial))
    return lookBack(conversation, group, part, answer, isRepeated);
  const held = await readMembers(conversation, group);
  if (isRefusal(held) && (tellsNothing(held) || held.class === 'gone')) return unread(held);
  const seen = isRefusal(held) ? shown : ((await membersRead(conversation, held)) ?? shown);
  if (isCutOff(targetDialect, seen) && !staysIn(part, seen)) return notAllShown(answer, part);
  if (differs(part, seen)) return insistOnMembers(conversation, group, part, answer, seen);
  if (!isWhole && (await lost(part, seen)).length === 0) targetDialect.evidence.note(partial);
  if (await isEmptied(part, seen)) targetDialect.evidence.note(takesOthers);
  return told(answer, isRefusal(held) ? answer : held, seen);
}

/** A list that is left out is empty, at a target whose answers to such changes show lists. */
async function membersAnswered({ targetDialect }: Conversation, { body }: Answer): Promise<ShownMembers | undefined> {
  const shown = await shownMembers(body);
  if (shown !== undefined && shown.ids.size > 0) targetDialect.evidence.note(answersShow);
  return shown ?? (body !== undefined && targetDialect.evidence.has(answersShow) ? noMembers : undefined);
}

const answersShow = 'answers to changes of groups show their members';
const partial = 'answers to changes of members show only some of them';

/** Changes of members that are believed to one that is looked at later on. */
const sampledChanges = 100;

/**
 * An answer without a list of members: looked into for the first change of each form. What could not be looked at now is
 * sent again.
 *
 * @param isRepeated nothing may have changed by it, because an earlier request without an answer did it: whether members
 *   went with that is looked at each time, and says nothing of the form
 */
async function lookBack(
  conversation: Conversation,
  group: TargetId,
  part: MemberChange,
  answer: Answer,
  isRepeated: boolean,
): Promise<Answer | Refusal> {
  const { evidence } = conversation.targetDialect;
  const isRename = part.add.length + part.remove.length === 0;
  if (isRename && (await part.current()).length === 0) return untold(answer); // nobody could be lost
  const form = `${await formOf(conversation, part)}${answer.joined === true ? ', in bulk' : ''}`;
  if (!isRepeated && !(await evidence.isToBeLookedAt(form, 1, sampledChanges))) return untold(answer);
  let found: boolean | undefined;
  try {
    const held = await readMembers(conversation, group);
    if (isRefusal(held)) {
      if (tellsNothing(held) && held.isEmpty !== true) return unread(held);
      if (held.class === 'gone') return untold(answer);
      if (!showsNobody(conversation, 'a group that was changed', held)) return unread(held);
      found = true; // it cannot be looked into
      return untold(answer);
    }
    showsSomebody(conversation, 'a group that was changed');
    // A group without a list has nobody in it, or hides them: who was added is looked for in other ways.
    const seen = (await membersRead(conversation, held)) ?? (part.add.length > 0 ? noMembers : undefined);
    if (seen !== undefined && isCutOff(conversation.targetDialect, seen) && !staysIn(part, seen)) {
      found = true;
      return notAllShown(answer, part);
    }
    const isDone = seen === undefined || !differs(part, seen);
    if (isDone) found = await proves(part, seen);
    else found = false;
    if (seen === undefined) return untold(answer);
    if (isDone) return told(answer, held, seen);
    const insisted = await insistOnMembers(conversation, group, part, answer, seen);
    if (!isRefusal(insisted) && conversation.targetDialect.current().members.read === 'own-record') found = true;
    return insisted;
  } finally {
    if (!isRepeated) evidence.looked(form, 1, found);
  }
}

/**
 * What a group that is as it should be says of the form in which it was changed: undefined where it may have been like that
 * before, since nobody left whom it is known to have had, and nobody joined.
 *
 * @param seen undefined: it does not show its members, and never will
 */
async function proves(part: MemberChange, seen: ShownMembers | undefined): Promise<boolean | undefined> {
  if (seen === undefined) return true;
  if ((await lost(part, seen)).length > 0) return false;
  if (part.add.length > 0 || part.remove.length === 0) return true;
  const before = new Set(await part.current());
  return part.remove.some((id) => before.has(id)) ? true : undefined;
}

/**
 * Members who are added to others are another form than the first ones: some put them in their place. So are those who
 * are taken out of a list that goes back whole: some leave in what it does not name.
 */
async function formOf(
  { targetDialect }: Conversation,
  { add, remove, current, expected = current }: MemberChange,
): Promise<string> {
  const { groups, members } = targetDialect.current();
  if (add.length + remove.length === 0) return `groups by ${groups.update}`;
  const isPatch = groups.update === 'patch';
  const concerned = new Set([...remove, ...add.map(({ id }) => id)]);
  const hasOthers = add.length > 0 && (await expected()).some((id) => !concerned.has(id));
  const adding = `members added${hasOthers ? ' to others' : ''} by ${isPatch ? members.add : 'PUT'}`;
  return [
    ...(add.length > 0 ? [adding] : []),
    ...(remove.length > 0 ? [`members removed by ${isPatch ? members.remove : 'PUT'}`] : []),
  ].join(', ');
}

/** Whether a group shows that a change of its members was not done. */
export function differs({ add, remove }: Pick<MemberChange, 'add' | 'remove'>, { ids }: ShownMembers): boolean {
  return add.some(({ id }) => !ids.has(id)) || staysIn({ remove }, { ids });
}

function staysIn({ remove }: Pick<MemberChange, 'remove'>, { ids }: Pick<ShownMembers, 'ids'>): boolean {
  return remove.some((id) => ids.has(id));
}

/** Acknowledged members who are not shown, although nobody removed them. */
export async function lost(
  { add, remove, current, expected = current }: MemberChange,
  { ids }: ShownMembers,
): Promise<TargetId[]> {
  const concerned = new Set([...remove, ...add.map(({ id }) => id)]);
  const active = new Set(await expected());
  const all = (await current()).filter((id) => !concerned.has(id));
  return missingMembers(all.map((id) => ({ id, active: active.has(id), shown: ids.has(id) })));
}

/** Whether nobody is left of those who were in it, after a removal of some: nobody else takes out all of them at that moment. */
async function isEmptied(part: MemberChange, seen: ShownMembers): Promise<boolean> {
  return part.add.length === 0 && part.remove.length > 0 && seen.ids.size === 0 && (await lost(part, seen)).length > 1;
}

/** With the group as it was seen; a list that was left out is an empty one. */
function told(answer: Answer, { body }: Answer, { list }: ShownMembers): Answer {
  return { ...answer, body: { ...body, members: list } };
}

function untold(answer: Answer): Answer {
  return { ...answer, body: undefined };
}
