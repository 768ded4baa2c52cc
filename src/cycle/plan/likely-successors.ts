import type { Resource } from '../../core/model/resource.ts';
import type { PlanInput } from '../../core/planning/plan-input.ts';
import { findSuccessors } from '../../core/planning/successors.ts';
import type { StateView } from '../../ports/state-store.ts';
import { matchPaths, type TargetSetup } from '../shared/target-setup.ts';
import type { Known } from './known.ts';

type Successors = PlanInput['successors'];

/** Newcomers who look like the same people as entries that are gone. Nobody comes in the place of one whom the target lost. */
export async function likelySuccessors(
  { links, gone, unlinked }: Known,
  { setup, store }: { readonly setup: TargetSetup; readonly store: StateView },
): Promise<Successors> {
  const creating = new Set(
    gone.length === 0 ? [] : (await store.openIntents(setup.target.name)).map(({ sourceId }) => sourceId),
  );
  // Whoever may have been created already is looked for first: they may have an account of their own.
  const newcomers = unlinked.filter(({ sourceId }) => !links.has(sourceId) && !creating.has(sourceId));
  return findSuccessors(
    newcomers,
    gone.filter(({ lifecycle }) => lifecycle !== 'lost'),
    matchPaths(setup),
    store.digest,
  );
}

/**
 * Those who take over the account: nobody, where existing accounts are not taken over, and nobody of a directory that says
 * nothing about the entries of the other one.
 */
export function successorsIn(
  likely: Successors,
  resources: readonly Resource[],
  { policy }: TargetSetup,
  mayMove: PlanInput['mayMove'],
): Successors {
  const newcomers = new Map(resources.map((resource) => [resource.sourceId, resource]));
  return new Map(
    [...likely].filter(([id, { replaces }]) => {
      const newcomer = newcomers.get(id);
      return (
        newcomer !== undefined &&
        policy[newcomer.type].adopt !== 'never' &&
        (newcomer.directory === replaces.directory || mayMove(replaces.directory, newcomer.directory))
      );
    }),
  );
}
