import { isDeepStrictEqual } from 'node:util';
import type { BridgeError } from '../core/model/errors.ts';
import type { Digest } from '../core/model/link.ts';
import { countReasons } from '../core/model/resource.ts';
import type { CycleResult } from '../ports/cycle-observer.ts';
import type { ScopeGroup } from '../core/mapping/evaluate-scope.ts';
import type { TargetState } from '../ports/state-records.ts';
import { seatsAfter } from './plan/seat-plan.ts';
import { trimmed } from './plan/decisions.ts';
import { isRefusal } from '../core/model/outcome.ts';
import { failingNow } from './failing.ts';
import { pendingOf } from './pending.ts';
import { filledScopes } from './plan/guard-plan.ts';
import { heldRecord } from './plan/hold.ts';
import { pauseAfterCycle } from './quarantine/target-pause.ts';
import { passedTime } from './shared/passed-time.ts';
import type { Preparation } from './plan/prepare-plan.ts';
import type { PushReport } from './push/push.ts';
import type { CycleInput } from './cycle-input.ts';
import { scopeHomes } from './plan/recall-memory.ts';
import { newNotes } from './shared/target-notes.ts';
import { anyUnresolved } from '../core/mapping/unresolved.ts';
import { isUnreached } from './match/look-up.ts';
import { errorRecord, isWorthWriting } from './cycle-record.ts';

const day = 24 * 60 * 60_000;

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
    pendingResources: next.pendingResources,
    seats: next.seats,
    unstored: await store.unstored(target),
    strangers: await store.strangers(target),
  });
  return next;
}

function nextState(
  prepared: Preparation,
  { pushed, result, error, state }: CycleEnd,
  at: string,
  digest: Digest,
): TargetState {
  const { matches, made, quarantine } = prepared;
  const { hold } = made.verdict;
  const approvals = trimmed(state.approvals ?? [], (held) => made.leftOf(held, pushed.applied));
  return {
    ...state,
    lastSuccessAt: result === 'success' ? at : state.lastSuccessAt,
    lastCycleAt: at,
    lastResult: result,
    lastError: error === undefined ? undefined : errorRecord(state, error, at),
    quarantine: pauseAfterCycle(state.quarantine, pushed, error?.code, Date.parse(at)),
    ...pendingOf(prepared, pushed),
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
    pushed.failed.every(({ failure }) => isRefusal(failure.class))
  );
}
