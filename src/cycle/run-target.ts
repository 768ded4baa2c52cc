import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { LeftDecisions } from '../ports/decisions.ts';
import { bindTarget } from './bind-target.ts';
import { commitError, commitInterruption, commitRest } from './commit-failure.ts';
import { commitSilence, commitWaiting } from './commit-silence.ts';
import type { CycleInput } from './cycle-input.ts';
import type { CycleReport } from './cycle-report.ts';
import { passGate } from './target-gate.ts';
import { draftKnowing, isQuiet, type CleanCycle } from './plan/clean-cycles.ts';
import { checkMustSee } from './plan/must-see.ts';
import { recallProofs } from './plan/proofs.ts';
import { isPlanAsked } from './plan/decisions.ts';
import { mayRest, planAndPush, type CycleOutcome, type EndsFirst } from './plan-and-push.ts';
import { requiredReadings } from './read/target-readings.ts';
import { attend, remind } from './shared/target-notes.ts';

/**
 * One target, from readings to a report: project → recall → plan → guard → push → record. Never rejects: whatever ends
 * the cycle is in the report, so that no target's failure is another's.
 */
export async function runTarget(input: CycleInput): Promise<CycleReport> {
  const { cycle, mode, setup, clock, observer } = input;
  const target = setup.target.name;
  const began = clock.monotonic();
  observer({ kind: 'cycle_started', target, mode, cycle });
  const result = await outcomeOf(input);
  setup.kept.release();
  const milliseconds = clock.monotonic() - began;
  const { deferred, failing } = result;
  observer({
    kind: 'cycle_finished',
    target,
    mode,
    cycle,
    result: result.result,
    milliseconds,
    deferred,
    failing,
    quarantined: await isQuarantinedNow(target, input),
    error: told(result.error),
  });
  return { cycle, target, mode, milliseconds, ...result };
}

/** Undefined where the state cannot tell. */
async function isQuarantinedNow(target: string, { store }: Pick<CycleInput, 'store'>): Promise<boolean | undefined> {
  try {
    return (await store.target(target)).quarantine !== undefined;
  } catch {
    return undefined;
  }
}

/** The report of a target whose cycle could not even be prepared. */
export async function failTarget(
  target: string,
  error: BridgeError,
  input: Omit<CycleInput, 'setup' | 'readings'>,
): Promise<CycleReport> {
  const { cycle, mode, observer } = input;
  observer({ kind: 'cycle_started', target, mode, cycle });
  const isEnded = wasInterrupted(error, input);
  const failing = isEnded ? await commitInterruption(target, input) : await commitError(target, error, input);
  const result = isEnded ? 'interrupted' : 'error';
  observer({
    kind: 'cycle_finished',
    target,
    mode,
    cycle,
    result,
    milliseconds: 0,
    deferred: 0,
    failing,
    error: told(error),
  });
  return { cycle, target, mode, milliseconds: 0, ...nothingDone, result, error, failing };
}

/** Whether somebody's wish to end it is all that ended a cycle. Whatever was thrown once requests are cut is a consequence. */
function wasInterrupted({ code, exitCode }: BridgeError, { signal }: Pick<CycleInput, 'signal'>): boolean {
  return code === 'D2S_INTERRUPTED' || (signal.aborted && exitCode === 1 && code !== 'D2S_INTERNAL');
}

/** An error as events carry it: without the words of the target. */
function told(error: BridgeError | undefined): Pick<BridgeError, 'code' | 'message' | 'remedy'> | undefined {
  return error && { code: error.code, message: error.message, remedy: error.remedy };
}

async function outcomeOf(input: CycleInput): Promise<CycleOutcome> {
  const ends: EndsFirst = { pushed: undefined };
  try {
    return await runCycle(input, ends);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    // It says nothing about the target.
    if (error.code === 'D2S_PLAN_CHANGED') return { ...nothingDone, result: 'error', error, failing: undefined };
    const isEnded = wasInterrupted(error, input);
    const { target } = input.setup;
    const failing = isEnded
      ? await commitInterruption(target.name, input, target)
      : await commitError(target.name, error, input, target);
    return { ...nothingDone, ...ends.pushed, result: isEnded ? 'interrupted' : 'error', error, failing };
  }
}

const nothingDone = {
  planId: undefined,
  applied: [],
  failed: [],
  notStarted: 0,
  givenUp: [],
  deferred: 0,
  hold: undefined,
  undone: [],
  unseated: [],
  rejections: [],
  rejected: [],
  unreached: [],
  leftOut: 0,
  waiting: 0,
  forgotten: [],
  reverify: [],
  leftovers: [],
  unresolved: undefined,
  unstored: {},
  strangers: 0,
} as const;

async function runCycle(input: CycleInput, ends: EndsFirst): Promise<CycleOutcome> {
  const { setup, store, clock } = input;
  await bindTarget(setup, store);
  const readings = completeReadings(input);
  const { waiting } = await store.decisions();
  const before = isPlanAsked(setup.target.name, waiting) ? undefined : lastCleanCycle(input, waiting);
  if (before !== undefined && isQuiet(before, readings, clock)) return restQuietly(before, waiting, input);
  await remind(setup.target, store);
  attend(setup.target, store);
  const gate = await passGate(input, waiting);
  if (gate.kind === 'closed') {
    const failing = await commitRest(setup.target.name, input);
    return { ...nothingDone, result: 'error', error: gate.error, failing };
  }
  input.cleanCycles?.forget(setup.target.name);
  const recall = input.mode === 'full' ? undefined : () => recallProofs(readings, setup, store);
  const draft = await draftKnowing(before, readings, setup.definition, clock, store, recall);
  const refused = gate.kind === 'refused' ? gate.error : undefined;
  return planAndPush(input, { readings, before, draft, waiting, plannedNow: clock.monotonic() }, ends, refused);
}

/** Nothing is planned. What waits is told as it was found. */
async function restQuietly(
  { left }: CleanCycle,
  waiting: LeftDecisions['waiting'],
  input: CycleInput,
): Promise<CycleOutcome> {
  const { setup, store, observer } = input;
  const target = setup.target.name;
  const unstored = await store.unstored(target);
  const strangers = await store.strangers(target);
  if (left === undefined) {
    await commitSilence(input, waiting);
    return { ...nothingDone, unstored, strangers, result: 'success', error: undefined, failing: undefined };
  }
  if (left.hold !== undefined) observer({ kind: 'held', target, hold: left.hold });
  const failing = await commitWaiting(left.result, input);
  return { ...nothingDone, ...left, unstored, strangers, error: undefined, failing };
}

/** How the last cycle left the target, unless somebody wants more, or decided about something since. */
function lastCleanCycle(input: CycleInput, waiting: LeftDecisions['waiting']): CleanCycle | undefined {
  const target = input.setup.target.name;
  const last = mayRest(input) ? input.cleanCycles?.last(target, input.clock) : undefined;
  // Also where nothing was held: a person may want somebody back who was left switched off.
  return waiting.some((one) => one.target === target && last?.decisions.has(one.key) !== true) ? undefined : last;
}

/** All readings of the target's directories. One directory that cannot be read ends the cycle. */
function completeReadings({ setup, readings }: CycleInput): readonly CompleteReading[] {
  const complete = requiredReadings(setup.definition, readings);
  checkMustSee(setup, complete);
  return complete;
}
