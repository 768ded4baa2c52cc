import type { BridgeError } from '../core/model/errors.ts';
import type { Hold } from '../core/model/plan.ts';
import type { Verdict } from '../core/planning/guard.ts';
import type { CycleResult } from '../ports/cycle-observer.ts';
import type { ApprovalRecord, TargetState } from '../ports/state-store.ts';
import { heldRecord } from './hold.ts';
import type { Preparation } from './prepare-plan.ts';
import type { PushReport } from './push.ts';
import type { CycleInput } from './cycle-input.ts';

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
export async function commitCycle(input: CycleInput, prepared: Preparation, end: CycleEnd): Promise<void> {
  const { setup, store, clock, observer } = input;
  const { state, verdict } = prepared;
  const { pushed, hold, result } = end;
  const target = setup.target.name;
  const now = clock.now();
  const at = new Date(now).toISOString();
  const pending =
    pushed.failed.length +
    pushed.notStarted +
    prepared.deferred.length +
    (verdict.hold?.operations.length ?? 0) +
    prepared.waiting;
  const next: TargetState = {
    lastSuccessAt: result === 'success' ? at : state.lastSuccessAt,
    lastCycleAt: at,
    lastResult: result,
    lastError: end.error === undefined ? undefined : errorRecord(state, end.error, at),
    pending,
    approval: isApprovalDone(verdict, end) ? undefined : end.approval,
    held: hold === undefined ? undefined : heldRecord(hold, state.held, at),
    rejectedPlan: hold === undefined ? verdict.hold?.planId : undefined,
  };
  const before = new Date(now - day).toISOString();
  await store.record([{ kind: 'removals_over', target, before }, { kind: 'target', target, state: next }]);
  if (verdict.usedApproval !== undefined && next.approval === undefined) await store.removeDecision(verdict.usedApproval.planId);
  if (next.rejectedPlan !== undefined) await store.removeDecision(next.rejectedPlan);
  observer({ kind: 'resources_counted', target, counts: await store.counts(target), pending });
}

/** An approval ends with the last of its operations; what failed is tried again under it. */
function isApprovalDone({ usedApproval }: Verdict, { pushed }: CycleEnd): boolean {
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
    if (state.lastError?.code === error.code) return;
    const lastError = errorRecord(state, error, new Date(clock.now()).toISOString());
    await store.record([{ kind: 'target', target, state: { ...state, lastResult: 'error', lastError } }]);
  } catch {
    // What ended the cycle is the error to report; a state that cannot be written ends the next cycle by itself.
  }
}
