import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { scimPath } from '../../../core/mapping/scim-path.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { askedBy, filterText } from './filter.ts';
import { maxBytes, readResource } from '../answers/resource.ts';
import { listWithoutMembers, readWithoutMembers } from './without-members.ts';

/**
 * A target may say in other words that it does not have a resource any more: a 500 that stays, a 404 as an HTML page. Then
 * it is read; and when that is answered no better, searched for by its id. Only what is said in JSON counts: a proxy must
 * not end a link. Where ids cannot be searched for, a 404 counts while another one, whom a list shows, is read by the same
 * path. Anything else leaves the failure as it was.
 *
 * @param answer to a change of the resource
 */
export async function unlessGone(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  answer: Answer | Refusal,
): Promise<Answer | Refusal> {
  if (!isRefusal(answer) || !mayMeanGone(answer)) return answer;
  const held = await readOrGone(conversation, type, id, 'members');
  return isRefusal(held) && held.class === 'gone' ? held : answer;
}

/**
 * The same, and where a target says so with a 400, 403 or 422. Most of these are about what was sent: the first of them are
 * looked into, and where the resource is there all the same, a sample afterwards; but each one of an end of access.
 *
 * @param ends it was to end access
 */
export async function unlessRefusedAsGone(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  answer: Answer | Refusal,
  ends: boolean,
): Promise<Answer | Refusal> {
  const doubt = isRefusal(answer) ? refusalOf(type, answer, ends) : undefined;
  if (doubt === undefined) return unlessGone(conversation, type, id, answer);
  const { evidence } = conversation.targetDialect;
  if (!ends && !(await evidence.isToBeLookedAt(doubt.form, doubt.first, doubt.sample))) return answer;
  let isThere: boolean | undefined;
  try {
    const held = await readOrGone(conversation, type, id, 'members');
    const isGone = isRefusal(held) && held.class === 'gone';
    isThere = isRefusal(held) ? (isGone ? false : undefined) : true;
    return isGone ? held : answer;
  } finally {
    if (!ends) evidence.looked(doubt.form, doubt.first, isThere);
  }
}

/** A refusal that may be about a resource that is not there; undefined: it is about something else. */
function refusalOf(
  type: ResourceType,
  { class: failureClass, status, scimType = 'notarget', detail }: Refusal,
  ends: boolean,
): { readonly form: string; readonly first: number; readonly sample: number } | undefined {
  if (failureClass !== 'rejected' || ![400, 403, 422].includes(status ?? 0)) return undefined;
  // A reason of RFC 7644 §3.12 is about what was sent.
  if (scimType !== 'notarget' && !ends) return undefined;
  const saysGone =
    /\b(?:not (?:be )?found|no(?:t)? (?:such|longer|exist)|n[o']t exist|unknown|deleted|removed)\b/i.test(detail);
  // What sounds like it is more likely to be it.
  return {
    form: `refusal of a ${type} that is there with ${String(status)}${saysGone ? ', in words of absence' : ''}`,
    first: saysGone ? 10 : 3,
    sample: saysGone ? 5 : 25,
  };
}

/**
 * Reads one resource; where a target has other words for one that it does not have, it is searched for by its id.
 *
 * @param without what of a group nobody looks at
 */
export async function readOrGone(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  without?: 'members',
): Promise<Answer | Refusal> {
  const { exchange, signal } = conversation;
  const held =
    without === 'members'
      ? await readWithoutMembers(conversation, type, id)
      : await readResource(exchange, type, id, signal);
  if (!isRefusal(held) || !mayMeanGone(held) || !(await isNowhere(conversation, type, id, held))) return held;
  return { class: 'gone', status: held.status, detail: 'the target has none with this id' };
}

/** 503 is about the target and not about a resource; without a status there was no answer. */
function mayMeanGone({ class: failureClass, status = 0 }: Refusal): boolean {
  if (failureClass === 'protocol') return status === 404 || status === 410;
  return failureClass === 'transient' && status >= 500;
}

async function isNowhere(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  { class: failureClass }: Refusal,
): Promise<boolean> {
  const { targetDialect } = conversation;
  const path = scimPath('id');
  let isPage = false;
  if (askedBy(targetDialect.current().filter, type, path) !== undefined) {
    const query = `filter=${encodeURIComponent(filterText(path, id))}`;
    const list = await listWithoutMembers(conversation, type, query, maxBytes(type));
    if (!isRefusal(list)) return list.resources.length === 0 && list.unusable.length === 0;
    if (list.class === 'transient' || list.class === 'throttled') return false;
    isPage = list.page === true;
  }
  if (failureClass !== 'protocol' || !(await showsAnother(conversation, type, id))) return false;
  // Two pages in a row may be a proxy's, and over by now.
  return !isPage || isMissed(await readWithoutMembers(conversation, type, id));
}

function isMissed(held: Answer | Refusal): boolean {
  return isRefusal(held) && (held.class === 'gone' || mayMeanGone(held));
}

/** Whether one of those whom a list shows is read by its id: the same path is answered by the target, and not by a page. */
async function showsAnother(conversation: Conversation, type: ResourceType, id: TargetId): Promise<boolean> {
  const list = await listWithoutMembers(conversation, type, 'startIndex=1&count=2', maxBytes(type));
  const another = isRefusal(list) ? undefined : list.resources.find((one) => one.id !== id);
  if (another === undefined) return false;
  const held = await readWithoutMembers(conversation, type, another.id);
  return !isRefusal(held) && held.body !== undefined;
}
