import { isRefusal, type Failure } from '../../core/model/outcome.ts';
import type { TargetPause } from '../../ports/state-records.ts';
import { isStillToCome } from './still-to-come.ts';

/*
 * When a target as a whole is left alone, because every request could only do harm (locked credentials, noise):
 *
 *   the cycle ended because the target …              | cause      | then
 *   --------------------------------------------------+------------+------------------------------------------
 *   refused the credentials                           | `auth`     | 1, 2, 4 and then always 5 minutes of rest
 *   does not answer as a SCIM service                 | `protocol` | the same
 *   carried out none of 20 operations or more, each   | `failures` | the same
 *   of which failed on its way                        |            |
 *   does not answer                                   | -          | no rest: leavers are waiting, and a request to
 *                                                     |            | nobody does no harm
 *
 * After a rest the target is asked for next to nothing. When it answers, the cycle goes on; else ends of access are tried
 * (tokens that may write and not read exist, and searches alone may fail), and it rests again. A person who asks (`sync`,
 * `retry --all`) ends the rest.
 */

const first = 60_000;
const longest = 5 * 60_000;

/** So many operations say something of the target, and not of the entries. */
const mostInVain = 20;

/** The rest after what ended a cycle: undefined where that is no reason for one. */
export function pauseAfterError(before: TargetPause | undefined, code: string, now: number): TargetPause | undefined {
  if (code === 'D2S_TARGET_AUTH') return pauseAfter(before, 'auth', now);
  return code === 'D2S_TARGET_PROTOCOL' ? pauseAfter(before, 'protocol', now) : undefined;
}

/**
 * The rest after a cycle that sent something: undefined where the target is of use.
 *
 * @param code of what ended the cycle, if anything did
 */
export function pauseAfterCycle(
  before: TargetPause | undefined,
  {
    applied,
    failed,
  }: { readonly applied: readonly unknown[]; readonly failed: readonly { readonly failure: Failure }[] },
  code: string | undefined,
  now: number,
): TargetPause | undefined {
  if (code !== undefined) return pauseAfterError(before, code, now);
  const isInVain =
    applied.length === 0 && failed.length >= mostInVain && failed.every(({ failure }) => !isRefusal(failure.class));
  return isInVain ? pauseAfter(before, 'failures', now) : undefined;
}

function pauseAfter(before: TargetPause | undefined, cause: TargetPause['cause'], now: number): TargetPause {
  const attempts = (before?.attempts ?? 0) + 1;
  const at = new Date(now).toISOString();
  const rest = Math.min(longest, first * 2 ** (attempts - 1));
  return { cause, attempts, since: before?.since ?? at, triedAt: at, retryAt: new Date(now + rest).toISOString() };
}

/** Whether a target is to be left alone now. */
export function isResting(pause: TargetPause, now: number): boolean {
  return isStillToCome(pause.retryAt, now, longest);
}
