import type { BridgeError } from '../core/model/errors.ts';
import { anyUnresolved } from '../core/mapping/unresolved.ts';
import type { CycleResult } from '../ports/cycle-observer.ts';
import type { LeftDecisions } from '../ports/decisions.ts';
import { cleanCycleOf, type CycleRun } from './clean-cycle.ts';
import { commitCycle } from './commit-cycle.ts';
import type { CycleInput } from './cycle-input.ts';
import { judgeCycle } from './cycle-outcome.ts';
import type { CycleReport } from './cycle-report.ts';
import { matchesToKeep } from './match/held-matches.ts';
import type { WhatIsLeft } from './plan/clean-cycles.ts';
import { incrementalScopeOf } from './plan/incremental-scope.ts';
import { preparePlan, type PrepareInput, type Preparation } from './plan/prepare-plan.ts';
import { recordProofs } from './plan/proofs.ts';
import { seatsAfter } from './plan/seat-plan.ts';
import { pushAll, pushEnds, together } from './push-all.ts';
import { recoverIntents } from './push/recover-intents.ts';
import type { PushReport } from './push/push.ts';
import { leftoversIn } from './quarantine/intents.ts';
import { recordFindings, tellFindings } from './record-findings.ts';
import { endsAll, targetError } from './shared/target-error.ts';

/** What a cycle comes to, as far as it is told in its report. */
export type CycleOutcome = Omit<CycleReport, 'cycle' | 'target' | 'mode' | 'milliseconds'>;

/** What was sent before the rest was planned: it is told also when nothing else can be done. */
export interface EndsFirst {
  pushed: PushReport | undefined;
}

/** What a plan is made from. */
export interface Journey extends Pick<CycleRun, 'readings' | 'before' | 'draft' | 'plannedNow'> {
  /** What people decided before it, of all targets. */
  readonly waiting: LeftDecisions['waiting'];
}

/**
 * From a draft to a report: recall → plan → guard → push → record.
 *
 * @param ends takes what was sent before the rest was planned
 * @param refused the target does not answer as it should: access ends, as far as it does for that, and then this is thrown
 */
export async function planAndPush(
  input: CycleInput,
  journey: Journey,
  ends: EndsFirst,
  refused: BridgeError | undefined,
): Promise<CycleOutcome> {
  const { setup, store, clock } = input;
  const { before, draft, readings, waiting } = journey;
  const { projection } = draft;
  const target = setup.target.name;
  const { evaluation } = draft;
  const { scopeGroups } = evaluation;
  const incrementalScope = before && (await incrementalScopeOf(before, projection, setup.target, store, clock));
  if (refused === undefined) await recoverIntents(projection, { ...input, now: clock.now() });
  const heldMatches = mayRest(input) ? input.heldMatches?.of(target, clock) : undefined;
  const comparesAll = input.mode === 'full';
  const from = {
    ...input,
    heldMatches,
    readings,
    waiting,
    lookUp: input.readings.lookUp,
    projection,
    evaluation,
    scopeGroups,
    incrementalScope,
    comparesAll,
    now: clock.now(),
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
    leftovers: leftoversIn(matches.intents.values()),
    waiting: made.waiting,
    seats: made.seats,
    unresolved: anyUnresolved(made.unresolved),
  };
}

/** Neither a person nor the schedule asks for everything to be looked at again. */
export function mayRest({ mode, attempt }: CycleInput): boolean {
  return mode === 'incremental' && attempt === 'due';
}
