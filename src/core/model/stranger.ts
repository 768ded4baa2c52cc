import type { SourceId } from './entry.ts';
import type { TargetId } from './link.ts';

const prefix = 'stranger:';

/**
 * Stands in the place of a source id for a member of a group on the target that has no entry: somebody whom others put
 * there. No directory has such ids.
 */
export function strangerId(account: TargetId): SourceId {
  return `${prefix}${account}`;
}

/** The account behind the id; undefined when it is an entry's. */
export function strangerAccount(id: SourceId): TargetId | undefined {
  return id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}

/** How many of these are entries of ours. */
export function countOwn(ids: Iterable<SourceId>): number {
  let count = 0;
  for (const id of ids) if (!id.startsWith(prefix)) count += 1;
  return count;
}
