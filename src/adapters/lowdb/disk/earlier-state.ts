import type { ApprovalRecord } from '../../../ports/decisions.ts';
import type { HeldRecord, TargetState } from '../../../ports/state-records.ts';
import type { TargetNotes } from '../../../ports/scim-target.ts';

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

/**
 * A change as it was read, in the words of this version. Format 1 said `trouble` for what is quarantined, and `lessons`
 * for what was learned about a target.
 */
export function changeInCurrentWords(change: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  switch (change['kind']) {
    case 'trouble':
      return { kind: 'quarantine', quarantine: change['trouble'] };
    case 'trouble_over':
      return { ...change, kind: 'quarantine_over' };
    case 'notes': {
      const { lessons, ...notes } = change['notes'] as EarlierNotes;
      return { ...change, notes: { ...notes, learned: notes.learned ?? lessons ?? [] } };
    }
    case 'target':
      return { ...change, state: inCurrentWords(change['state'] as EarlierState) };
    default:
      return change;
  }
}

interface EarlierNotes extends Partial<TargetNotes> {
  readonly lessons?: TargetNotes['learned'] | undefined;
}
