import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { CycleResult } from '../ports/cycle-observer.ts';
import { anyUnresolved } from '../core/mapping/unresolved.ts';
import { bindTarget } from './bind-target.ts';
import { cleanCycleOf, type CycleRun } from './clean-cycle.ts';
import {
  commitCycle,
  commitError,
  commitInterruption,
  commitRest,
  commitSilence,
  commitWaiting,
} from './commit-cycle.ts';
import type { CycleInput } from './cycle-input.ts';
import { judgeCycle } from './cycle-outcome.ts';
import type { CycleReport } from './cycle-report.ts';
import { passGate } from './target-gate.ts';
import { matchesToKeep } from './match/held-matches.ts';
import { incrementalScopeOf } from './plan/incremental-scope.ts';
import { draftKnowing, isQuiet, type CleanCycle, type WhatIsLeft } from './plan/clean-cycles.ts';
import { checkMustSee } from './plan/must-see.ts';
import { seatsAfter } from './plan/seat-plan.ts';
import { preparePlan, type PrepareInput, type Preparation } from './plan/prepare-plan.ts';
import { recallProofs, recordProofs } from './plan/proofs.ts';
import { isPlanAsked } from './plan/decisions.ts';
import { requiredReadings } from './read/target-readings.ts';
import { pushAll, pushEnds, together } from './push-all.ts';
import type { PushReport } from './push/push.ts';
import { recoverIntents } from './push/recover-intents.ts';
import { recordFindings, tellFindings } from './record-findings.ts';
import { endsAll, targetError } from './shared/target-error.ts';
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
  const failing = await (isEnded ? commitInterruption : commitError)(target, error, input);
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

type CycleOutcome = Omit<CycleReport, 'cycle' | 'target' | 'mode' | 'milliseconds'>;

async function outcomeOf(input: CycleInput): Promise<CycleOutcome> {
  const ends: EndsFirst = { pushed: undefined };
  try {
    return await runCycle(input, ends);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    // It says nothing about the target.
    if (error.code === 'D2S_PLAN_CHANGED') return { ...nothingDone, result: 'error', error, failing: undefined };
    const isEnded = wasInterrupted(error, input);
    const commit = isEnded ? commitInterruption : commitError;
    const failing = await commit(input.setup.target.name, error, input, input.setup.target);
    return { ...nothingDone, ...ends.pushed, result: isEnded ? 'interrupted' : 'error', error, failing };
  }
}

/** What was sent before the rest was planned: it is told also when nothing else can be done. */
interface EndsFirst {
  pushed: PushReport | undefined;
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
  unresolved: undefined,
  unstored: {},
  strangers: 0,
} as const;

async function runCycle(input: CycleInput, ends: EndsFirst): Promise<CycleOutcome> {
  const { setup, store, clock } = input;
  await bindTarget(setup, store);
  const readings = completeReadings(input);
  const before = (await isPlanAsked(setup.target.name, store)) ? undefined : await lastCleanCycle(input);
  if (before !== undefined && isQuiet(before, readings, clock)) return restQuietly(before, input);
  await remind(setup.target, store);
  attend(setup.target, store);
  const gate = await passGate(input);
  if (gate.kind === 'closed') {
    const failing = await commitRest(setup.target.name, input);
    return { ...nothingDone, result: 'error', error: gate.error, failing };
  }
  input.cleanCycles?.forget(setup.target.name);
  const recall = input.mode === 'full' ? undefined : () => recallProofs(readings, setup, store);
  const draft = await draftKnowing(before, readings, setup.definition, clock, store, recall);
  const refused = gate.kind === 'refused' ? gate.error : undefined;
  return planAndPush(input, { readings, before, draft, plannedNow: clock.monotonic() }, ends, refused);
}

/** Nothing is planned. What waits is told as it was found. */
async function restQuietly({ left }: CleanCycle, input: CycleInput): Promise<CycleOutcome> {
  const { setup, store, observer } = input;
  const target = setup.target.name;
  const unstored = await store.unstored(target);
  const strangers = await store.strangers(target);
  if (left === undefined) {
    await commitSilence(input);
    return { ...nothingDone, unstored, strangers, result: 'success', error: undefined, failing: undefined };
  }
  if (left.hold !== undefined) observer({ kind: 'held', target, hold: left.hold });
  const failing = await commitWaiting(left.result, input);
  return { ...nothingDone, ...left, unstored, strangers, error: undefined, failing };
}

/** What a plan is made from. */
type Journey = Pick<CycleRun, 'readings' | 'before' | 'draft' | 'plannedNow'>;

