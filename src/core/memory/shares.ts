/** Memory that several have together. */
export interface Shares {
  open(): Share;
}

/** What one of them has of it. */
export interface Share {
  /** True when there was room for so much more, which is taken then. */
  take(amount: number): boolean;
  /** Gives back all that was taken. */
  release(): void;
}

/**
 * Each may take `each` whatever the others have, and more while there is something left of `total`. So nobody waits for
 * anybody, and all together never have more than `total`, and `each` of everyone.
 */
export function createShares({ total, each }: { readonly total: number; readonly each: number }): Shares {
  let taken = 0;
  return {
    open() {
      let own = 0;
      return {
        take(amount) {
          if (own + amount > each && taken + amount > total) return false;
          own += amount;
          taken += amount;
          return true;
        },
        release() {
          taken -= own;
          own = 0;
        },
      };
    },
  };
}
