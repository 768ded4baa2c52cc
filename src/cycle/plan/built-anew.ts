import type { Resource } from '../../core/model/resource.ts';
import type { GuardResult } from '../../core/planning/guard.ts';
import type { PlanInput } from '../../core/planning/plan-input.ts';
import { findSuccessors } from '../../core/planning/successors.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { Known } from './known.ts';
import type { TargetSetup } from '../shared/target-setup.ts';

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
  const match = { user: setup.policy.user.match, group: setup.policy.group.match };
  return findSuccessors(
    newcomers,
    gone.filter(({ lifecycle }) => lifecycle !== 'lost'),
    match,
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

/** A sentence for whoever judges a hold, when most of those who left have come again under other ids. */
export function builtAnewRemark({ departures }: Pick<Known, 'departures'>, likely: Successors): string | undefined {
  const left = new Set(
    departures.flatMap(({ link, cause }) =>
      cause === 'absent' && link.departedAt === undefined ? [link.sourceId] : [],
    ),
  );
  const replaced = [...likely.values()].filter(({ replaces }) => left.has(replaces.sourceId)).length;
  if (left.size < 2 || replaced * 2 <= left.size) return undefined;
  return `the directory seems to have been built anew: ${replaced} of ${left.size} departures have a successor, a new entry with the same match attribute`;
}

/** A sentence for whoever judges a hold, when what is configured is not what the last plan without one went by. */
export function configurationRemark(
  { configuration }: Pick<TargetState, 'configuration'>,
  { fingerprint }: Pick<TargetSetup, 'fingerprint'>,
): string | undefined {
  if (configuration === undefined || fingerprint === undefined || configuration === fingerprint) return undefined;
  return 'it comes to this because the configuration changed (map, scope, sources or removal), or together with that';
}

export function withRemark(verdict: GuardResult, remark: string | undefined): GuardResult {
  return verdict.hold === undefined || remark === undefined
    ? verdict
    : { ...verdict, hold: { ...verdict.hold, remark } };
}
