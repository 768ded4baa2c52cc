import { isDeepStrictEqual } from 'node:util';
import type { SourceId } from '../core/model/entry.ts';
import type { BridgeError } from '../core/model/errors.ts';
import type { ScopeGroup } from '../core/mapping/survey.ts';
import type { Hold } from '../core/model/plan.ts';
import type { Verdict } from '../core/planning/guard.ts';
import type { CycleResult } from '../ports/cycle-observer.ts';
import type { ApprovalRecord, TargetState } from '../ports/state-store.ts';
import { endsFirstLoad } from './established.ts';
import { heldRecord } from './hold.ts';
import { filledScopes } from './judge-plan.ts';
import { passedTime } from './passed-time.ts';
import type { Preparation } from './prepare-plan.ts';
import type { PushReport } from './push.ts';
import type { CycleInput } from './cycle-input.ts';
import { newNotes } from './target-notes.ts';

const day = 24 * 60 * 60_000;

interface CycleEnd {
  readonly pushed: PushReport;
  readonly hold: Hold | undefined;
  readonly result: CycleResult;
  readonly error: BridgeError | undefined;
  /** The approval under which it was sent. */
  readonly approval: ApprovalRecord | undefined;
}

/** Ends a cycle in the state: what is left to do, what the guard has to remember, what is held. */
export async function commitCycle(input: CycleInput, prepared: Preparation, scopeGroups: readonly ScopeGroup[], end: CycleEnd): Promise<TargetState> {
  const { setup, store, clock, observer, timekeeper } = input;
  const { state, verdict } = prepared;
  const target = setup.target.name;
  const now = clock.now();
  const time = passedTime(target, state, now, setup.removal.deleteAfter, timekeeper);
  const next: TargetState = {
    ...nextState(prepared, end, new Date(now).toISOString()),
    filledScopes: filledScopes(scopeGroups, verdict, state, store.digest),
    gaps: time.gaps.length > 0 ? time.gaps : undefined,
  };
  const counted = (await store.removals(target)).map(({ at }) => at);
  const fresh = counted.filter((at) => time.seenSince(at) < day);
  const before = fresh[0] ?? next.lastCycleAt ?? '';
  const isWritten = isWorthWriting(state, next, now);
  await store.record([
    ...endedTroubles(prepared, end).map((sourceId) => ({ kind: 'trouble_over', target, sourceId }) as const),
    ...(counted.some((at) => at < before) ? [{ kind: 'removals_over', target, before } as const] : []),
    ...newNotes(setup.target),
    ...(isWritten ? [{ kind: 'target', target, state: next } as const] : []),
  ]);
  if (isWritten) timekeeper?.note(target, next.lastCycleAt ?? '');
  // An approval that is no longer needed must not let the same pass once more.
  for (const planId of new Set([verdict.usedApproval?.planId, state.approval?.planId, next.rejectedPlan])) {
    if (planId !== undefined && planId !== next.approval?.planId) await store.removeDecision(planId);
  }
  observer({ kind: 'resources_counted', target, counts: await store.counts(target), pending: next.pending });
  return next;
}

/** Ends a cycle that had nothing to do: the times in the state must not look as if nobody cared. */
export async function commitSilence({ setup, store, clock, timekeeper }: CycleInput): Promise<void> {
  const target = setup.target.name;
  const state = await store.target(target);
  const now = clock.now();
  const at = new Date(now).toISOString();
  const { gaps } = passedTime(target, state, now, setup.removal.deleteAfter, timekeeper);
  const next: TargetState = { ...state, lastSuccessAt: at, lastCycleAt: at, lastResult: 'success', lastError: undefined, gaps: gaps.length > 0 ? gaps : undefined };
  if (!isWorthWriting(state, next, now)) return;
  await store.record([{ kind: 'target', target, state: next }]);
  timekeeper?.note(target, at);
}

function nextState(prepared: Preparation, { pushed, hold, result, error, approval }: CycleEnd, at: string): TargetState {
  const { state, verdict } = prepared;
  const pending =
    pushed.failed.length +
    pushed.notStarted +
    pushed.skipped +
    prepared.deferred.length +
    prepared.resting.size +
    (verdict.hold?.operations.length ?? 0) +
    prepared.waiting +
    prepared.unproven.length;
  return {
    lastSuccessAt: result === 'success' ? at : state.lastSuccessAt,
    lastCycleAt: at,
    lastResult: result,
    lastError: error === undefined ? undefined : errorRecord(state, error, at),
    pending,
    approval: isApprovalDone(verdict, pushed) ? undefined : approval,
    held: hold === undefined ? undefined : heldRecord(hold, state.held, at),
    rejectedPlan: hold === undefined ? verdict.hold?.planId : undefined,
    establishedAt: state.establishedAt ?? (endsFirstLoad(pushed, prepared.deferred.length) ? at : undefined),
  };
}

/** Whose trouble is over: nothing is left to do about them, be it done, undone in the directory, or their entry gone. */
function endedTroubles({ plan, troubles, standing, stray }: Preparation, { pushed }: CycleEnd): SourceId[] {
  const applied = new Set(pushed.applied);
  const unfinished = new Set(plan.operations.filter((operation) => !applied.has(operation)).map(({ sourceId }) => sourceId));
  return [...[...troubles.keys()].filter((id) => !unfinished.has(id) && !standing.has(id)), ...stray];
}

/** How old the times in the state may become while nothing else changes: a silent cycle writes nothing. */
const restMilliseconds = 60_000;

function isWorthWriting(state: TargetState, next: TargetState, now: number): boolean {
  const age = now - Date.parse(state.lastCycleAt ?? '');
  // The age is no number the first time, and negative when the clock was set back.
  if (!(age >= 0 && age < restMilliseconds)) return true;
  const untimed = (one: TargetState): TargetState => ({ ...one, lastSuccessAt: undefined, lastCycleAt: undefined });
  // As text: what the state gives back has no keys for what is undefined.
  return !isDeepStrictEqual(JSON.parse(JSON.stringify(untimed(state))), JSON.parse(JSON.stringify(untimed(next))));
}

/** An approval ends with the last of its operations; what failed is tried again under it. */
function isApprovalDone({ usedApproval }: Verdict, pushed: PushReport): boolean {
  return usedApproval === undefined || (pushed.notStarted === 0 && pushed.failed.length === 0);
}

function errorRecord(state: TargetState, { code }: BridgeError, at: string): TargetState['lastError'] {
  return state.lastError?.code === code ? state.lastError : { code, since: at };
}

/** A cycle that failed leaves its mark in the state, if the state can be written at all. */
export async function commitError({ setup, store, clock }: CycleInput, error: BridgeError): Promise<void> {
  const target = setup.target.name;
  try {
    const state = await store.target(target);
    const lastError = errorRecord(state, error, new Date(clock.now()).toISOString());
    await store.record([
      ...newNotes(setup.target), // above all that it wants to be left alone
      ...(state.lastError?.code === error.code ? [] : [{ kind: 'target', target, state: { ...state, lastResult: 'error', lastError } } as const]),
    ]);
  } catch {
    // What ended the cycle is the error to report; a state that cannot be written ends the next cycle by itself.
  }
}
