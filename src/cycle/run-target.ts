import type { SourceId } from '../core/model/entry.ts';
import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { Failure, FailureClass } from '../core/model/outcome.ts';
import type { Hold, Operation, Verb } from '../core/model/plan.ts';
import { countReasons } from '../core/model/resource.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { CycleResult } from '../ports/cycle-observer.ts';
import type { TargetState } from '../ports/state-store.ts';
import { bindTarget } from './bind-target.ts';
import { commitCycle, commitError, commitSilence, isSameState } from './commit-cycle.ts';
import type { CycleInput } from './cycle-input.ts';
import { anyUnresolved } from '../core/mapping/unresolved.ts';
import type { CycleReport } from './cycle-report.ts';
import { endVoid, takeOut, withWords } from './plan/decisions.ts';
import { incrementalScopeOf, type IncrementalScope } from './plan/incremental-scope.ts';
import { draftKnowing, isSame, type CleanCycle } from './plan/clean-cycles.ts';
import { checkMustSee } from './plan/must-see.ts';
import { matchesToKeep } from './match/held-matches.ts';
import { heldRecord } from './plan/hold.ts';
import { preparePlan, type Preparation } from './plan/prepare-plan.ts';
import { pushAll } from './push-all.ts';
import type { PushReport } from './push/push.ts';
import { recoverIntents } from './push/recover-intents.ts';
import { standingTargetError, targetError } from './shared/target-error.ts';
import { attend, remind } from './shared/target-notes.ts';

/**
 * One target, from readings to a report: project → recall → plan → guard → push → record. Never rejects: whatever ends
 * the cycle is in the report, so that no target's trouble is another's.
 */
export async function runTarget(input: CycleInput): Promise<CycleReport> {
  const { cycle, mode, setup, clock, observer } = input;
  const target = setup.target.name;
  const began = clock.monotonic();
  observer({ kind: 'cycle_started', target, mode, cycle });
  const result = await outcomeOf(input);
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
    error: told(result.error),
  });
  return { cycle, target, mode, milliseconds, ...result };
}

/** The report of a target whose cycle could not even be prepared. */
export async function failTarget(
  target: string,
  error: BridgeError,
  input: Omit<CycleInput, 'setup' | 'readings'>,
): Promise<CycleReport> {
  const { cycle, mode, observer } = input;
  observer({ kind: 'cycle_started', target, mode, cycle });
  const failing = await commitError(target, error, input);
  observer({
    kind: 'cycle_finished',
    target,
    mode,
    cycle,
    result: 'error',
    milliseconds: 0,
    deferred: 0,
    failing,
    error: told(error),
  });
  return { cycle, target, mode, milliseconds: 0, ...nothingDone, result: 'error', error, failing };
}

/** An error as events carry it: without the words of the target. */
function told(error: BridgeError | undefined): Pick<BridgeError, 'code' | 'message' | 'remedy'> | undefined {
  return error && { code: error.code, message: error.message, remedy: error.remedy };
}

const day = 24 * 60 * 60_000;

type CycleOutcome = Omit<CycleReport, 'cycle' | 'target' | 'mode' | 'milliseconds'>;

