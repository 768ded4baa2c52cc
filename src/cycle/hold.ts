import type { HeldOperation, Hold, Operation } from '../core/model/plan.ts';
import type { HeldRecord, StateView } from '../ports/state-store.ts';
import type { Preparation } from './prepare-plan.ts';

/** The hold, unless a person has rejected exactly this one: then it stays undone, silently, until it changes. */
export async function standingHold({ verdict, state }: Preparation, store: StateView): Promise<Hold | undefined> {
  const { hold } = verdict;
  if (hold === undefined) return undefined;
  const decisions = await store.decisions();
  const last = decisions.findLast(({ planId }) => planId === hold.planId);
  return last?.decision === 'reject' || (last === undefined && state.rejectedPlan === hold.planId) ? undefined : hold;
}

/** A hold as the state keeps it: numbers and ids, no names. */
export function heldRecord(hold: Hold, previous: HeldRecord | undefined, at: string): HeldRecord {
  return {
    planId: hold.planId,
    since: previous?.planId === hold.planId ? previous.since : at,
    findings: hold.findings.map(({ kind, type, planned, recent, population, allowed }) => ({
      kind,
      type,
      planned,
      recent,
      population,
      allowed,
    })),
    operations: hold.operations.map(heldOperation),
  };
}

/** An operation as the state keeps it. */
export function heldOperation(operation: Operation): HeldOperation {
  const { verb, type, sourceId } = operation;
  return operation.verb === 'members' ? { verb, type, sourceId, remove: operation.remove } : { verb, type, sourceId };
}
