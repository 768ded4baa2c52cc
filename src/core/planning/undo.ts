import type { LogEntry } from '../model/log-entry.ts';
import type { HeldOperation, Operation } from '../model/plan.ts';
import { strangerAccount } from '../model/stranger.ts';
import { comebacks } from './comebacks.ts';
import { heldCause, memberMark } from './held-operation.ts';

/*
 * What a cycle took away, what gives it back, and what is held from then on:
 *
 *   taken away                       | given back by                       | held
 *   ---------------------------------+-------------------------------------+-----------------------------------
 *   a user was switched off          | reactivate; create, if it was       | deactivate, delete
 *                                    | deleted since                       |
 *   a user was deleted who had       | create, as the directory shows them | deactivate, delete
 *   access                           | now                                 |
 *   a user was switched off before   | nothing                             | nothing
 *   a group was deleted              | create, and its members             | delete, and that its members leave
 *   members left a group             | members                             | that they leave
 */
export interface TakenAway {
  /** What gives it back. */
  readonly back: readonly HeldOperation[];
  /** What would take it away again. */
  readonly removals: readonly HeldOperation[];
  /** Who had no access before either, or is not ours to give back: accounts that were off, look-alikes, members without an entry. */
  readonly others: number;
}

/** @param entries of one cycle and target */
export function takenAway(entries: readonly LogEntry[]): TakenAway {
  const back: HeldOperation[] = [];
  const removals: HeldOperation[] = [];
  let others = 0;
  for (const { verb, type, sourceId, outcome, because, was, left = [] } of entries) {
    if (outcome === 'failed') continue;
    const isEnd = verb === 'deactivate' || verb === 'delete';
    if (isEnd && (was === 'deactivated' || was === 'lost')) others += 1;
    else if (isEnd) {
      const cause = because === undefined ? { departed: true as const } : heldCause(because);
      back.push({ verb: verb === 'delete' ? 'create' : 'reactivate', type, sourceId, ...cause });
      removals.push({ verb: 'deactivate', type, sourceId, ...cause }, { verb: 'delete', type, sourceId, ...cause });
    }
    const members = left.filter((id) => strangerAccount(id) === undefined);
    others += left.length - members.length;
    if (members.length === 0) continue;
    back.push({ verb: 'members', type: 'group', sourceId, add: members });
    removals.push({ verb: 'members', type: 'group', sourceId, remove: members });
  }
  return { back, removals, others };
}

/** Of what is held: what a plan is about to give back, so that it cannot want to take it away yet. */
export function comingBack(held: readonly HeldOperation[], plan: readonly Operation[]): HeldOperation[] {
  const coming = new Set(plan.filter(({ verb }) => comebacks.has(verb)).map(({ sourceId }) => sourceId));
  const joins = new Set(
    plan.flatMap((one) => (one.verb === 'members' ? one.add.map((id) => memberMark(one.sourceId, '+', id)) : [])),
  );
  return held.flatMap((one): HeldOperation[] => {
    if (one.verb !== 'members') return coming.has(one.sourceId) ? [one] : [];
    const remove = one.remove?.filter((id) => joins.has(memberMark(one.sourceId, '+', id))) ?? [];
    return remove.length === 0 ? [] : [{ ...one, remove }];
  });
}
