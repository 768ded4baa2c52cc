import { readActive } from '../../../core/mapping/active.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Body, type Refusal } from '../message.ts';
import { readResource } from '../read/resource.ts';
import type { Promised } from './accepted.ts';
import { subjectOf } from './subject.ts';
import { tellsNothing } from './unless-there.ts';

/** Removals that are looked at before a target's word is taken, and how many there are to one that is looked at then. */
const firstRemovals = { user: 3, group: 1 } as const;
const sampledRemovals = 25;

/** How long a target may go on showing what it has deleted. */
const pause = 1000;

/**
 * What to make of a 2xx to a DELETE. It has no body (RFC 7644 §3.6), so that the first few are looked at and a sample
 * later on, and each one that says anything else than that the account is off (some deactivate whom they delete).
 * Whoever is forgotten here and still there keeps the access.
 */
export async function believeRemoval(conversation: Conversation & Promised, type: ResourceType, id: TargetId, answer: Answer): Promise<Answer | Refusal> {
  if (answer.status === 202) return answer;
  if (subjectOf(id, answer.body) === 'it' && isOff(type, answer.body)) return answer;
  const { book } = conversation;
  const { evidence } = book;
  const form = `deletion of a ${type}${book.current().bulk.use ? ', in bulk' : ''}`;
  const first = firstRemovals[type];
  const must = answer.body !== undefined;
  if (!must && !(await evidence.isToBeLookedAt(form, first, sampledRemovals))) return answer;
  let found: boolean | undefined;
  try {
    const held = await lookTwice(conversation, type, id);
    if (isRefusal(held)) {
      if (tellsNothing(held)) return held;
      found = true; // gone, or it cannot be looked at
      return answer;
    }
    found = isOff(type, held.body);
    return found ? answer : { class: 'rejected', status: answer.status, detail: `DELETE was answered with ${answer.status}, and it is still there` };
  } finally {
    if (!must) evidence.looked(form, first, found);
    else if (found === false) evidence.doubt(form);
  }
}

async function lookTwice(conversation: Conversation & Promised, type: ResourceType, id: TargetId): Promise<Answer | Refusal> {
  const { exchange, clock, signal } = conversation;
  const held = await readResource(exchange, type, id, signal);
  if (isRefusal(held) || isOff(type, held.body)) return held;
  await clock.sleep(pause, signal);
  return readResource(exchange, type, id, signal);
}

function isOff(type: ResourceType, body: Body | undefined): boolean {
  return type === 'user' && body !== undefined && readActive(body) === false;
}
