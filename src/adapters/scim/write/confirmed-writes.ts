import type { Dialect } from '../../../core/dialect/dialect.ts';
import { readScimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Outcome } from '../../../core/model/outcome.ts';
import { isNoValue } from '../../../core/planning/diff.ts';
import type { Acknowledged, MemberChange, ScimChange, ScimTarget } from '../../../ports/scim-target.ts';
import { versionOf } from '../answers/resource.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { unlessGone, unlessRefusedAsGone } from '../read/gone.ts';
import { failed, isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { confirmCreate, confirmWrite, type Promised } from './accepted.ts';
import { believeMembers, differs } from './believe-members.ts';
import { withLost } from './lost-beside.ts';
import { createResource } from './create.ts';
import { confirms, unstored } from './effect.ts';
import { tellsActive } from './ended.ts';
import { takesOthers } from './insist-on-members.ts';
import { changeMembers } from './members.ts';
import { membersAsked, membersRead } from './read-members.ts';
import { wasShown } from './stored-evidence.ts';
import { noteShown, withUnseen } from './unseen.ts';
import { noMembers, shownMembers } from './shown-members.ts';
import { showsOurs } from './subject.ts';
import { tellsNothing } from './unless-there.ts';
import { updateResource } from './update.ts';
import { toWire, type WireChange } from './wire-change.ts';

/** A conversation in which one may wait for what a target has only promised (202). */
export type ClockedConversation = Conversation & Promised;

/** A create; one that was only promised is looked for by `externalId`. */
export async function confirmedCreate(
  talk: ClockedConversation,
  find: ScimTarget['find'],
  type: ResourceType,
  attributes: Parameters<ScimTarget['create']>[1],
  members: Parameters<typeof createResource>[3],
  isNew: Parameters<typeof createResource>[4],
): Promise<Outcome> {
  const { signal, targetDialect } = talk;
  const outcome = await createResource(talk, type, attributes, members, isNew);
  const wire = [...attributes].map(([path, value]) =>
    toWire({ path, change: 'set', value, had: false }, targetDialect.current().values),
  );
  const differing = (held: Body): readonly string[] =>
    unstored(held, wire, false).map(({ path, from }) => from ?? path.text);
  return confirmCreate(
    outcome,
    talk,
    attributes.get('externalId'),
    (id) => find(type, 'externalId', id, signal),
    differing,
  );
}

/** An update, with what of it was seen not to be stored, or to have been lost elsewhere. */
export async function confirmedUpdate(
  talk: ClockedConversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly ScimChange[],
  known: Acknowledged,
): Promise<Outcome> {
  if (changes.length === 0) return { kind: 'applied', id };
  const answer = await updateResource(talk, type, id, changes, known);
  const confirmed = await confirmWrite(answer, talk, type, id, shows(type, changes, talk));
  const wire = changes.map((change) => toWire(change, talk.targetDialect.current().values));
  const looked =
    isRefusal(confirmed) || confirmed === answer
      ? confirmed
      : confirmed.unverified === true
        ? { ...confirmed, unstored: changes.map(({ path }) => path) }
        : withUnseen(talk, type, wire, withLost(talk, type, wire, known, confirmed));
  const ends = changes.some((change) => change.path === 'active' && change.change === 'set' && change.value === false);
  return keepsMembers(talk, type, id, changes, known, await unlessRefusedAsGone(talk, type, id, looked, ends));
}

/** What answers were seen to show has to be there. */
function shows(
  type: ResourceType,
  changes: readonly ScimChange[],
  talk: ClockedConversation,
): (held: Body | undefined) => boolean {
  const { targetDialect } = talk;
  const wire = changes.map((change) => toWire(change, targetDialect.current().values));
  const isMissing = (held: Body, { path, value }: WireChange): boolean =>
    value !== undefined && isNoValue(readScimPath(held, path)) && wasShown(talk, type, path.text);
  return (held) => {
    if (held === undefined) return false;
    noteShown(talk, type, held, wire);
    return (
      confirms(held, wire, { keepsOurs: showsOurs(targetDialect), tellsActive: tellsActive(targetDialect) }) &&
      !wire.some((change) => isMissing(held, change))
    );
  };
}

function showsMembers(change: MemberChange, { members }: Dialect): (held: Body | undefined) => Promise<boolean> {
  return async (held) => {
    if (held === undefined || members.read === 'own-record') return held !== undefined; // it shows none: believed
    return !differs(change, (await shownMembers(held)) ?? noMembers);
  };
}

/** A change of members, with whom the group was seen to have afterwards. */
export async function confirmedMemberChange(
  talk: ClockedConversation,
  group: TargetId,
  change: MemberChange,
): Promise<Outcome> {
  if (change.add.length + change.remove.length === 0) return { kind: 'applied', id: group };
  const dialect = () => talk.targetDialect.current();
  const answer = await changeMembers(talk, group, change);
  const confirmed = await confirmWrite(
    answer,
    talk,
    'group',
    group,
    showsMembers(change, dialect()),
    dialect().members.read === 'attributes' ? membersAsked : '',
  );
  if (!isRefusal(confirmed) && confirmed !== answer) await membersRead(talk, confirmed); // so that a list that is left out later means nobody
  const outcome = await withMembers(group, await unlessGone(talk, 'group', group, confirmed));
  const tookOthers = change.remove.length > 0 && talk.targetDialect.evidence.has(takesOthers);
  return tookOthers && outcome.kind === 'applied' && outcome.shown?.members !== undefined
    ? { ...outcome, shown: { ...outcome.shown, tookOthers } }
    : outcome;
}

/** A group that was changed has the members that it had, or the outcome says whom it has. */
async function keepsMembers(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly ScimChange[],
  { members, expectedMembers, paths }: Acknowledged,
  answer: Answer | Refusal,
): Promise<Outcome> {
  if (type === 'user' || members === undefined || isRefusal(answer)) return outcomeOf(id, answer);
  const isRepeated = !changes.some(({ path }) => path !== 'externalId' && paths?.includes(path) !== false);
  const looked = await believeMembers(
    conversation,
    id,
    { add: [], remove: [], current: members, expected: expectedMembers },
    answer,
    isRepeated,
  );
  if (isRefusal(looked)) return outcomeOf(id, tellsNothing(looked) ? looked : answer);
  return withMembers(id, { ...answer, body: looked.body });
}

/** With whom the group was seen to have. */
async function withMembers(id: TargetId, answer: Answer | Refusal): Promise<Outcome> {
  const outcome = outcomeOf(id, answer);
  if (outcome.kind === 'applied' && !isRefusal(answer) && answer.unverified === true)
    return { ...outcome, shown: { ...outcome.shown, unstored: ['members'] } };
  const shown = isRefusal(answer) || answer.status === 202 ? undefined : await shownMembers(answer.body);
  return outcome.kind === 'failed' || shown === undefined
    ? outcome
    : { ...outcome, shown: { ...outcome.shown, members: [...shown.ids] } };
}

function outcomeOf(id: TargetId, answer: Answer | Refusal): Outcome {
  if (isRefusal(answer)) return failed(answer);
  const { unstored, lost } = answer;
  return {
    kind: 'applied',
    id,
    ...versionOf(answer),
    ...(unstored === undefined && lost === undefined ? {} : { shown: { unstored, lost } }),
  };
}
