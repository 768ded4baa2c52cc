import type { CycleResult } from '../ports/cycle-observer.ts';
import type { Failing, TargetState } from '../ports/state-records.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * How long targets have been failing, cycle by cycle, in this process. The state has it too, but is written at most
 * once a minute while nothing else changes.
 */
export interface FailureCounts {
  readonly of: (target: string) => Failing | undefined;
  readonly note: (target: string, failing: Failing | undefined) => void;
}

export function createFailureCounts(): FailureCounts {
  const counts = new Map<string, Failing>();
  return {
    of: (target) => counts.get(target),
    note: (target, failing) => {
      if (failing === undefined) counts.delete(target);
      else counts.set(target, failing);
    },
  };
}

/**
 *   the cycle ended with | the count
 *   ---------------------+------------------------------------
 *   error, partial       | one more
 *   interrupted          | as it was
 *   held, success        | is over
 *
 * @param before as the cycle before left it
 * @param at when this cycle ended, ISO 8601
 */
function failingAfter(before: Failing | undefined, result: CycleResult, at: string): Failing | undefined {
  if (result === 'interrupted') return before;
  if (result === 'success' || result === 'held') return undefined;
  return { since: before?.since ?? at, at, cycles: (before?.cycles ?? 0) + 1 };
}

interface FailingInput {
  readonly clock: Pick<Clock, 'now'>;
  /** Undefined where each cycle is a process of its own. */
  readonly failures?: FailureCounts | undefined;
  readonly isStopping: () => boolean;
}

/** Since when the cycles of a target fail, once one came to this. One that was stopped says nothing about its target. */
export function failingNow(
  target: string,
  state: TargetState,
  result: CycleResult,
  { clock, failures, isStopping }: FailingInput,
): TargetState['failing'] {
  const before = failures?.of(target) ?? state.failing;
  return isStopping() ? before : failingAfter(before, result, new Date(clock.now()).toISOString());
}
