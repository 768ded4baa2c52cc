import type { QuarantineRecord } from '../../ports/state-records.ts';
import { isStillToCome } from './still-to-come.ts';

/*
 * When something that failed is worth another try. What failed on its way is tried again soon; what the target refused
 * will most likely be refused again, so that the pauses grow to a day. A change of the entry, or a person who asks,
 * ends the pause.
 */

const minute = 60_000;
const passing = { first: 10_000, factor: 2, longest: 15 * minute };
const lasting = { first: minute, factor: 4, longest: 24 * 60 * minute };
/** Whoever was mislaid may have access: they are looked for within the hour, however often it was in vain. */
const mislaid = { first: 10_000, factor: 2, longest: 60 * minute };
const passingCauses: ReadonlySet<QuarantineRecord['cause']> = new Set([
  'transient',
  'throttled',
  'unknown',
  'gone',
  'held',
]);

/** The record of a failure, after those before it. */
export function quarantineAfter(
  previous: QuarantineRecord | undefined,
  failed: Pick<
    QuarantineRecord,
    'target' | 'type' | 'sourceId' | 'cause' | 'status' | 'said' | 'targetId' | 'fingerprint'
  >,
  now: number,
): QuarantineRecord {
  const same = previous?.fingerprint === failed.fingerprint ? previous : undefined;
  const attempts = (same?.attempts ?? 0) + 1;
  const { first, factor, longest } =
    failed.cause === 'mislaid' ? mislaid : passingCauses.has(failed.cause) ? passing : lasting;
  // Nobody was there: that only changes on the target, and costs a request each time.
  const isTimeless = failed.cause === 'inactive' || failed.cause === 'no_seat';
  const pause = isTimeless ? lasting.longest : Math.min(longest, first * factor ** (attempts - 1));
  return {
    ...failed,
    attempts,
    since: same?.since ?? new Date(now).toISOString(),
    retryAt: new Date(now + pause).toISOString(),
  };
}

/** Whether to leave something alone for now. */
export function isPaused(quarantine: QuarantineRecord | undefined, fingerprint: string, now: number): boolean {
  return quarantine?.fingerprint === fingerprint && isStillToCome(quarantine.retryAt, now, lasting.longest);
}
