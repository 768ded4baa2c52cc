import type { SourceId } from '../core/model/entry.ts';
import type { Operation } from '../core/model/plan.ts';
import type { PartContext } from '../core/planning/guard-parts.ts';
import { without } from '../core/planning/decided.ts';
import { tally } from '../core/planning/tally.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateChange } from '../ports/state-store.ts';

/** Values make no difference to what is counted. */
const noDigest = (): string => '';

/** What of an operation the guard has to remember, once it took effect; for members, of those who left just now. */
export type RemovalRecords = (operation: Operation, removed?: readonly SourceId[]) => readonly StateChange[];

/**
 * Counts what the guard's window of 24 hours has to know, operation by operation, so that it is recorded together with
 * the outcome and no crash loses it. What a person approved does not count against what comes later.
 *
 * @param context of the whole plan, since some operations only follow others and are not counted
 */
export function createRemovalRecords(
  target: string,
  context: PartContext,
  approved: readonly Operation[],
  clock: Pick<Clock, 'now'>,
): RemovalRecords {
  return (operation, removed = []) => {
    const done = operation.verb === 'members' && operation.cause === 'changed' ? { ...operation, add: [], remove: removed } : operation;
    const at = new Date(clock.now()).toISOString();
    return tally(without([done], approved, context, noDigest), context).flatMap((removal) => (removal.kind === 'updates' ? [] : [{ kind: 'removal', target, removal: { ...removal, at } } as const]));
  };
}
