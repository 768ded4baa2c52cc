import { createTask } from 'node-cron';
import type { Schedule } from '../core/model/schedule.ts';
import type { Clock } from '../ports/clock.ts';

/** Knows when a schedule's next run is due. */
export interface Due {
  /** Has a time come since the last look? Several that passed meanwhile are one. */
  look(): boolean;
  /** A run starts now. */
  started(): void;
  /** After how many milliseconds to look again, at the latest. */
  rest(): number;
}

export function createDue(schedule: Schedule, clock: Clock): Due {
  return schedule.kind === 'interval' ? intervalDue(schedule.milliseconds, clock) : cronDue(schedule.expression, clock);
}

/** By the monotonic clock alone, from the start of a run: however often the wall clock jumps, the pace stays. */
function intervalDue(milliseconds: number, clock: Clock): Due {
  let next = clock.monotonic() + milliseconds;
  return {
    look: () => clock.monotonic() >= next,
    started() {
      next = clock.monotonic() + milliseconds;
    },
    rest: () => Math.max(0, next - clock.monotonic()),
  };
}

/** A leap of the wall clock over more than this is not searched for the times in it: something is due. */
const longestLeap = 60 * 60_000;

/**
 * node-cron reads the expression and says which seconds it means; when to look is ours. Its own timer stands still for
 * as long as the clock was set back, and reports every time missed, one by one, after the clock was set forward
 * (measured with 4.6.0). Here a look covers all seconds since the last one, so neither loses a run nor adds any but one:
 *
 *   the clock goes on, or the loop was late   → due when a second in between matches
 *   set back                                  → goes on from the new time; the second that ran last does not run again
 *   set forward over a matching second        → due, once
 *   set forward by more than an hour          → due, once
 *
 * Times are local time. In the hour that is repeated in autumn a time runs twice, in the one left out in spring it
 * does not run that day.
 */
function cronDue(expression: string, clock: Clock): Due {
  // Never started: only its knowledge of the expression is used.
  const pattern = createTask(expression, () => undefined);
  let lookedAt = secondOf(clock.now());
  let ranFor = -1;

  const firstMatch = (from: number, to: number): number | undefined => {
    for (let second = from; second <= to; second += 1) {
      if (second !== ranFor && pattern.match(new Date(second * 1000))) return second;
    }
    return undefined;
  };

  return {
    look() {
      const now = secondOf(clock.now());
      const from = lookedAt + 1;
      lookedAt = now;
      if (now - from > longestLeap / 1000) return true;
      const match = firstMatch(from, now);
      if (match === undefined) return false;
      ranFor = match;
      return true;
    },
    started: () => undefined,
    rest: () => 1000 - (clock.now() % 1000),
  };
}

function secondOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
