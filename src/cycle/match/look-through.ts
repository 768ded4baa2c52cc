import type { ResourceType } from '../../core/model/entry.ts';
import type { CreateOperation } from '../../core/model/plan.ts';
import type { FoundResource } from '../../ports/scim-target.ts';
import { listEverything, searchList, type MatchFinding } from './search.ts';
import type { AccountSearch } from './account-search.ts';

/**
 * Looks for somebody of whom the target says that it has them, and whom no search finds: filters can be silently
 * without effect (Snowflake before BCR-2276, Polis). Everything is listed for that, once in a push.
 */
export async function lookThrough(
  operation: CreateOperation,
  paths: readonly string[],
  context: AccountSearch,
): Promise<MatchFinding> {
  const { lists } = context;
  const everything = lists.get(operation.type) ?? list(operation.type, context);
  lists.set(operation.type, everything);
  return searchList([operation], paths, (await everything) ?? []).get(operation.sourceId);
}

async function list(
  type: ResourceType,
  { target, store, signal }: AccountSearch,
): Promise<readonly FoundResource[] | undefined> {
  const linked = (await store.counts(target.name))[type].active;
  const everything = await listEverything({ target, type, linked, signal }, Infinity);
  return Array.isArray(everything) ? everything : undefined;
}
