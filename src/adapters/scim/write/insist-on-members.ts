import type { Dialect, MemberDialect } from '../../../core/dialect/dialect.ts';
import type { LearnableSetting } from '../../../core/dialect/learned-setting.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { MemberChange } from '../../../ports/scim-target.ts';
import { isConfigured } from '../dialect/configured.ts';
import { alone, type Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { isAboutForm } from './about-form.ts';
import { addition, removal, removals, type Member } from './member-requests.ts';
import { membersRead, readMembers } from './read-members.ts';
import { whyUnseen } from './hidden-members.ts';
import { removeByValue } from './remove-by-value.ts';
import { sendPatch } from './send-patch.ts';
import { noteCutOff, notAllShown } from './shown-bound.ts';
import { noMembers, shownMembers, type ShownMembers } from './shown-members.ts';
import { subjectOf } from './subject.ts';

/**
 * A change of members was answered as if it were done, and the group shows that it was not (GitHub's enterprises with
 * paths that have a filter, servers whose PUT merges). The other forms are tried, each once in the life of the notes, and
 * the one that works is learned. When none does, it is a refusal, unless the target is found to hide who is in its groups
 * (hidden-members.ts): then none is asked any more.
 */
export async function insistOnMembers(
  conversation: Conversation,
  group: TargetId,
  part: MemberChange,
  answered: Answer,
  seen: ShownMembers,
): Promise<Answer | Refusal> {
  const again = answered.joined === true ? await repeatAlone(conversation, group, part, seen) : undefined;
  if (again !== undefined) return again;
  const missing = part.add.filter(({ id }) => !seen.ids.has(id));
  const staying = part.remove.filter((id) => seen.ids.has(id));
  const removed = staying.length === 0 ? answered : await removeOtherwise(conversation, group, staying);
  if (isRefusal(removed)) return removed;
  if (missing.length === 0) return removed;
  if (part.add.length > 0 && part.remove.length > 0) {
    const alone = await addAlone(conversation, group, missing);
    if (alone !== undefined) return alone;
  }
  const isStrange = answered.body !== undefined && subjectOf(group, answered.body) !== 'it';
  const { targetDialect } = conversation;
  const why =
    isStrange || isConfigured(targetDialect, 'members.read')
      ? 'lied'
      : await targetDialect.evidence.alone(() => whyUnseen(conversation, group, missing, seen));
  if (why === 'hides') {
    // They may have come while others were asked: a group that shows somebody hides nobody.
    const held = await readMembers(conversation, group);
    const late = isRefusal(held) ? noMembers : ((await membersRead(conversation, held)) ?? noMembers);
    if (!isRefusal(held) && missing.every(({ id }) => late.ids.has(id))) return held;
    if (late.ids.size === 0) {
      targetDialect.learn(
        'members.read',
        'own-record',
        'a group does not show the members that it was given, and has them',
      );
      return { ...answered, body: undefined };
    }
  }
  const added = await addOtherwise(conversation, group, missing, notThere(answered));
  if (isRefusal(added) && (await noteCutOff(targetDialect, part, seen))) return notAllShown(answered, part);
  return isRefusal(added) && why === 'unknown' ? unseen(answered) : added;
}

/**
 * The same in a request of its own: some answer 200 to each operation of a bulk request, and carry out none. Where it is done
 * then, nothing goes by bulk requests any more.
 */
async function repeatAlone(
  conversation: Conversation,
  group: TargetId,
  part: MemberChange,
  seen: ShownMembers,
): Promise<Answer | undefined> {
  const { targetDialect } = conversation;
  const { members } = targetDialect.current();
  const missing = part.add.filter(({ id }) => !seen.ids.has(id));
  const staying = part.remove.filter((id) => seen.ids.has(id));
  const answer = await sendPatch(alone(conversation), 'group', group, [
    ...(missing.length === 0 ? [] : [addition(members)(missing)]),
    ...removals(members.remove, staying),
  ]);
  const held = isRefusal(answer) ? answer : await readMembers(conversation, group);
  const after = isRefusal(held) ? undefined : await membersRead(conversation, held);
  const isDone =
    after !== undefined && missing.every(({ id }) => after.ids.has(id)) && !staying.some((id) => after.ids.has(id));
  if (isRefusal(held) || !isDone) return undefined;
  targetDialect.learn('bulk.use', false, 'changes in a bulk request were answered as if they were done, and were not');
  return held;
}

/**
 * Who was added in one request with a removal, in a request of their own and in the same form. Where they are in then, the
 * removal took them out with others, and the form of adding is not to blame. Whoever else is missing, the caller sees.
 */
async function addAlone(
  conversation: Conversation,
  group: TargetId,
  missing: readonly Member[],
): Promise<Answer | undefined> {
  const { evidence } = conversation.targetDialect;
  const { groups, members } = conversation.targetDialect.current();
  if (groups.update !== 'patch' || evidence.has(apartInVain)) return undefined;
  const answer = await sendPatch(conversation, 'group', group, [addition(members)(missing)]);
  const held = isRefusal(answer) ? answer : await readMembers(conversation, group);
  const seen = isRefusal(held) ? undefined : await shownMembers(held.body);
  if (!isRefusal(held) && seen !== undefined && missing.every(({ id }) => seen.ids.has(id))) {
    evidence.note(takesOthers);
    return held;
  }
  if (!isRefusal(held) || isAboutForm(held)) evidence.note(apartInVain);
  return undefined;
}

/** A removal of members takes out others with them, whoever that is. */
export const takesOthers = 'a removal of members takes others out';
const apartInVain = 'in vain: members added apart from a removal';

const additions = ['array', 'ids', 'nested', 'pathless'] as const satisfies readonly MemberDialect['add'][];

/** Members in the other forms in which some targets take them. */
export async function addOtherwise(
  conversation: Conversation,
  group: TargetId,
  missing: readonly Member[],
  refusal: Refusal,
): Promise<Answer | Refusal> {
  let sentBare = false;
  for (const add of additions) {
    const found = await tryForm(
      conversation,
      group,
      'members.add',
      add,
      (members) => {
        sentBare ||= add === 'ids';
        return [addition({ ...members, add })(missing)];
      },
      (seen) => missing.every(({ id }) => seen.ids.has(id) && !(sentBare && isBare(seen, id))),
    );
    if (found !== undefined) return found;
  }
  return refusal;
}

/** Whether a member is shown as nothing but the bare id that was sent: then it was stored unread, and means nobody. */
function isBare({ elements }: ShownMembers, id: TargetId): boolean {
  return elements.filter((one) => one.id === id).every(({ element }) => typeof element === 'string');
}

async function removeOtherwise(
  conversation: Conversation,
  group: TargetId,
  staying: readonly TargetId[],
): Promise<Answer | Refusal> {
  const isGone = ({ ids }: ShownMembers): boolean => !staying.some((id) => ids.has(id));
  const filtered = await tryForm(
    conversation,
    group,
    'members.remove',
    'filter',
    () => staying.map((id) => removal('filter')([id])),
    isGone,
  );
  if (filtered !== undefined) return filtered;
  return removeByValue(conversation, group, staying, stillThere);
}

/** One form of a change, where it is another one than the one in use, nobody configured that one, and it was not in vain before. */
async function tryForm(
  conversation: Conversation,
  group: TargetId,
  setting: LearnableSetting,
  form: string,
  operations: (members: Dialect['members']) => Parameters<typeof sendPatch>[3],
  isDone: (seen: ShownMembers) => boolean,
): Promise<Answer | undefined> {
  const { targetDialect } = conversation;
  const { groups, members } = targetDialect.current();
  const inUse =
    groups.update === 'patch' && targetDialect.settings().some(({ name, value }) => name === setting && value === form);
  const inVain = `in vain: ${setting} ${form}`;
  if (
    inUse ||
    isConfigured(targetDialect, setting) ||
    isConfigured(targetDialect, 'groups.update') ||
    targetDialect.evidence.has(inVain)
  )
    return undefined;
  const answer = await sendPatch(conversation, 'group', group, operations(members));
  const held = isRefusal(answer) ? answer : await readMembers(conversation, group);
  const seen = isRefusal(held) ? undefined : await shownMembers(held.body);
  if (isRefusal(held) || seen === undefined || !isDone(seen)) {
    if (!isRefusal(held) || isAboutForm(held)) targetDialect.evidence.note(inVain);
    return undefined;
  }
  targetDialect.learn(setting, form, 'another form was answered as if it were done, and was not');
  if (groups.update !== 'patch')
    targetDialect.learn('groups.update', 'patch', 'PUT was answered as if it were done, and was not');
  return held;
}

const stillThere: Refusal = { class: 'rejected', status: 200, detail: 'answered 200, and the members are still there' };

/** Not said of the members that were sent: it is the same with any others. */
function unseen({ status }: Answer): Refusal {
  return {
    class: 'protocol',
    status,
    detail: `answered ${status}, and the group shows nobody; if this target never shows who is in a group, set members.read: own-record under its profile`,
  };
}

function notThere({ status }: Answer): Refusal {
  return { class: 'rejected', status, detail: `answered ${status}, and the members are not there` };
}
