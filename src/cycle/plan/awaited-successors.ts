import type { SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import { isActive } from '../../core/planning/availability.ts';
import type { PlanInput, Successor } from '../../core/planning/plan-input.ts';
import { findSuccessors } from '../../core/planning/successors.ts';
import type { Intent } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { Matches } from '../match/search-unlinked.ts';
import { isWaitedFor, mayStillShow } from '../quarantine/intents.ts';
import { matchPaths, type TargetSetup } from '../shared/target-setup.ts';
import { successorsIn } from './likely-successors.ts';
import type { Known } from './known.ts';

/*
 * An entry is gone, and a newcomer who looks like the same person may have been created already: an earlier request had no
 * clear answer. What the search on the target says decides which account is theirs:
 *
 *   the newcomer was                                   | the newcomer           | the account of the entry that is gone
 *   ---------------------------------------------------+------------------------+----------------------------------------
 *   found under an account of their own                | adopted                | departs
 *   not found, or only the account of the entry that   | comes in its place     | passes over
 *   is gone, and cannot come to light any more         |                        |
 *   not found, and may come to light yet               | as without predecessor | waits
 *   not looked for, or refused for what was found      | as without predecessor | waits
 *
 * It waits for a day at most. For a newcomer who is switched off nothing waits: neither of them is to have access.
 */

/** A newcomer who may come in the place of an entry that is gone, once it is known whether they have been created. */
export interface AwaitedSuccessor {
  readonly newcomer: SourceId;
  readonly successor: Successor;
  /** The creation of which nobody knows what it left. */
  readonly intent: Intent;
}

/** Who may have been created already, among those who look like the same people as entries that are gone. */
export async function awaitedSuccessors(
  { links, gone, unlinked, mayMove }: Known,
  likely: PlanInput['successors'],
  { setup, store }: { readonly setup: TargetSetup; readonly store: StateView },
): Promise<readonly AwaitedSuccessor[]> {
  if (gone.length === 0) return [];
  const intents = new Map((await store.openIntents(setup.target.name)).map((intent) => [intent.sourceId, intent]));
  const creating = unlinked.filter(
    (one) => intents.has(one.sourceId) && !links.has(one.sourceId) && (one.type === 'group' || isActive(one)),
  );
  const replaced = new Set([...likely.values()].map(({ replaces }) => replaces.sourceId));
  const left = gone.filter(({ sourceId, lifecycle }) => lifecycle !== 'lost' && !replaced.has(sourceId));
  const found = findSuccessors(creating, left, matchPaths(setup), store.digest);
  return [...successorsIn(found, creating, setup, mayMove)].flatMap(([newcomer, successor]) => {
    const intent = intents.get(newcomer);
    return intent === undefined ? [] : [{ newcomer, successor, intent }];
  });
}

/** By newcomer whose creation cannot come to light any more: the account that passes over unless they have one of their own. */
export function accountsToPass(awaited: readonly AwaitedSuccessor[], now: number): ReadonlyMap<SourceId, TargetId> {
  return new Map(
    awaited
      .filter(({ intent }) => !mayStillShow(intent, now))
      .map(({ newcomer, successor }) => [newcomer, successor.replaces.targetId]),
  );
}

/** What becomes of those who are gone and of those who may come in their place. */
export interface Handover {
  /** Newcomers who come in the place of entries that are gone. */
  readonly successors: PlanInput['successors'];
  /** Whose departure waits, with the newcomer who is waited for. */
  readonly awaited: ReadonlyMap<SourceId, SourceId>;
  /** Creations that left nothing. */
  readonly settled: readonly Intent[];
}

/** Decides by what the search found. */
export function decideHandover(
  awaited: readonly AwaitedSuccessor[],
  { matches, unplannable, settled }: Pick<Matches, 'matches' | 'unplannable' | 'settled'>,
  now: number,
): Handover {
  const ended = new Set(settled.map(({ sourceId }) => sourceId));
  const unclear = awaited.filter(({ newcomer }) => !matches.has(newcomer));
  const passing = unclear.filter(({ newcomer, intent }) => !unplannable.has(newcomer) && !mayStillShow(intent, now));
  const passes = new Set(passing.map(({ newcomer }) => newcomer));
  // Whose creation has just ended comes in the next cycle.
  const waiting = unclear.filter(
    ({ newcomer, intent }) => !passes.has(newcomer) && (ended.has(newcomer) || isWaitedFor(intent, now)),
  );
  return {
    successors: new Map(passing.map(({ newcomer, successor }) => [newcomer, successor])),
    awaited: new Map(waiting.map(({ newcomer, successor }) => [successor.replaces.sourceId, newcomer])),
    settled: passing.map(({ intent }) => intent),
  };
}