async function outcomeOf(input: CycleInput): Promise<CycleOutcome> {
  try {
    return await runCycle(input);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    const failing = await commitError(input.setup.target.name, error, input, input.setup.target);
    return { ...nothingDone, result: 'error', error, failing };
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
  rejections: [],
  rejected: [],
  unreached: [],
  leftOut: 0,
  waiting: 0,
  forgotten: [],
  reverify: [],
  unresolved: undefined,
  unstored: {},
} as const;

async function runCycle(input: CycleInput): Promise<CycleOutcome> {
  const { setup, store, clock } = input;
  await bindTarget(setup, store);
  const readings = completeReadings(input);
  const cleanCycle = lastStep(input);
  const isUnchanged = cleanCycle !== undefined && isSame(cleanCycle, readings, clock);
  if (isUnchanged && cleanCycle.reverify !== 'everyone' && cleanCycle.reverify.size === 0) {
    await commitSilence(input);
    return {
      ...nothingDone,
      unstored: await store.unstored(setup.target.name),
      result: 'success',
      error: undefined,
      failing: undefined,
    };
  }
  await remind(setup.target, store);
  attend(setup.target, store);
  input.cleanCycles?.forget(setup.target.name);
  const draft = await draftKnowing(cleanCycle, readings, setup.definition, clock, store);
  const { projection } = draft;
  const plannedNow = clock.monotonic();
  const incrementalScope = cleanCycle && (await incrementalScopeOf(cleanCycle, projection, setup.target, store));
  if (incrementalScope === undefined) await recoverIntents(projection, { ...input, now: clock.now() });
  const heldMatches = mayRest(input) ? input.heldMatches?.of(setup.target.name, clock) : undefined;
  const from = {
    ...input,
    heldMatches,
    readings,
    lookUp: input.readings.lookUp,
    projection,
    scopeGroups: draft.evaluation.scopeGroups,
    incrementalScope,
    now: clock.now(),
  };
  const prepared = await preparePlan(from);
  const {
    plan,
    verdict: { hold },
  } = prepared;
  const target = setup.target.name;
  input.heldMatches?.keep(target, matchesToKeep(prepared, heldMatches ?? new Map(), clock));
  tell(prepared, input);
  const state = await rememberFindings(input, prepared);
  const pushed = await pushAll(input, prepared, from);
  const down = pushed.stoppedBy ?? (await silence(prepared, pushed, input));
  const error = down === undefined ? stillDown(prepared, pushed) : targetError(target, down);
  const result = error === undefined ? resultOf(pushed, prepared, hold, input) : 'error';
  const { pending, failing } = await commitCycle(input, prepared, draft.evaluation.scopeGroups, {
    pushed,
    result,
    error,
    state,
  });
  if (result === 'success' && pending === 0) {
    const plannedAt = incrementalScope === undefined ? plannedNow : (cleanCycle?.plannedAt ?? plannedNow);
    const reverify =
      pushed.applied.length === 0 ? new Set<SourceId>() : ((incrementalScope && idsIn(incrementalScope)) ?? 'everyone');
    input.cleanCycles?.remember(target, {
      readings,
      draft,
      unmatchable: prepared.unmatchable,
      unseen: prepared.unseen,
      plannedAt,
      lookAt: Math.min(
        nextLook(prepared, clock),
        incrementalScope === undefined ? Infinity : (cleanCycle?.lookAt ?? Infinity),
      ),
      reverify,
    });
  }
  return {
    result,
    planId: plan.id,
    ...pushed,
    deferred: prepared.deferred.length + prepared.backedOff.size,
    hold,
    undone: prepared.undone,
    rejections: prepared.words.rejections,
    ...found(prepared),
    waiting: prepared.waiting + pushed.skipped,
    unresolved: anyUnresolved(prepared.unresolved),
    unstored: await store.unstored(target),
    error,
    failing,
  };
}

/** What the report tells of what was found before anything was sent. */
function found({
  plan: { rejected },
  unreached,
  leftOut,
  forgotten,
  reverify,
}: Preparation): Pick<CycleOutcome, 'rejected' | 'unreached' | 'leftOut' | 'forgotten' | 'reverify'> {
  return { rejected, unreached, leftOut, forgotten, reverify };
}

/** What was found before anything is sent. */
function tell({ plan, unreached, forgotten, verdict: { hold } }: Preparation, { observer }: CycleInput): void {
  const { id: planId, target, operations, rejected } = plan;
  observer({
    kind: 'plan_made',
    target,
    planId,
    counts: countByVerb(operations),
    rejected: rejected.length,
    reasons: countReasons(rejected),
  });
  for (const { type, count, failure } of unreached)
    observer({ kind: 'search_failed', target, type, count, failure: failure.class, status: failure.status });
  for (const { type, sourceId, targetId } of forgotten)
    observer({ kind: 'link_forgotten', target, type, sourceId, targetId });
  if (hold !== undefined) observer({ kind: 'held', target, hold });
}

/** When the first of those whom a search found unmatchable is looked for again, by the monotonic clock. */
function nextLook({ unmatchable, quarantined, found }: Preparation, clock: CycleInput['clock']): number {
  const latest = new Map([...quarantined, ...found.map((quarantine) => [quarantine.sourceId, quarantine] as const)]);
  let pause = Infinity;
  for (const { sourceId } of unmatchable) {
    const quarantine = latest.get(sourceId);
    if (quarantine !== undefined) pause = Math.min(pause, Date.parse(quarantine.retryAt) - clock.now());
  }
  return clock.monotonic() + Math.max(0, pause);
}

/** How the last cycle left the target in step, unless somebody wants more. Nothing was held, so no decision can matter. */
function lastStep(input: CycleInput): CleanCycle | undefined {
  return mayRest(input) ? input.cleanCycles?.last(input.setup.target.name, input.clock) : undefined;
}

/** Neither a person nor the schedule asks for everything to be looked at again. */
function mayRest({ mode, attempt }: CycleInput): boolean {
  return mode === 'incremental' && attempt === 'due';
}

function idsIn({ resources, rejected, left }: IncrementalScope): ReadonlySet<SourceId> {
  return new Set([...resources.map(({ sourceId }) => sourceId), ...rejected.map(({ sourceId }) => sourceId), ...left]);
}

/**
 * All readings of the target's directories. One directory that cannot be read ends the cycle: members and managers in
 * it would look as if they had left.
 */
function completeReadings({ setup, readings }: CycleInput): CompleteReading[] {
  const complete = [...setup.definition.maps.keys()].map((name) => {
    const reading = readings.complete.get(name);
    if (reading !== undefined) return reading;
    throw readings.failed.get(name) ?? new Error(`directory ${name} was not read`);
  });
  checkMustSee(setup, complete);
  return complete;
}

/**
 * What is known before anything is sent: also what people decided, so that a crash forgets neither an approval that is
 * used nor that it was. Only then are their decisions taken out.
 *
 * @returns the target's state with what was decided
 */
async function rememberFindings(input: CycleInput, prepared: Preparation): Promise<TargetState> {
  const { store, clock, observer } = input;
  const { plan, links, found, settled, remembered, forgotten, state, marks, due } = prepared;
  const words = endVoid(prepared.words, { readSince: input.readSince, now: clock.now() });
  const decided = withWords(state, words);
  // How far the data had come is durable before anything is sent that goes by it.
  const next =
    due.length === 0
      ? decided
      : { ...decided, marks, begun: beginPlan(prepared, clock.now()), held: standing(prepared, input) };
  await store.record([
    ...found.map((quarantine) => ({ kind: 'quarantine', quarantine }) as const),
    ...settled.map((intent) => ({ kind: 'settled', intent }) as const),
    ...remembered.map((link) => ({ kind: 'link', link }) as const),
    ...forgotten.map((link) => ({ kind: 'unlink', target: plan.target, sourceId: link.sourceId }) as const),
    ...(isSameState(state, next) ? [] : [{ kind: 'target', target: plan.target, state: next } as const]),
  ]);
  await takeOut(words, plan.target, { store, observer });
  for (const link of remembered) links.set(link.sourceId, link);
  for (const link of forgotten) links.delete(link.sourceId);
  return next;
}

/** A plan of one operation cannot stop in the middle. */
function beginPlan(
  {
    due,
    state: { begun },
    verdict: {
      begun: { measured, drew },
    },
  }: Preparation,
  now: number,
): TargetState['begun'] {
  const isNew = begun === undefined || !(now - Date.parse(begun.at) < day);
  if (measured.length === 0 || (due.length === 1 && isNew)) return undefined;
  const others = drew.removed.length + drew.changes.length === 0 ? undefined : drew;
  return { at: isNew ? new Date(now).toISOString() : begun.at, measured, drew: others };
}

/** What is held is known before the target grows by the rest of the plan, which must not let it go after a crash. */
function standing(
  { verdict: { hold }, state: { held } }: Preparation,
  { store, clock }: CycleInput,
): TargetState['held'] {
  return hold === undefined ? held : heldRecord(hold, held, new Date(clock.now()).toISOString(), store.digest);
}

/** What is wrong with a target that took nothing, could not be searched or failed on the way, and does not answer now either. */
async function silence(
  { unreached }: Preparation,
  { applied, failed }: PushReport,
  { setup, signal, isStopping }: CycleInput,
): Promise<Failure | undefined> {
  const isInDoubt = unreached.length > 0 || failed.some(({ failure }) => !isAnswer.has(failure.class));
  return isInDoubt && applied.length === 0 && !isStopping() ? setup.target.probe(signal) : undefined;
}
/** What only a target answers that is there. After `unknown` it was searched. */
const isAnswer: ReadonlySet<FailureClass> = new Set([
  'rejected',
  'conflict',
  'throttled',
  'auth',
  'renumbered',
  'unknown',
]);

/** What was wrong with the target when it was last asked, in a cycle that asks it for nothing because its pauses are not over. */
function stillDown(
  { plan: { target }, state: { lastResult, lastError }, deferred, backedOff, due, found, unreached }: Preparation,
  { failed }: PushReport,
): BridgeError | undefined {
  const waiting = deferred.length + backedOff.size;
  const isAsked = due.length + found.length + unreached.length + failed.length > 0;
  return lastResult !== 'error' || lastError === undefined || waiting === 0 || isAsked
    ? undefined
    : standingTargetError(target, lastError.code, waiting);
}

/*
 *   left undone                                       | result
 *   --------------------------------------------------+---------
 *   anything for a failure, tried now or backing off  | partial
 *   what a guard holds                                | held
 *   what was not begun, because it was stopped        | partial
 *   nothing                                           | success
 */
function resultOf(
  pushed: PushReport,
  prepared: Preparation,
  hold: Hold | undefined,
  { isStopping }: CycleInput,
): CycleResult {
  const { unreached, reverify, deferred, backedOff } = prepared;
  const failed = pushed.failed.length + unreached.length + reverify.length + deferred.length + backedOff.size;
  if (failed > 0 || (pushed.notStarted > 0 && !isStopping())) return 'partial';
  if (hold !== undefined) return 'held';
  return pushed.notStarted > 0 ? 'partial' : 'success';
}

/** How many operations of each verb; all verbs are there. */
function countByVerb(operations: readonly Operation[]): Record<Verb, number> {
  const counts: Record<Verb, number> = {
    create: 0,
    adopt: 0,
    relink: 0,
    update: 0,
    reactivate: 0,
    members: 0,
    deactivate: 0,
    delete: 0,
  };
  for (const { verb } of operations) counts[verb] += 1;
  return counts;
}
