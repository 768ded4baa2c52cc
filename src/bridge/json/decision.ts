import type { DecideAnswer } from '../decide.ts';

/** A decision that was taken. */
export function decisionJson({ target, holdId, decision, as, operations }: DecideAnswer): unknown {
  return { target, holdId, decision, was: as, operations: operations.length };
}
