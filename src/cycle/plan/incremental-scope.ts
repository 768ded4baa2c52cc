import type { SourceId } from '../../core/model/entry.ts';
import type { Rejected, Resource } from '../../core/model/resource.ts';
import { compareProjections, mentionsAny, mentionsOf } from '../../core/mapping/compare-projections.ts';
import { findResource, inOrder, type Projection } from '../../core/mapping/project.ts';
import type { Steps } from '../../core/model/steps.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ScimTarget } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import { inTurns } from '../shared/turns.ts';
import type { CleanCycle } from './clean-cycles.ts';

/** Whom a plan is about. Everyone else is as the last plan left them, which is in step. */
export interface IncrementalScope {
  readonly resources: readonly Resource[];
  readonly rejected: readonly Rejected[];
  /** Not wanted any more. */
  readonly left: readonly SourceId[];
  /** Mentioned, in scope, and not on the target: they were left alone by the last plan, and nobody waits for them. */
  readonly bystanders: ReadonlySet<SourceId>;
  /** Not shown by any reading, as the last plan found, and there all the same. */
  readonly unseen: ReadonlySet<SourceId>;
}

/**
 * What changed since the last plan, and what that left open: whoever is wanted in another way, for whom something was sent
 * or waits, and those who refer to one of them who is not on the target yet, and may be after this plan.
 */
export async function incrementalScopeOf(
  cleanCycle: CleanCycle,
  projection: Projection,
  { name: target, recreates }: Pick<ScimTarget, 'name' | 'recreates'>,
  store: StateView,
  clock: Pick<Clock, 'monotonic'>,
): Promise<IncrementalScope | undefined> {
  if (cleanCycle.reverify === 'everyone') return undefined;
  const { changed, left } = await inTurns(compareProjections(cleanCycle.draft.projection, projection), clock);
  const pending = cleanCycle.reverify.union(cleanCycle.open);
  const own = changed.union(pending);
  const isLive = async (ids: Iterable<SourceId>) => {
    const links = await gather([...ids], (batch) => store.links(target, batch));
    // Where someone who was deactivated is created again to come back, they come back as somebody else.
    const lost: ReadonlySet<unknown> = new Set(recreates ? ['lost', 'deactivated', undefined] : ['lost', undefined]);
    return (id: SourceId): boolean => !lost.has(links.get(id)?.lifecycle);
  };
  const isOwnLive = await isLive(own);
  const newcomers = new Set([...own].filter((id) => !isOwnLive(id)));
  const dependents = newcomers.size === 0 ? [] : await inTurns(dependentsOf(newcomers, projection), clock);
  const isDependentLive = await isLive(dependents.map(({ sourceId }) => sourceId));
  const chosen = own.union(new Set(dependents.map(({ sourceId }) => sourceId).filter(isDependentLive)));
  const resources = [...chosen].flatMap((id) => findResource(projection.resources, id) ?? []).sort(inOrder);
  const mentioned = new Set(resources.flatMap(mentionsOf));
  const isMentionedLive = await isLive(mentioned);
  const rejected = new Set(projection.rejected.map(({ sourceId }) => sourceId));
  const isWanted = (id: SourceId): boolean => rejected.has(id) || findResource(projection.resources, id) !== undefined;
  return {
    resources,
    rejected: projection.rejected,
    left: [...new Set([...left, ...pending])].filter((id) => !isWanted(id)),
    bystanders: new Set([...mentioned].filter((id) => !chosen.has(id) && !isMentionedLive(id))),
    unseen: cleanCycle.unseen,
  };
}

function* dependentsOf(newcomers: ReadonlySet<SourceId>, { resources }: Projection): Steps<Resource[]> {
  const dependents: Resource[] = [];
  for (const resource of resources) {
    if (mentionsAny(resource, newcomers)) dependents.push(resource);
    yield;
  }
  return dependents;
}
