import type { SourceId } from '../../core/model/entry.ts';
import type { ReasonCode } from '../../core/model/resource.ts';
import type { QuarantineRecord } from '../../ports/state-records.ts';
import type { AttemptMode } from '../shared/target-setup.ts';
import { isPaused } from './back-off.ts';

/*
 * What becomes of an entry that failed before, and has not changed since:
 *
 *   what failed                                     | `due`        | `asked`     | `everything`
 *   ------------------------------------------------+--------------+-------------+-------------
 *   one of its operations                           | backing off  | tried       | tried
 *   it is new, and looking for it failed on its way | backing off  | searched    | searched
 *   it is new, and nobody on the target fits        | unmatchable  | unmatchable | searched
 *   somebody who is inactive                        |              |             |
 *   it is new, and a create was answered with an    | unmatchable  | unmatchable | searched
 *   account that it cannot have                     |              |             |
 *   it is new, and who was found cannot be adopted  | unmatchable  | searched    | searched
 *   it is new, and its creation is held             | not searched | searched    | searched
 *   it is new, and waits for a seat                 | not searched | not searched| searched
 *   the target lost it, and it has to lose access   | not searched | searched    | searched
 *
 * Each until its pause is over (back-off.ts), or a person says `retry`: then it is as with `everything`, for that entry.
 */

/** What people want tried again at once, and by which decisions. */
export interface Released {
  readonly keys: ReadonlySet<string>;
  readonly ids: ReadonlySet<SourceId> | 'everybody';
}

/** How much of what failed before is tried again in a cycle. */
export interface Persistence {
  readonly attempt: AttemptMode;
  /** What people want tried again at once. Nobody wants anything where nothing is said. */
  readonly released?: Released | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Whether somebody wants it tried again at once, whatever its pause. */
export function isReleased(id: SourceId, { released }: Pick<Persistence, 'released'>): boolean {
  return released?.ids === 'everybody' || released?.ids.has(id) === true;
}

/** Causes that come from a search, and so spare the next one. */
const searchCauses: ReadonlySet<QuarantineRecord['cause']> = new Set<ReasonCode | 'inactive'>([
  'inactive',
  'ambiguous_match',
  'match_taken',
  'match_foreign',
  'adoption_off',
  'not_created',
  'search_refused',
]);

/** Whether it is what a search found that stands in the way. */
export function isFromSearch({ cause }: QuarantineRecord): boolean {
  return searchCauses.has(cause);
}

/** For a person or a seat: nothing has failed. */
export function isWaiting({ cause }: QuarantineRecord): boolean {
  return cause === 'held' || cause === 'no_seat';
}

/** @param fingerprint of what would be tried */
export function isBackingOff(record: QuarantineRecord | undefined, fingerprint: string, how: Persistence): boolean {
  if (record === undefined || isReleased(record.sourceId, how)) return false;
  return how.attempt === 'due' && isPaused(record, fingerprint, how.now);
}

/** Of a newcomer without a seat. Whoever is created looks for them anyway: a person who asks asks for no search. */
export function isSeatless(record: QuarantineRecord, fingerprint: string, how: Persistence): boolean {
  return how.attempt !== 'everything' && !isReleased(record.sourceId, how) && isPaused(record, fingerprint, how.now);
}

/**
 * Of a newcomer for whom a search found something in the way: whether the next one is spared.
 *
 * @param fingerprint of the search
 */
export function isSpared(record: QuarantineRecord, fingerprint: string | undefined, how: Persistence): boolean {
  const { attempt, now } = how;
  if (attempt === 'everything' || isReleased(record.sourceId, how)) return false;
  // What a create was answered with is not asked for by another create.
  if (attempt === 'asked' && record.cause !== 'inactive' && record.targetId === undefined) return false;
  return isPaused(record, fingerprint ?? '', now);
}
