import type { CycleResult } from '../ports/cycle-observer.ts';
import type { LeftDecisions } from '../ports/decisions.ts';
import type { TargetState } from '../ports/state-records.ts';
import type { CycleInput } from './cycle-input.ts';
import { isWorthWriting } from './cycle-record.ts';
import { failingNow } from './failing.ts';
import { endVoid, recallWords, takeOut, withWords } from './plan/decisions.ts';
import { passedTime } from './shared/passed-time.ts';

/**
 * Ends a cycle that had nothing to do: the times in the state must not look as if nobody cared, and decisions about what
 * is not held must not wait for an accident.
 */
export async function commitSilence(input: CycleInput, waiting: LeftDecisions['waiting']): Promise<void> {
  const { setup, store, clock, observer } = input;
  const target = setup.target.name;
  const state = await store.target(target);
  const now = clock.now();
  const words = endVoid(recallWords({ target, state, left: waiting, stillWanted: () => [], now }), {
    readSince: undefined,
    now,
  });
  await commitTimes(state, withWords(state, words), 'success', input);
  await takeOut(words, target, { store, observer });
}

/**
 * Ends a cycle that had nothing to do but to wait, for a person, a time or somebody else: all that was decided and found
 * stands.
 *
 * @param result what the cycle came to that left it like this
 */
export async function commitWaiting(result: CycleResult, input: CycleInput): Promise<TargetState['failing']> {
  const state = await input.store.target(input.setup.target.name);
  return (await commitTimes(state, state, result, input)).failing;
}

/** Writes that there was a cycle, when that is worth it. */
async function commitTimes(
  state: TargetState,
  now: TargetState,
  result: CycleResult,
  input: CycleInput,
): Promise<TargetState> {
  const { setup, store, clock, timekeeper, failures } = input;
  const target = setup.target.name;
  const at = new Date(clock.now()).toISOString();
  const { gaps } = passedTime(target, state, clock.now(), setup.removal, timekeeper);
  const next: TargetState = {
    ...now,
    lastSuccessAt: result === 'success' ? at : now.lastSuccessAt,
    lastCycleAt: at,
    lastResult: result,
    lastError: undefined,
    failing: failingNow(target, state, result, input),
    gaps: gaps.length > 0 ? gaps : undefined,
  };
  failures?.note(target, next.failing);
  if (isWorthWriting(state, next, input)) {
    await store.record([{ kind: 'target', target, state: next }]);
    timekeeper?.note(target, at);
  }
  return next;
}
