import { isDeepStrictEqual } from 'node:util';
import type { BridgeError } from '../core/model/errors.ts';
import type { Digest } from '../core/model/link.ts';
import { countReasons } from '../core/model/resource.ts';
import type { CycleResult } from '../ports/cycle-observer.ts';
import type { ScopeGroup } from '../core/mapping/evaluate-scope.ts';
import type { ScimTarget } from '../ports/scim-target.ts';
import type { TargetState } from '../ports/state-records.ts';
import { seatsAfter } from './plan/seat-plan.ts';
import { endVoid, recallWords, takeOut, trimmed, withWords } from './plan/decisions.ts';
import type { FailureClass } from '../core/model/outcome.ts';
import { failingAfter } from './failing.ts';
import { filledScopes } from './plan/guard-plan.ts';
import { heldRecord } from './plan/hold.ts';
import { mostInVain, pauseAfter, pauseCause } from './quarantine/target-pause.ts';
import { passedTime } from './shared/passed-time.ts';
import type { Preparation } from './plan/prepare-plan.ts';
import type { PushReport } from './push/push.ts';
import type { CycleInput } from './cycle-input.ts';
import { scopeHomes } from './plan/recall-memory.ts';
import { newNotes } from './shared/target-notes.ts';
import { anyUnresolved } from '../core/mapping/unresolved.ts';
import { isUnreached } from './match/look-up.ts';

const day = 24 * 60 * 60_000;

type EndInput = Pick<CycleInput, 'store' | 'clock' | 'failures' | 'isStopping'>;

interface CycleEnd {
  readonly pushed: PushReport;
  readonly result: CycleResult;
  readonly error: BridgeError | undefined;
  /** The target's state, with what people decided. */
  readonly state: TargetState;
}

/** Ends a cycle in the state: what is left to do, what the guard has to remember, what is held. */
export async function commitCycle(
  input: CycleInput,
  prepared: Preparation,
  scopeGroups: readonly ScopeGroup[],
  end: CycleEnd,
): Promise<TargetState> {
  const { setup, store, clock, observer, timekeeper } = input;
  const { state } = end;
  const target = setup.target.name;
  const now = clock.now();
  const time = passedTime(target, state, now, setup.removal, timekeeper);
  const next: TargetState = {
    ...nextState(prepared, end, new Date(now).toISOString(), store.digest),
    configuration:
      prepared.made.verdict.hold === undefined ? setup.fingerprint : (state.configuration ?? setup.fingerprint),
    scopeHomes: scopeHomes(scopeGroups, store.digest),
    failing: failingNow(target, state, end.result, input),
    filledScopes: filledScopes(scopeGroups, prepared.made.verdict, state, store.digest),
    gaps: time.gaps.length > 0 ? time.gaps : undefined,
  };
  const counted = (await store.removals(target)).map(({ at }) => at);
  // What was done after the clock was set back looks older than what was done before.
  const [before = next.lastCycleAt ?? ''] = counted.filter((at) => time.seenSince(at) < day).sort();
  const isWritten = isWorthWriting(state, next, input);
  input.failures?.note(target, next.failing);
  await store.record([
    ...prepared.quarantine.ended(prepared.made.plan.operations, end.pushed.applied),
    ...(counted.some((at) => at < before) ? [{ kind: 'removals_over', target, before } as const] : []),
    ...newNotes(setup.target),
    ...(isWritten ? [{ kind: 'target', target, state: next } as const] : []),
  ]);
  if (isWritten) timekeeper?.note(target, next.lastCycleAt ?? '');
  const isNews = !isDeepStrictEqual({ ...state.unresolved }, { ...next.unresolved });
  observer({ kind: 'unresolved_counted', target, counts: prepared.made.unresolved, isNews });
  observer({
    kind: 'resources_counted',
    target,
    counts: await store.counts(target),
    pending: next.pending,
    seats: next.seats,
    unstored: await store.unstored(target),
    strangers: await store.strangers(target),
  });
  return next;
}

/**
 * Ends a cycle that had nothing to do: the times in the state must not look as if nobody cared, and decisions about what
 * is not held must not wait for an accident.
 */
