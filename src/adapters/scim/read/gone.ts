import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { scimPath } from '../../../core/mapping/scim-path.ts';
import { isRefusal, type Answer, type Refusal } from '../message.ts';
import { askedBy, filterText } from './filter.ts';
import { readList } from './list.ts';
import { maxBytes, readResource } from './resource.ts';

/**
 * A target may say in other words that it does not have a resource any more: a 500 that stays, a 404 as an HTML page.
 * Then it is read; and when that is answered no better, searched for by its id. Only what is said in JSON counts: a proxy
 * must not end a link. Anything else leaves the failure as it was.
 *
 * @param answer to a change of the resource
 */
export async function unlessGone(conversation: Conversation, type: ResourceType, id: TargetId, answer: Answer | Refusal): Promise<Answer | Refusal> {
  if (!isRefusal(answer) || !mayMeanGone(answer)) return answer;
  const { book } = conversation;
  const query = type === 'group' && book.current().list.excludeMembers ? '?excludedAttributes=members' : '';
  const held = await readOrGone(conversation, type, id, query);
  return isRefusal(held) && held.class === 'gone' ? held : answer;
}

/** Reads one resource; where a target has other words for one that it does not have, it is searched for by its id. */
export async function readOrGone(conversation: Conversation, type: ResourceType, id: TargetId, query = ''): Promise<Answer | Refusal> {
  const held = await readResource(conversation.exchange, type, id, conversation.signal, query);
  if (!isRefusal(held) || !mayMeanGone(held) || !(await isNowhere(conversation, type, id))) return held;
  return { class: 'gone', status: held.status, detail: 'the target has none with this id' };
}

/** 503 is about the target and not about a resource; without a status there was no answer. */
function mayMeanGone({ class: failureClass, status = 0 }: Refusal): boolean {
  if (failureClass === 'protocol') return status === 404 || status === 410;
  return failureClass === 'transient' && status >= 500;
}

async function isNowhere({ exchange, book, signal }: Conversation, type: ResourceType, id: TargetId): Promise<boolean> {
  const path = scimPath('id');
  if (askedBy(book.current().filter, type, path) === undefined) return false;
  const list = await readList(exchange, type, `filter=${encodeURIComponent(filterText(path, id))}`, signal, maxBytes(type));
  return !('class' in list) && list.resources.length === 0 && list.unusable.length === 0;
}
