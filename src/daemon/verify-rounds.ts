import type { Schedule } from '../core/model/schedule.ts';
import type { Clock } from '../ports/clock.ts';
import { createDue } from './due.ts';

/** After this pause a comparison that was cut short goes on: a target that was away needs some time. */
const pauseMilliseconds = 15 * 60_000;

/** The loop looks up at least so often, so that a clock that was set is noticed. */
const longestRestMilliseconds = 5_000;

export interface VerifyRoundsParts {
  readonly clock: Clock;
  readonly schedule: Schedule;
  /**
   * One round: compares all targets, or those of which the comparison before was cut short. It tells by itself what goes
   * wrong, and answers whether a comparison was cut short and can go on later.
   */
  readonly verify: (round: 'all' | 'cut-short', signal: AbortSignal) => Promise<boolean>;
}

/**
 * Compares targets by schedule, beside the cycles, until the signal: a comparison of many thousands may take an hour at
 * the target's pace, and no change of the directory waits for it. Times that pass meanwhile become one round afterwards.
 * What was cut short, by a process before this one or because the target was away, goes on before its next time comes.
 */
export async function keepVerifying(
  { clock, schedule, verify }: VerifyRoundsParts,
  signal: AbortSignal,
): Promise<void> {
  const due = createDue(schedule, clock);
  let goesOnAt = clock.monotonic();
  while (!signal.aborted) {
    const isDue = due.look();
    if (isDue || clock.monotonic() >= goesOnAt) {
      if (isDue) due.started();
      const isCutShort = await verify(isDue ? 'all' : 'cut-short', signal);
      goesOnAt = isCutShort ? clock.monotonic() + pauseMilliseconds : Infinity;
    }
    await clock.sleep(Math.min(longestRestMilliseconds, due.rest()), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
