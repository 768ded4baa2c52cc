import type { ResourceType } from '../../core/model/entry.ts';
import type { CreateOperation } from '../../core/model/plan.ts';
import type { FoundResource } from '../../ports/scim-target.ts';
import { listEverything, searchList, type MatchFinding } from './search.ts';
import type { AccountSearch } from './account-search.ts';

type Everything = Promise<readonly FoundResource[] | undefined>;

/** What a target listed in a push. */
const listed = new WeakMap<AccountSearch, Map<ResourceType, Everything>>();

/**
 * Looks for somebody of whom the target says that it has them, and whom no search finds: filters can be silently
 * without effect (Snowflake before BCR-2276, Polis). Everything is listed for that, once in a push.
 */
export async function lookThrough(
  operation: CreateOperation,
  paths: readonly string[],
  context: AccountSearch,
): Promise<MatchFinding> {
  const lists = listed.get(context) ?? new Map<ResourceType, Everything>();
  listed.set(context, lists);
  const everything = lists.get(operation.type) ?? list(operation.type, context);
  lists.set(operation.type, everything);
  return searchList([operation], paths, (await everything) ?? []).get(operation.sourceId);
}

async function list(type: ResourceType, { target, store, signal }: AccountSearch): Everything {
  const linked = (await store.counts(target.name))[type].active;
  const everything = await listEverything({ target, type, linked, signal }, Infinity);
  return Array.isArray(everything) ? everything : undefined;
}
