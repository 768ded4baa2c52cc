/** What happens to those who leave, in one target. There is no default for `leaves`: the operator has to say it. */
export interface RemovalPolicy {
  readonly leaves: 'deactivate' | 'delete' | 'keep';
  /** Milliseconds from the departure to the deletion of a deactivated user; undefined: never deleted. */
  readonly deleteAfter?: number | undefined;
  readonly groups: 'delete' | 'empty' | 'keep';
}

/** A share of the population, and a number below which the share is not asked. */
export interface Limit {
  readonly percent: number;
  readonly atLeast: number;
}

export interface GuardLimits {
  readonly removals: Limit;
  readonly members: Limit;
  readonly updates: Limit;
}
