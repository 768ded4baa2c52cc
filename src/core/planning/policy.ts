import type { ResourceType } from '../model/entry.ts';

/** What happens to those who leave, in one target. There is no default for `leaves`: the operator has to say it. */
export interface RemovalPolicy {
  readonly leaves: 'deactivate' | 'delete' | 'keep';
  /** Milliseconds from the departure to the deletion of a deactivated user; undefined: never deleted. */
  readonly deleteAfter?: number | undefined;
  readonly groups: 'delete' | 'empty' | 'keep';
  /** How far the clock may go on while nobody looks, in milliseconds, before it counts as a leap; 8 days unless said. */
  readonly longestLeap?: number | undefined;
  /** The target deletes whoever is switched off: there is nothing between access and deletion. */
  readonly offIsDeletion?: boolean | undefined;
}

const day = 24 * 60 * 60_000;

/**
 * How long it takes until an absence that nothing proves counts as a deletion. Long enough for an access rule that went
 * wrong before a weekend to be noticed, and as a rule shorter than directories keep what they deleted.
 */
const hiddenMilliseconds = 7 * day;

/**
 * The milliseconds between losing access and being deleted; undefined: whoever lost it is never deleted for that. Where
 * leavers are deleted, they are for those who may only be hidden.
 */
export function timeToComeBack({ leaves, deleteAfter, groups }: RemovalPolicy, type: ResourceType): number | undefined {
  if (type === 'group') return groups === 'delete' ? hiddenMilliseconds : undefined;
  return leaves === 'delete' ? hiddenMilliseconds : deleteAfter;
}

/** A share of the population, and a number below which the share is not asked (but never more than half, and always one). */
export interface Limit {
  readonly percent: number;
  readonly atLeast: number;
}

/** What goes without an approval: in one cycle, and together with the 24 hours before it. */
export interface GuardLimits {
  /** Users and groups that lose access. */
  readonly removals: Limit;
  /** Members leaving one group. */
  readonly members: Limit;
  /** Members leaving all groups together, and groups that become empty. */
  readonly memberships: Limit;
  /** Resources that change, and creations of what the target lost. */
  readonly updates: Limit;
  /** Resources of which one attribute is emptied, attribute by attribute. */
  readonly clears: Limit;
  /** Users who get access back. */
  readonly reactivations: Limit;
  /** Existing accounts that are taken over, on an established target. */
  readonly adoptions: Limit;
  /** New accounts and groups, and those made again, on an established target. */
  readonly creations: Limit;
  /** Accounts that pass to another entry. */
  readonly relinks: Limit;
}
