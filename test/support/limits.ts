import type { GuardLimits, Limit } from '../../src/core/planning/policy.ts';

/** The limits that the product has by default, with others in place of some. */
export function limitsWith(others: Partial<GuardLimits> = {}): GuardLimits {
  return {
    removals: { percent: 10, atLeast: 5 },
    members: { percent: 20, atLeast: 10 },
    memberships: { percent: 10, atLeast: 20 },
    updates: { percent: 30, atLeast: 20 },
    clears: { percent: 10, atLeast: 5 },
    reactivations: { percent: 10, atLeast: 5 },
    adoptions: { percent: 10, atLeast: 5 },
    creations: { percent: 30, atLeast: 50 },
    relinks: { percent: 10, atLeast: 5 },
    ...others,
  };
}

/** The same limit for everything. */
export function sameLimits(limit: Limit): GuardLimits {
  return {
    removals: limit,
    members: limit,
    memberships: limit,
    updates: limit,
    clears: limit,
    reactivations: limit,
    adoptions: limit,
    creations: limit,
    relinks: limit,
  };
}

/** Limits that hold nothing. */
export const noLimits = sameLimits({ percent: 100, atLeast: 1_000 });
