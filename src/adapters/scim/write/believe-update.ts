import { readActive } from '../../../core/mapping/active.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Acknowledged } from '../../../ports/scim-target.ts';
import { bulkTold, type Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { idOf, readResource } from '../answers/resource.ts';
import { endOf, isMute, noteMute, type Ended } from './ended.ts';
import { insistOnActive } from './insist-on-active.ts';
import { lookAtJoined, notShown } from './joined-change.ts';
import { withLost } from './lost-beside.ts';
import { neverStored, settleStored } from './settle-stored.ts';
import { showsNobody, showsSomebody } from './shows-nobody.ts';
import { wasShown } from './stored-evidence.ts';
import { strangeExternalId, subjectOf } from './subject.ts';
import { shownToNobody, tellsNothing, unread } from './unless-there.ts';
import type { WireChange } from './wire-change.ts';

/** Deactivations that are looked at before a target's word is taken, and how many there are to one that is looked at then. */
const firstEnds = 3;
const sampledEnds = 25;

/**
 * What to make of a 2xx to an update. Only an answer that shows the resource is believed without more. Of the others, the
 * first of each form is looked at; of those that end access the first few and a sample later on, and each one whose
 * answer is something else than a resource or nothing. What is shown is compared with what was sent.
 *
 * @param again sends the same, in a request of its own
 */
export async function believeUpdate(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  known: Pick<Acknowledged, 'externalId' | 'paths' | 'showsOthers'>,
  answer: Answer,
  again: () => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  if (answer.status === 202 || changes.length === 0) return answer;
  const { evidence } = conversation.targetDialect;
  // What was sent alone says nothing of what outcomes in bulk requests stand for.
  const inBulk = answer.joined === true;
  const about = subjectOf(id, answer.body);
  const isElse = answer.body !== undefined && about === 'nothing';
  const ends = changes.some(({ path, value }) => path.text === 'active' && value === false);
  let seen = about === 'it' && !mayBeEcho(changes, answer.body) ? answer.body : undefined;
  let end = ends && seen !== undefined ? endOf(seen, { evidence }) : undefined;
  let isFresh = false;
  let found: boolean | undefined;
  const form = `${ends ? 'deactivation' : type} by ${formOf(conversation, type, changes)}${inBulk ? ', in bulk' : ''}`;
  if (seen === undefined || (ends && end !== 'off')) {
    const looked = ends ? 'an account that was to be switched off' : (`a ${type} that was changed` as const);
    const must = ends ? about === 'another' || isElse || isNotOff(end) : isElse && evidence.has(answersWith(form));
    const first = ends ? firstEnds : 1;
    if (!must && !(await evidence.isToBeLookedAt(form, first, ends ? sampledEnds : Infinity)))
      return uncertain(conversation, ends, withUnstored(conversation, type, changes, { ...answer, body: seen }));
    try {
      const held = await readWritten(conversation, type, id, looked, ends ? known : {});
      if (isRefusal(held)) {
        const unlooked = lookedInVain(conversation, held, looked, ends, inBulk);
        if (isRefusal(unlooked)) return unlooked;
        if (unlooked.isBelieved) found = true;
        const unshown = withUnstored(conversation, type, changes, { ...answer, body: seen });
        return held.class === 'gone' ? unshown : uncertain(conversation, ends, unshown);
      }
      seen = held.body;
      isFresh = seen !== undefined;
      end = ends && seen !== undefined ? endOf(seen, { evidence }) : undefined;
      if (end === 'mute') noteMute({ evidence });
      found = seen === undefined ? undefined : !isNotOff(end) && !(comesBack(changes) && readActive(seen) === false);
      if (seen !== undefined && inBulk && !ends) {
        found = undefined; // refused alone, it says nothing of the form
        const joined = await lookAtJoined(conversation, type, id, changes, seen, again);
        if (isRefusal(joined)) return joined;
        [seen, found] = joined;
      }
    } finally {
      if (!must) evidence.looked(form, first, found);
      else if (found === false) evidence.doubt(form);
    }
  }
  if (seen === undefined) return uncertain(conversation, ends, withUnstored(conversation, type, changes, answer));
  if (!isFresh && !inBulk) evidence.note(answersWith(form));
  if (inBulk && found !== false && notShown(seen, changes) === 0) evidence.note(bulkTold);
  const shown = { ...answer, body: seen };
  const idle = isElse && isFresh && !ends ? withoutEffect(conversation, type, changes, shown) : undefined;
  const settled = idle ?? (await settleSeen(conversation, type, id, changes, known, shown, isFresh, end));
  // What could not be settled is looked at again.
  if (isRefusal(settled) && isFresh) evidence.doubt(form);
  return settled;
}

/** Whose it is that was seen, what of it was stored, and what went with it. */
async function settleSeen(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  known: Pick<Acknowledged, 'externalId' | 'paths'>,
  answer: Answer & { readonly body: Body },
  isFresh: boolean,
  end: Ended | undefined,
): Promise<Answer | Refusal> {
  const sent = changes.find(({ path }) => path.text === 'externalId')?.value;
  const ours = typeof sent === 'string' ? sent : undefined;
  const strange = strangeExternalId(answer.body, known.externalId, ours, conversation.targetDialect);
  if (strange !== undefined) return strange;
  const settled = await compare(conversation, type, id, changes, answer, isFresh, end);
  if (isRefusal(settled) || settled.body === undefined) return settled;
  return withLost(conversation, type, changes, known, settled);
}

/** The fact that changes in a form were answered with the resource: something else in its place is looked into. */
function answersWith(form: string): string {
  return `answers with the resource: ${form}`;
}

/**
 * A change that was answered with something else than the resource, and of which nothing is there: the request was not carried
 * out, where the target was seen to store all of it for others. That is no value which it does not store.
 */
function withoutEffect(
  conversation: Conversation,
  type: ResourceType,
  changes: readonly WireChange[],
  { status, body }: Answer & { readonly body: Body },
): Refusal | undefined {
  const isStored = changes.every(({ path, from }) => wasShown(conversation, type, from ?? path.text));
  return isStored && notShown(body, changes) === changes.length
    ? {
        class: 'rejected',
        status,
        detail: `answered ${status} with something else than the ${type}, and nothing changed`,
      }
    : undefined;
}

/**
 * What to make of a reading that showed nothing:
 *
 * | reading                     | an end of access, or an outcome in bulk | any other change              |
 * |-----------------------------|-----------------------------------------|-------------------------------|
 * | none, gone                  | believed                                | believed: not to be seen yet  |
 * | failed on its way           | sent again later                        | sent again later, a few times |
 * | a 2xx without a body        | sent again later, a few times           | the same                      |
 * | refused                     | believed when it is refused every time  | believed                      |
 *
 * @returns a refusal where the change is sent again; otherwise whether the form is taken for honest
 */
function lookedInVain(
  conversation: Conversation,
  held: Refusal,
  looked: Parameters<typeof showsNobody>[1],
  ends: boolean,
  inBulk: boolean,
): Refusal | { readonly isBelieved: boolean } {
  if (held.class === 'gone') return { isBelieved: true };
  const isOpen = tellsNothing(held);
  if ((ends || inBulk) && isOpen && held.isEmpty !== true) return unread(held);
  const isShownNever = showsNobody(conversation, looked, held);
  if (isOpen && !isShownNever) return held.isEmpty === true ? unseen(held) : unread(held);
  if (ends && !isOpen && !isShownNever) return { ...held, class: 'transient' };
  return { isBelieved: !isOpen && isShownNever };
}

/**
 * Reads what was written. That somebody who was switched off is not there counts only while others are shown, and is asked once
 * more then: a target that showed nobody may have come back.
 *
 * @param showsOthers of an end of access
 */
async function readWritten(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  looked: Parameters<typeof showsSomebody>[1],
  { showsOthers }: Pick<Acknowledged, 'showsOthers'>,
): Promise<Answer | Refusal> {
  const { exchange, signal } = conversation;
  const read = () => readResource(exchange, type, id, signal);
  const first = await read();
  const isDoubted = showsOthers !== undefined && isRefusal(first) && first.class === 'gone';
  const held = !isDoubted ? first : (await showsOthers()) ? await read() : shownToNobody(first);
  if (!isRefusal(held) && held.body !== undefined) showsSomebody(conversation, looked);
  return held;
}

function unseen({ status }: Refusal): Refusal {
  const detail = `a change could not be looked at: answered ${status} without a body`;
  return { class: 'transient', status, detail };
}

async function compare(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  answer: Answer & { readonly body: Body },
  isFresh: boolean,
  end: Ended | undefined,
): Promise<Answer | Refusal> {
  let held: Answer = answer;
  if (isNotOff(end)) {
    const off = await insistOnActive(conversation, type, id, answer);
    if (isRefusal(off)) return off;
    held = off;
  }
  const rest = end !== undefined ? changes.filter(({ path }) => path.text !== 'active') : changes;
  const method = methodOf(conversation, type);
  if (held.body === undefined) return held;
  const settled = await settleStored(conversation, type, id, method, rest, held, isFresh);
  if (isRefusal(settled)) return settled;
  const stillOff = await staysOff(conversation, type, id, rest, settled);
  return stillOff ?? uncertain(conversation, end === 'mute', settled);
}

function methodOf({ targetDialect }: Conversation, type: ResourceType): 'PATCH' | 'PUT' {
  return targetDialect.current()[type === 'user' ? 'users' : 'groups'].update === 'patch' ? 'PATCH' : 'PUT';
}

/** An answer that shows nothing, with what this target is known not to store. */
function withUnstored(
  conversation: Conversation,
  type: ResourceType,
  changes: readonly WireChange[],
  answer: Answer,
): Answer {
  const known = neverStored(conversation, type, changes, methodOf(conversation, type));
  return known.length === 0 ? answer : { ...answer, unstored: [...(answer.unstored ?? []), ...known] };
}

/** What may be but our own words said again neither ends access nor gives it back: that has to be shown with the id. */
function mayBeEcho(changes: readonly WireChange[], body: Body | undefined): boolean {
  const isOfAccess = changes.some(({ path, value }) => path.text === 'active' && typeof value === 'boolean');
  return isOfAccess && idOf(body) === undefined;
}

function comesBack(changes: readonly WireChange[]): boolean {
  return changes.some(({ path, value }) => path.text === 'active' && value === true);
}

/** Whoever comes back and is still switched off has no access: that is no value that the target writes in its own way. */
async function staysOff(
  { exchange, signal }: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  { status, unstored = [] }: Answer,
): Promise<Refusal | undefined> {
  if (!comesBack(changes) || !unstored.includes('active')) return undefined;
  const held = await readResource(exchange, type, id, signal);
  return !isRefusal(held) && held.body !== undefined && readActive(held.body) === false
    ? { class: 'rejected', status, detail: `answered ${status}, and the account is still switched off` }
    : undefined;
}

function isNotOff(end: Ended | undefined): boolean {
  return end === 'on' || end === 'unclear';
}

/** An end that the target does not show in any account is taken for done, and counted as not shown. */
function uncertain({ targetDialect }: Conversation, ends: boolean, answer: Answer): Answer {
  return ends && isMute(targetDialect) ? { ...answer, unstored: [...(answer.unstored ?? []), 'active'] } : answer;
}

/** How it was said: what is learned of one form says nothing of another. */
function formOf({ targetDialect }: Conversation, type: ResourceType, changes: readonly WireChange[]): string {
  const { update } = type === 'user' ? targetDialect.current().users : targetDialect.current().groups;
  if (update !== 'patch') return update;
  const kinds = new Set(
    changes.map(({ path, value, had }) => {
      if (path.filter === undefined) return value === undefined ? 'removal' : 'path';
      return value !== undefined && !had ? 'new element' : 'path with a filter';
    }),
  );
  return [...kinds].sort().join(', ');
}
