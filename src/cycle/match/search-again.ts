import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { CreateOperation } from '../../core/model/plan.ts';
import { inOneGo } from '../../core/model/steps.ts';
import { isFailure, type FoundResource } from '../../ports/scim-target.ts';
import { findOne, listEverything, searchList, withExternalId, type MatchFinding } from './search.ts';
import { isOurs } from './find-lost.ts';
import { formerOwner, isForeign } from './unmatchable.ts';
import { othersMembers } from './others-members.ts';
import { claim } from './ownership.ts';
import type { AccountSearch } from './account-search.ts';

/** What a search for someone says who may have been created. */
export type Searched =
  | { readonly kind: 'found'; readonly found: FoundResource }
  | { readonly kind: 'taken'; readonly found: FoundResource; readonly owner: SourceId }
  | { readonly kind: 'foreign'; readonly found: FoundResource }
  /** A group with members whom nobody of ours put there: only a plan takes it over, in sight of the guard. */
  | { readonly kind: 'populated'; readonly found: FoundResource }
  | { readonly kind: 'none' }
  /** Several fit, or nobody could find out. */
  | { readonly kind: 'unsearchable' };

/** @param isThere the target says that there is one */
export async function searchAgain(
  operation: CreateOperation,
  context: AccountSearch,
  isThere = false,
): Promise<Searched> {
  const policy = context.policy[operation.type];
  const paths = policy.adopt === 'never' ? ['externalId'] : withExternalId(policy.match);
  try {
    const searched = await findOne(context.target, operation, paths, context.signal);
    const isSeen = searched !== undefined && !isFailure(searched) && searched.found.length > 0;
    const finding =
      isThere && !isSeen
        ? ((await byFormerId(operation, context)) ?? (await lookThrough(operation, paths, context)) ?? searched)
        : searched;
    if (isFailure(finding)) return { kind: 'unsearchable' };
    const [first, ...others] = finding?.found ?? [];
    if (first === undefined) return { kind: 'none' };
    if (others.length > 0) return { kind: 'unsearchable' };
    const before = formerOwner(
      first,
      operation.sourceId,
      await context.store.formerOwners(context.target.name, operation.type, [first.id]),
    );
    const owner = before ?? (await claim(operation, first.id, context));
    if (owner !== undefined) return { kind: 'taken', found: first, owner };
    if (isForeign(first, operation.sourceId, policy)) return { kind: 'foreign', found: first };
    const strangers = operation.type === 'user' ? 0 : await othersMembers(first, operation.sourceId, context);
    return { kind: strangers > 0 ? 'populated' : 'found', found: first };
  } catch (error) {
    if (error instanceof BridgeError) return { kind: 'unsearchable' };
    throw error;
  }
}

/**
 * Who was lost, and stands in the way of themselves: the target had only mislaid them, and no search finds them (it does not
 * show externalIds, and the name is another one by now). The id by which they were known is theirs still.
 */
async function byFormerId(
  { sourceId }: CreateOperation,
  { links, target, signal }: AccountSearch,
): Promise<MatchFinding> {
  const link = links.get(sourceId);
  if (link?.lifecycle !== 'lost') return undefined;
  const held = await target.read(link.type, link.targetId, signal);
  return !isFailure(held) && isOurs(held, link) ? { found: [held], by: 'id' } : undefined;
}

/** A search may read a copy that lags behind by seconds: after the first time it is asked again, with growing pauses. */
const pauses = { afterCrash: [1000, 2000], afterRequest: [1000, 2000, 4000] };

export async function searchWithPauses(
  operation: CreateOperation,
  context: AccountSearch,
  after: keyof typeof pauses,
): Promise<Searched> {
  let searched = await searchAgain(operation, context);
  for (const pause of pauses[after]) {
    if (searched.kind !== 'none' || context.isStopping()) break;
    await context.clock.sleep(pause, context.signal);
    searched = await searchAgain(operation, context);
  }
  return searched;
}

/**
 * Looks for somebody of whom the target says that it has them, and whom no search finds: filters can be silently
 * without effect (Snowflake before BCR-2276, Polis). Everything is listed for that, once in a push.
 */
async function lookThrough(
  operation: CreateOperation,
  paths: readonly string[],
  context: AccountSearch,
): Promise<MatchFinding> {
  const { lists } = context;
  const everything = lists.get(operation.type) ?? list(operation.type, context);
  lists.set(operation.type, everything);
  return inOneGo(searchList([operation], paths, (await everything) ?? [])).get(operation.sourceId);
}

async function list(
  type: ResourceType,
  { target, store, signal }: AccountSearch,
): Promise<readonly FoundResource[] | undefined> {
  const linked = (await store.counts(target.name))[type].active;
  const everything = await listEverything({ target, type, linked, signal }, Infinity);
  return Array.isArray(everything) ? everything : undefined;
}
