import type { Resource } from '../model/resource.ts';

/** How much of what a target wants names nobody who is read. Numbers alone: the values are DNs. */
export interface UnresolvedCounts {
  /** Of members, in all groups together; a value in two groups counts twice. */
  readonly members: number;
  /** Groups with such a member. */
  readonly groups: number;
  /** Of references, such as managers. */
  readonly references: number;
}

export function countUnresolved(resources: readonly Resource[]): UnresolvedCounts {
  let [members, groups, references] = [0, 0, 0];
  for (const { type, unresolved } of resources) {
    if (unresolved === undefined) continue;
    if (type === 'user') references += unresolved.length;
    else {
      groups += 1;
      members += unresolved.length;
    }
  }
  return { members, groups, references };
}

/** Undefined where everything has a name that is known, so that nothing is stored or said of it. */
export function anyUnresolved(counts: UnresolvedCounts): UnresolvedCounts | undefined {
  return counts.members + counts.references === 0 ? undefined : counts;
}
