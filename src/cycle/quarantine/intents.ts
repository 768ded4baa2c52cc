import type { SourceId } from '../../core/model/entry.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { Intent } from '../../ports/state-records.ts';
import { isStillToCome } from './still-to-come.ts';

/** So long what a request without a clear answer may have made is waited for, before another one is sent. */
const quietMilliseconds = 5 * 60_000;
/** What was answered as made is not made again: it is there, or was taken away by somebody, who can ask for it. */
const madeMilliseconds = 24 * 60 * 60_000;

export function intentOf(
  { type, sourceId, directory }: Pick<Operation, 'type' | 'sourceId' | 'directory'>,
  target: string,
  now: number,
  members: readonly SourceId[] = [],
): Intent {
  return {
    target,
    type,
    sourceId,
    directory,
    at: new Date(now).toISOString(),
    ...(members.length > 0 ? { members } : {}),
  };
}

/**
 * Whether what an earlier request may have made can still come to light: then no other one is sent, and that it is not
 * found proves nothing. Searches read copies that lag behind, and a gateway gives up before what it asked does.
 */
export function mayStillShow({ at, unclear }: Pick<Intent, 'at' | 'unclear'>, now: number): boolean {
  if (unclear === 'refused') return false; // as long as somebody is wanted, the target is believed
  const age = ageOf(at, now);
  return age >= 0 && age < (unclear === 'made' ? madeMilliseconds : quietMilliseconds);
}

/** So long what somebody who left may have on the target is looked for: nobody else would ever end its access. */
const leftoverMilliseconds = 24 * 60 * 60_000;

/** Whether one more look in vain is the last one. An older state does not say since when: it is looked for once. */
export function isLastLook({ at }: Intent, now: number): boolean {
  return !(ageOf(at, now) < leftoverMilliseconds);
}

/** Whether somebody whose entry is gone keeps what they have because this may come to light: for a day, whatever becomes of it. */
export function isWaitedFor({ at }: Pick<Intent, 'at'>, now: number): boolean {
  const age = ageOf(at, now);
  return age >= 0 && age < leftoverMilliseconds;
}

/** So long a list that fails is hoped for. One that fails after a week fails for good. */
const overdueMilliseconds = 7 * leftoverMilliseconds;

/** Whether what a search says is all that will ever be known. */
export function isOverdue({ at }: Intent, now: number): boolean {
  return !(ageOf(at, now) < overdueMilliseconds);
}

/** What somebody who left may have on the target, and was looked for in vain. */
export type Leftover = Pick<Intent, 'type' | 'sourceId' | 'lookAgainAt' | 'blocked'>;

/** What was looked for in vain of those who left, among requests without a clear answer. */
export function leftoversIn(intents: Iterable<Intent>): Leftover[] {
  return [...intents].flatMap(({ type, sourceId, lookAgainAt, blocked }) =>
    lookAgainAt === undefined ? [] : [{ type, sourceId, lookAgainAt, blocked }],
  );
}

/**
 * One that was looked for in vain. Each pause is as long as all the time before it. A time that is still to come was noted
 * before the clock was set back: nobody can tell how long ago that is, and the day begins anew, so that it ends.
 */
export function lookedForInVain(intent: Intent, now: number, blocked?: Intent['blocked']): Intent {
  const isToCome = ageOf(intent.at, now) < 0;
  const age = isToCome ? 0 : ageOf(intent.at, now);
  const pause = age < leftoverMilliseconds ? Math.max(age, shortestPause) : leftoverMilliseconds;
  return {
    ...intent,
    ...(isToCome ? { at: new Date(now).toISOString() } : {}),
    lookAgainAt: new Date(now + pause).toISOString(),
    blocked,
  };
}
const shortestPause = 10_000;

/** Whether it is too early to look again. */
export function isLookedForLater({ lookAgainAt }: Intent, now: number): boolean {
  return lookAgainAt !== undefined && isStillToCome(lookAgainAt, now, leftoverMilliseconds);
}

function ageOf(at: string | undefined, now: number): number {
  return at === undefined ? Infinity : now - Date.parse(at);
}
