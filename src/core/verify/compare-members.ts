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
 *   yes          | no     | any   | -: the next cycle takes them out
 *   no           | no     | yes   | joined: nobody of ours put them there
 *   no           | yes    | any   | -: the next cycle puts them in
 *   in doubt (a request about them was never answered)     → -
 *   nobody's account, where strangers stay                 → foreign: counted, not touched
 *   nobody's account, where they leave (adoptedMembers)    → joined, unless the next cycle takes them out
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
  /** `adoptedMembers: remove` */
  readonly strangersLeave: boolean;
}

export interface MemberComparison {
  readonly left: readonly SourceId[];
  readonly joined: readonly SourceId[];
  readonly strangers: readonly TargetId[];
  /** Accounts in the group that are not ours, and stay. */
  readonly foreign: number;
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
  const expected = [...acknowledged].filter((id) => {
    const lifecycle = lifecycleOf(id);
    return isOurs(id) && wanted.has(id) && (lifecycle === 'active' || lifecycle === 'deactivated');
  });
  return {
    left: missingMembers(expected.map((id) => ({ id, active: lifecycleOf(id) === 'active', shown: there.has(id) }))),
    joined: [...there].filter((id) => !acknowledged.has(id) && !wanted.has(id) && !settled.has(id)),
    strangers,
    foreign,
  };
}
