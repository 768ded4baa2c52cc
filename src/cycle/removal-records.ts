import type { SourceId } from '../core/model/entry.ts';
import type { Operation } from '../core/model/plan.ts';
import { followed, kindOf } from '../core/planning/tally.ts';
import type { Clock } from '../ports/clock.ts';
import type { RemovalRecord, StateChange } from '../ports/state-store.ts';

/** What of an operation the guard has to remember, once it took effect; for members, of those who left just now. */
export type RemovalRecords = (operation: Operation, removed?: readonly SourceId[]) => readonly StateChange[];

/**
 * Counts what the guard's window of 24 hours has to know, operation by operation, so that it is recorded together with
 * the outcome and no crash loses it. What a person approved does not count against what comes later.
 *
 * @param plan all operations, since some only follow others and are not counted
 */
export function createRemovalRecords(
  target: string,
  plan: readonly Operation[],
  approved: readonly Operation[],
  clock: Pick<Clock, 'now'>,
): RemovalRecords {
  const drawn = followed(plan);
  const exempt = new Set(approved.map(({ verb, sourceId }) => `${verb} ${sourceId}`));
  return (operation, removed = []) => {
    const kind = kindOf(operation);
    if ((kind !== 'removals' && kind !== 'members') || exempt.has(`${operation.verb} ${operation.sourceId}`)) return [];
    const at = new Date(clock.now()).toISOString();
    const own = removed.filter((id) => !drawn.removed.has(id)).length;
    if (kind === 'members' && own === 0) return [];
    const removal: RemovalRecord =
      kind === 'members'
        ? { at, kind, type: 'group', group: operation.sourceId, count: own }
        : { at, kind, type: operation.type, count: 1 };
    return [{ kind: 'removal', target, removal }];
  };
}
