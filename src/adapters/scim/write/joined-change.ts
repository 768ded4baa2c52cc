import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { readResource } from '../answers/resource.ts';
import { showsNone } from './effect.ts';
import { subjectOf } from './subject.ts';
import type { WireChange } from './wire-change.ts';

/** What a change in a bulk request came to: as it is seen now, and whether the outcome told the truth; undefined: nobody can tell. */
export async function lookAtJoined(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  seen: Body,
  again: () => Promise<Answer | Refusal>,
): Promise<[Body, boolean | undefined] | Refusal> {
  const open = notShown(seen, changes);
  const alone = open === 0 ? undefined : await sentAlone(conversation, type, id, changes, open, again);
  if (alone !== undefined && isRefusal(alone)) return { ...alone, inPart: true };
  return alone === undefined ? [seen, open === changes.length ? undefined : true] : [alone, false];
}

/**
 * The change once more, in a request of its own: some answer 200 to each operation of a bulk request, and carry out none.
 * Where more of it is to be seen then (`open`: what was not before), nothing goes by bulk requests any more. Undefined: it was not for that, or could not be seen.
 * Refused alone, it is refused.
 */
async function sentAlone(
  { targetDialect, exchange, signal }: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  open: number,
  again: () => Promise<Answer | Refusal>,
): Promise<Body | Refusal | undefined> {
  const answer = await again();
  if (isRefusal(answer)) return answer;
  const isShown = subjectOf(id, answer.body) === 'it';
  const held = isShown ? answer : await readResource(exchange, type, id, signal);
  if (isRefusal(held) || held.body === undefined || notShown(held.body, changes) >= open) return undefined;
  targetDialect.learn('bulk.use', false, 'changes in a bulk request were answered as if they were done, and were not');
  return held.body;
}

/** How many of the changes a resource does not show: one that it shows may have been so before. */
export function notShown(body: Body, changes: readonly WireChange[]): number {
  return changes.filter((change) => showsNone(body, [change])).length;
}
