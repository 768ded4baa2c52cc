import type { ApprovalRecord, HeldRecord, TargetState } from '../../ports/state-store.ts';

/** What versions before wrote in other words. */
interface EarlierState extends Omit<TargetState, 'held'> {
  readonly held?: (Omit<HeldRecord, 'holdId'> & { readonly holdId?: string; readonly planId?: string }) | undefined;
  readonly approval?: (Omit<ApprovalRecord, 'holdId'> & { readonly planId: string }) | undefined;
  /** Without a word on which operations it was: they are held again. */
  readonly rejectedPlan?: string | undefined;
}

/**
 * A target's state in the words of this version. An approval under way is carried on: it names its operations. What was
 * rejected is held again, since only its id was known.
 */
export function inCurrentWords(state: EarlierState): TargetState {
  if (isCurrent(state)) return state;
  const { held, approval } = state;
  const now: TargetState & { approval?: unknown; rejectedPlan?: unknown } = {
    ...state,
    held:
      held === undefined
        ? undefined
        : {
            holdId: held.holdId ?? held.planId ?? '',
            since: held.since,
            findings: held.findings,
            operations: held.operations,
          },
    approvals:
      approval === undefined
        ? state.approvals
        : [{ holdId: approval.planId, at: approval.at, operations: approval.operations }],
  };
  delete now.approval;
  delete now.rejectedPlan;
  return now;
}

function isCurrent(state: EarlierState): state is TargetState {
  return (
    !('approval' in state || 'rejectedPlan' in state) && (state.held === undefined || state.held.holdId !== undefined)
  );
}
