import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Failure, Outcome } from '../../../core/model/outcome.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import type { Clock } from '../../../ports/clock.ts';
import { isFailure, type FoundResource } from '../../../ports/scim-target.ts';
import { failed, isRefusal, type Answer, type Body, type Exchange, type Refusal } from '../shared/message.ts';
import { readResource } from '../answers/resource.ts';

/**
 * What was answered 202 is promised and not done (RFC 9967: the result comes in an event, which nobody here
 * hears). So it is looked for: a few times, and when it is not to be seen the request counts as failed on its way, and
 * is sent again later. A target that has no GET is believed. One that refuses it or shows nothing every time is
 * believed as well, and what was sent stays counted as not seen (`unverified`).
 */
const pauses = [1000, 2000, 4000];

export interface Promised {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * @param isDone judges the resource as it is now; undefined: it is not there
 * @param query with which it shows what was changed
 */
export async function confirmWrite(
  answer: Answer | Refusal,
  { exchange, clock, signal }: Promised,
  type: ResourceType,
  id: TargetId,
  isDone: (held: Body | undefined) => boolean | Promise<boolean>,
  query = '',
): Promise<Answer | Refusal> {
  if (isRefusal(answer) || answer.status !== 202) return answer;
  let wasShown = false;
  let refusals = 0;
  for (const pause of pauses) {
    await clock.sleep(pause, signal);
    const held = await readResource(exchange, type, id, signal, query);
    if (isRefusal(held) && !wasShown && held.class === 'unsupported') return answer;
    if (isRefusal(held) && held.class === 'rejected') refusals += 1;
    if (isRefusal(held) && held.class !== 'gone') continue; // no answer is no sign that it was done
    if (isRefusal(held) && !(await isDone(undefined))) return held;
    if (isRefusal(held)) return answer;
    if (held.body === undefined)
      refusals += 1; // a page without a word shows nothing
    else if (await isDone(held.body)) return held;
    else wasShown = true;
  }
  return refusals === pauses.length ? { ...answer, unverified: true } : notYet;
}

/**
 * A create that was answered 202 has no id: whoever carries our externalId is the one. That may be one that was there
 * before, so that what differs from what was sent is sent again.
 *
 * @param differing the paths in which an account is not what was sent
 */
export async function confirmCreate(
  outcome: Outcome,
  { clock, signal }: Omit<Promised, 'exchange'>,
  externalId: ScimValue | undefined,
  find: (externalId: string) => Promise<readonly FoundResource[] | Failure>,
  differing: (body: Body) => readonly string[],
): Promise<Outcome> {
  if (outcome.kind !== 'failed' || outcome.failure.class !== 'unknown' || outcome.failure.status !== 202)
    return outcome;
  if (typeof externalId !== 'string') return failed(notYet);
  for (const pause of pauses) {
    await clock.sleep(pause, signal);
    const found = await find(externalId);
    if (isFailure(found)) return outcome;
    const [first] = found;
    if (first === undefined) continue;
    const lost = differing(first.body);
    return { kind: 'applied', id: first.id, version: first.version, ...(lost.length === 0 ? {} : { shown: { lost } }) };
  }
  return failed(notYet);
}

const notYet: Refusal = { class: 'transient', status: 202, detail: 'the target accepted it, and has not done it yet' };