/** @param refused the target does not answer as it should: access ends, as far as it does for that, and then this is thrown */
async function planAndPush(
  input: CycleInput,
  journey: Journey,
  ends: EndsFirst,
  refused: BridgeError | undefined,
): Promise<CycleOutcome> {
  const { setup, store, clock } = input;
  const { before, draft, readings } = journey;
  const { projection } = draft;
  const target = setup.target.name;
  const { evaluation } = draft;
  const { scopeGroups } = evaluation;
  const incrementalScope = before && (await incrementalScopeOf(before, projection, setup.target, store, clock));
  if (refused === undefined) await recoverIntents(projection, { ...input, now: clock.now() });
  const heldMatches = mayRest(input) ? input.heldMatches?.of(target, clock) : undefined;
  const { lookUp } = input.readings;
  const now = clock.now();
  const comparesAll = input.mode === 'full';
  const from = {
    ...input,
    heldMatches,
    readings,
    lookUp,
    projection,
    evaluation,
    scopeGroups,
    incrementalScope,
    comparesAll,
    now,
  };
  const prepared = await planWhenEnded(input, from, ends, refused);
  await input.review?.(target, prepared.made.verdict);
  input.heldMatches?.keep(target, matchesToKeep(prepared, heldMatches ?? new Map(), clock));
  tellFindings(prepared, input);
  const state = await recordFindings(input, prepared);
  const pushed = together(ends.pushed, await pushAll(input, prepared, from));
  const { result, error } = await judgeCycle(input, prepared, pushed);
  const { pending, failing } = await commitCycle(input, prepared, scopeGroups, { pushed, result, error, state });
  await recordProofs(readings, draft, prepared, input);
  const left = whatIsLeft(result, prepared);
  const isClean = result === 'success' && pending === 0;
  const run = { ...journey, incrementalScope, prepared, pushed, left: isClean ? undefined : left };
  if (result !== 'error') await rememberCycle(run, input);
  const { matches, made, quarantine } = prepared;
  return {
    ...left,
    planId: made.plan.id,
    ...pushed,
    deferred: made.deferred.length + quarantine.backedOff.size,
    waiting: made.waiting + pushed.skipped - pushed.noSeat.length,
    seats: seatsAfter(made.seats, pushed.noSeat),
    unseated: [...made.unseated, ...pushed.noSeat],
    unreached: matches.unreached,
    forgotten: made.forgotten,
    unstored: await store.unstored(target),
    strangers: await store.strangers(target),
    error,
    failing,
  };
}

/** The plan. Where it would have to wait for searches, or nothing else can be sent, access ends first. */
async function planWhenEnded(
  input: CycleInput,
  from: PrepareInput,
  ends: EndsFirst,
  refused: BridgeError | undefined,
): Promise<Preparation> {
  const first = await preparePlan({ ...from, mayCut: input.review === undefined, refused });
  if (first.wasCut) {
    ends.pushed = await endFirst(input, first);
    checkStopped(ends.pushed, input.setup.target.name);
  }
  if (refused !== undefined) throw refused;
  return first.wasCut ? preparePlan({ ...from, now: input.clock.now() }) : first;
}

/** Whoever leaves does not wait for searches that take long: their access ends, and then everything is planned again. */
async function endFirst(input: CycleInput, prepared: Preparation): Promise<PushReport> {
  await recordFindings(input, prepared);
  return pushEnds(input, prepared);
}

/** @throws BridgeError when credentials are refused for an end of access as well: they are good for nothing */
function checkStopped({ stoppedBy }: PushReport, target: string): void {
  if (stoppedBy !== undefined && endsAll(stoppedBy)) throw targetError(target, stoppedBy);
}

async function rememberCycle(
  run: CycleRun,
  { setup, store, clock, cleanCycles, heldMatches }: CycleInput,
): Promise<void> {
  const target = setup.target.name;
  const asked = { intents: await store.openIntents(target), matchesUntil: heldMatches?.until(target) ?? Infinity };
  const cleanCycle = cleanCycleOf(run, asked, clock);
  if (cleanCycle !== undefined) cleanCycles?.remember(target, cleanCycle);
}

/** What a cycle leaves behind, and the cycles after it tell as long as nothing changes. */
function whatIsLeft(result: CycleResult, { known, matches, made, quarantine }: Preparation): WhatIsLeft {
  return {
    result,
    deferred: made.deferred.length + quarantine.backedOff.size,
    hold: made.verdict.hold,
    undone: made.undone,
    unseated: made.unseated,
    rejections: made.words.rejections,
    rejected: made.plan.rejected,
    leftOut: matches.leftOut,
    reverify: known.reverify,
    waiting: made.waiting,
    seats: made.seats,
    unresolved: anyUnresolved(made.unresolved),
  };
}

/** How the last cycle left the target, unless somebody wants more, or decided about something since. */
async function lastCleanCycle(input: CycleInput): Promise<CleanCycle | undefined> {
  const target = input.setup.target.name;
  const last = mayRest(input) ? input.cleanCycles?.last(target, input.clock) : undefined;
  // Where nothing was held, no decision can matter.
  if (last?.left === undefined) return last;
  const { waiting } = await input.store.decisions();
  return waiting.some((one) => one.target === target && !last.decisions.has(one.key)) ? undefined : last;
}

/** Neither a person nor the schedule asks for everything to be looked at again. */
function mayRest({ mode, attempt }: CycleInput): boolean {
  return mode === 'incremental' && attempt === 'due';
}

/** All readings of the target's directories. One directory that cannot be read ends the cycle. */
function completeReadings({ setup, readings }: CycleInput): readonly CompleteReading[] {
  const complete = requiredReadings(setup.definition, readings);
  checkMustSee(setup, complete);
  return complete;
}
