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
  const { held, approval, rejectedPlan: _forgotten, ...rest } = state;
  const { planId, ...hold } = held ?? { planId: undefined };
  return {
    ...rest,
    ...(held === undefined || !('since' in hold) ? {} : { held: { ...hold, holdId: hold.holdId ?? planId ?? '' } }),
    ...(approval === undefined ? {} : { approvals: [{ holdId: approval.planId, at: approval.at, operations: approval.operations }] }),
  };
}
