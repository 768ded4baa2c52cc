import type { SourceId } from '../../core/model/entry.ts';
import type { MembersOperation, Operation } from '../../core/model/plan.ts';
import { emptiedGroups, type PartContext } from '../../core/planning/part-context.ts';
import { without } from '../../core/planning/decided.ts';
import { tally, type Tally } from '../../core/planning/tally.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateChange } from '../../ports/state-change.ts';

/** Values make no difference to what is counted. */
const noDigest = (): string => '';

/** What of an operation the guard has to remember, once it took effect; for members, of those who left just now. */
export type RemovalRecords = (operation: Operation, removed?: readonly SourceId[]) => readonly StateChange[];

export interface CountedPlan {
  readonly target: string;
  /** Of the whole plan, since some operations only follow others and are not counted. */
  readonly context: PartContext;
  /** What a person approved does not count against what comes later. */
  readonly approved: readonly Operation[];
  /** Before the first load is over, nobody counts who comes. */
  readonly established: boolean;
}

/**
 * Counts what the guard's window of 24 hours has to know, operation by operation, so that it is recorded together with
 * the outcome and no crash loses it.
 */
export function createRemovalRecords(
  { target, context, approved, established }: CountedPlan,
  clock: Pick<Clock, 'now'>,
): RemovalRecords {
  const count = (operation: Operation, among: PartContext) =>
    tally(without([operation], approved, among, noDigest), among);
  const left = new Map<SourceId, ReadonlySet<SourceId>>();
  /** Members leave piece by piece: a group is emptied by the last one, unless the plan puts others in their place. */
  const countMembers = (operation: MembersOperation, removed: readonly SourceId[]): Tally[] => {
    const before = left.get(operation.sourceId) ?? context.members.get(operation.sourceId) ?? new Set<SourceId>();
    left.set(operation.sourceId, before.difference(new Set(removed)));
    const piece = { ...operation, remove: removed };
    const members = new Map([[operation.sourceId, before]]);
    const emptied = emptiedGroups([piece], members, context.arriving).intersection(context.emptied);
    return count(piece, { ...context, members, emptied });
  };
  return (operation, removed = []) => {
    const isPiece = operation.verb === 'members' && operation.cause === 'changed';
    const counted = isPiece ? countMembers(operation, removed) : count(operation, context);
    // By the minute, so that what is done at one time is one record.
    const at = new Date(Math.ceil(clock.now() / 60_000) * 60_000).toISOString();
    const counts = ({ kind }: Tally) => established || (kind !== 'creations' && kind !== 'adoptions');
    return counted.filter(counts).map((one) => ({ kind: 'removal', target, removal: { ...one, at } }) as const);
  };
}
