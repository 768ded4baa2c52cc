import { missingMembers } from '../model/missing-members.ts';
import type { SourceId } from '../model/entry.ts';
import type { TargetId } from '../model/link.ts';
import { strangerAccount } from '../model/stranger.ts';

/*
 * One member of a group:
 *
 *   acknowledged | wanted | shown | then
 *   -------------+--------+-------+-----------------------------------------------------
 *   yes          | yes    | no    | left: the group lost them
 *   yes          | no     | any   | waiting: the next cycle takes them out, where the directory shows them
 *   no           | no     | yes   | joined: nobody of ours put them there
 *   no           | yes    | any   | waiting: the next cycle puts them in, where the target has them
 *   in doubt (a request about them was never answered)     → waiting
 *   nobody's account, where strangers stay                 → foreign: counted, not touched
 *   nobody's account, where they leave (adoptedMembers)    → stranger, or waiting: the next cycle takes them out
 */

export interface MembersCompared {
  readonly wanted: ReadonlySet<SourceId>;
  /** As the state has them; strangers by `strangerId`. */
  readonly acknowledged: ReadonlySet<SourceId>;
  readonly unsettled: ReadonlySet<SourceId>;
  /** The target's ids of everybody whom the group shows. */
  readonly shown: readonly TargetId[];
  /** Whose these are, of those that are ours. */
  readonly owners: ReadonlyMap<TargetId, SourceId>;
  /** Whether the target has them, and whether they are active there. */
  readonly lifecycleOf: (id: SourceId) => 'active' | 'deactivated' | 'lost' | undefined;
  /** Whether the directory shows them in scope. */
  readonly isInScope: (id: SourceId) => boolean;
  /** `adoptedMembers: remove` */
  readonly strangersLeave: boolean;
}

export interface MemberComparison {
  readonly left: readonly SourceId[];
  readonly joined: readonly SourceId[];
  readonly strangers: readonly TargetId[];
  /** Accounts in the group that are not ours, and stay. */
  readonly foreign: number;
  /** The next cycle puts somebody in or takes somebody out. */
  readonly waits: boolean;
}

/** Compares a group that shows its members with who should be in it. */
export function compareMembers(input: MembersCompared): MemberComparison {
  const { wanted, acknowledged, unsettled, shown, owners, lifecycleOf, strangersLeave } = input;
  const there = new Set<SourceId>();
  const strangers: TargetId[] = [];
  const known = new Set([...acknowledged].flatMap((id) => strangerAccount(id) ?? []));
  const settled = new Set(unsettled);
  let foreign = 0;
  for (const account of new Set(shown)) {
    const owner = owners.get(account);
    if (owner !== undefined) {
      there.add(owner);
      if (known.has(account)) settled.add(owner);
    } else if (!strangersLeave) foreign += 1;
    else if (!known.has(account)) strangers.push(account);
  }
  const isOurs = (id: SourceId): boolean => strangerAccount(id) === undefined && !unsettled.has(id);
  const isThere = (id: SourceId): boolean => (lifecycleOf(id) ?? 'lost') !== 'lost';
  const expected = [...acknowledged].filter((id) => isOurs(id) && wanted.has(id) && isThere(id));
  return {
    left: missingMembers(expected.map((id) => ({ id, active: lifecycleOf(id) === 'active', shown: there.has(id) }))),
    joined: [...there].filter((id) => !acknowledged.has(id) && !wanted.has(id) && !settled.has(id)),
    strangers,
    foreign,
    waits: waits(input, isThere),
  };
}

function waits(
  { wanted, acknowledged, unsettled, isInScope, strangersLeave }: MembersCompared,
  isThere: (id: SourceId) => boolean,
): boolean {
  const leaves = (id: SourceId): boolean =>
    !wanted.has(id) && (strangerAccount(id) === undefined ? isThere(id) && isInScope(id) : strangersLeave);
  return (
    [...acknowledged].some(leaves) ||
    [...wanted].some((id) => !acknowledged.has(id) && isThere(id)) ||
    [...unsettled].some((id) => isThere(id) && (wanted.has(id) || isInScope(id)))
  );
}