export async function commitSilence(input: CycleInput): Promise<void> {
  const { setup, store, clock, observer } = input;
  const target = setup.target.name;
  const state = await store.target(target);
  const now = clock.now();
  const { waiting } = await store.decisions();
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

function nextState(
  { known, matches, made, quarantine }: Preparation,
  { pushed, result, error, state }: CycleEnd,
  at: string,
  digest: Digest,
): TargetState {
  const { hold } = made.verdict;
  const pending =
    pushed.failed.length +
    pushed.notStarted +
    pushed.skipped +
    made.deferred.length +
    made.unseated.length +
    quarantine.backedOff.size +
    made.undone.length +
    matches.unreached.reduce((sum, { count }) => sum + count, 0) +
    (hold?.operations.length ?? 0) +
    made.waiting +
    known.awaited.size +
    known.reverify.length;
  const approvals = trimmed(state.approvals ?? [], (held) => made.leftOf(held, pushed.applied));
  return {
    ...state,
    lastSuccessAt: result === 'success' ? at : state.lastSuccessAt,
    lastCycleAt: at,
    lastResult: result,
    lastError: error === undefined ? undefined : errorRecord(state, error, at),
    quarantine: pauseOf(state, pushed, error, at),
    pending,
    unresolved: anyUnresolved(made.unresolved),
    rejected: made.plan.rejected.length === 0 ? undefined : countReasons(made.plan.rejected),
    mislaid: quarantine.searchedAgain,
    seats: seatsAfter(made.seats, pushed.noSeat),
    held: hold === undefined ? undefined : heldRecord(hold, state.held, at, digest),
    establishedAt:
      state.establishedAt ??
      (endsFirstLoad(
        pushed,
        made.deferred.length + matches.unreached.filter(({ failure }) => isUnreached(failure)).length,
      )
        ? at
        : undefined),
    // An approval ends with the last of its operations; what failed is tried again under it.
    approvals: approvals.length === 0 ? undefined : approvals,
    marks: made.marks,
    begun: pushed.failed.length + pushed.notStarted + made.deferred.length > 0 ? state.begun : undefined,
  };
}

/** How old the times in the state may become while nothing else changes: a silent cycle writes nothing. */
const restMilliseconds = 60_000;

function isWorthWriting(state: TargetState, next: TargetState, { clock, failures }: CycleInput): boolean {
  if (isOld(state.lastCycleAt, clock.now())) return true;
  // Marks were written before something was sent that goes by them. What is counted in memory need not be written each time.
  const untimed = ({ failing, ...one }: TargetState): TargetState => ({
    ...one,
    lastSuccessAt: undefined,
    lastCycleAt: undefined,
    marks: undefined,
    failing: failures === undefined ? failing : failing && { ...failing, at: '', cycles: 0 },
  });
  return !isSameState(untimed(state), untimed(next));
}

/** Also when there is none, or when the clock was set back. */
function isOld(at: string | undefined, now: number): boolean {
  const age = now - Date.parse(at ?? '');
  return !(age >= 0 && age < restMilliseconds);
}

/** A cycle that was stopped says nothing about its target. */
function failingNow(
  target: string,
  state: TargetState,
  result: CycleResult,
  { clock, failures, isStopping }: EndInput,
): TargetState['failing'] {
  const before = failures?.of(target) ?? state.failing;
  return isStopping() ? before : failingAfter(before, result, new Date(clock.now()).toISOString());
}

/** As text: what the state gives back has no keys for what is undefined. */
export function isSameState(one: TargetState, other: TargetState): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

function errorRecord(state: TargetState, { code }: BridgeError, at: string): TargetState['lastError'] {
  return state.lastError?.code === code ? state.lastError : { code, since: at };
}

/** A cycle that failed leaves its mark in the state, if the state can be written at all. Returns since when cycles fail. */
export async function commitError(
  target: string,
  error: BridgeError,
  input: EndInput,
  scimTarget?: ScimTarget,
): Promise<TargetState['failing']> {
  const { store, clock, failures } = input;
  try {
    const state = await store.target(target);
    const lastError = errorRecord(state, error, new Date(clock.now()).toISOString());
    const failing = failingNow(target, state, 'error', input);
    failures?.note(target, failing);
    const isWritten =
      failures === undefined || state.lastError?.code !== error.code || isOld(state.failing?.at, clock.now());
    const cause = scimTarget === undefined ? undefined : pauseCause(error.code);
    const quarantine = cause === undefined ? state.quarantine : pauseAfter(state.quarantine, cause, clock.now());
    await store.record([
      ...(scimTarget === undefined ? [] : newNotes(scimTarget)), // above all that it wants to be left alone
      ...(isWritten || cause !== undefined
        ? [
            {
              kind: 'target',
              target,
              state: { ...state, lastResult: 'error', lastError, quarantine, failing },
            } as const,
          ]
        : []),
    ]);
    return failing;
  } catch {
    // What ended the cycle is the error to report; a state that cannot be written ends the next cycle by itself.
    return failures?.of(target);
  }
}

/** A cycle that was stopped leaves the state as it was, but for what the target taught. Returns since when cycles fail. */
export async function commitInterruption(
  target: string,
  _error: BridgeError,
  { store, failures }: EndInput,
  scimTarget?: ScimTarget,
): Promise<TargetState['failing']> {
  const before = failures?.of(target);
  try {
    const notes = scimTarget === undefined ? [] : newNotes(scimTarget);
    if (notes.length > 0) await store.record(notes);
    return before ?? (await store.target(target)).failing;
  } catch {
    // The state may be what ended it: the next run tells.
    return before;
  }
}

/** A cycle that left its target alone changes nothing but the count of those that fail. */
export async function commitRest(target: string, input: EndInput): Promise<TargetState['failing']> {
  const failing = failingNow(target, await input.store.target(target), 'error', input);
  input.failures?.note(target, failing);
  return failing;
}

/** Whether the target is left alone from now on: for what ended the cycle, or because nothing that was sent was carried out. */
function pauseOf(
  { quarantine }: TargetState,
  { applied, failed }: PushReport,
  error: BridgeError | undefined,
  at: string,
): TargetState['quarantine'] {
  const isInVain =
    applied.length === 0 && failed.length >= mostInVain && failed.every(({ failure }) => !final.has(failure.class));
  const cause = pauseCause(error?.code) ?? (isInVain && error === undefined ? 'failures' : undefined);
  return cause === undefined ? undefined : pauseAfter(quarantine, cause, Date.parse(at));
}

/** Failures that another try would not change. */
const final: ReadonlySet<FailureClass> = new Set(['rejected', 'conflict', 'unsupported']);

/**
 * Whether nothing of a first load is left to be sent: what comes new after this is new.
 *
 * @param waiting for another try, or to be looked for
 */
function endsFirstLoad(pushed: PushReport, waiting: number): boolean {
  return (
    pushed.notStarted === 0 &&
    pushed.stoppedBy === undefined &&
    waiting === 0 &&
    pushed.failed.every(({ failure }) => final.has(failure.class))
  );
}
