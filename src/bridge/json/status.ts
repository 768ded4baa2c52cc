import type { StatusAnswer, TargetStatus } from '../status.ts';

/** What is known about everything, for scripts. */
export function statusJson({ directories, targets, notConfigured, unusableDecisions }: StatusAnswer): unknown {
  return {
    directories: directories.map(({ directory, state }) => ({ directory, ...state })),
    targets: targets.map(targetJson),
    notConfigured,
    unusableDecisions,
  };
}

function targetJson({
  target,
  state,
  counts,
  unstored,
  strangers,
  leftovers,
  refusals,
  notes,
  verified,
  waiting,
}: TargetStatus): unknown {
  const {
    lastCycleAt,
    lastSuccessAt,
    lastResult,
    lastError,
    failing,
    pending,
    unresolved,
    mislaid,
    rejected,
    held,
    seats,
    quarantine,
    approvals,
    rejections,
    decided,
  } = state;
  const decisions = { waiting, last: decided };
  return {
    target,
    lastResult,
    lastCycleAt,
    lastSuccessAt,
    lastError,
    consecutiveFailures: failing?.cycles ?? 0,
    failingSince: failing?.since,
    pending,
    unresolved,
    mislaid,
    leftovers,
    notInStep: rejected,
    unstored,
    strangers,
    refusals,
    verified,
    resources: counts,
    held,
    seats,
    quarantine,
    rejections,
    approvals,
    decisions,
    learned: notes.learned,
    pausedUntil: notes.pace?.pausedUntil,
  };
}
