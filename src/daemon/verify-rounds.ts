import type { Schedule } from '../core/model/schedule.ts';
import type { Clock } from '../ports/clock.ts';
import { createDue } from './due.ts';

/** The loop looks up at least so often, so that a clock that was set is noticed. */
const longestRestMilliseconds = 5_000;

export interface VerifyRoundsParts {
  readonly clock: Clock;
  readonly schedule: Schedule;
  /** One round: compares all targets. It tells by itself what goes wrong. */
  readonly verify: (signal: AbortSignal) => Promise<void>;
}

/**
 * Compares targets by schedule, beside the cycles, until the signal: a comparison of many thousands may take an hour at
 * the target's pace, and no change of the directory waits for it. Times that pass meanwhile become one round afterwards.
 */
export async function keepVerifying(
  { clock, schedule, verify }: VerifyRoundsParts,
  signal: AbortSignal,
): Promise<void> {
  const due = createDue(schedule, clock);
  while (!signal.aborted) {
    if (due.look()) {
      due.started();
      await verify(signal);
    }
    await clock.sleep(Math.min(longestRestMilliseconds, due.rest()), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
