import type { Failure } from '../../core/model/outcome.ts';

/** So many of one kind, in a row or in all: what is left of it would wait as long for nothing. */
const most = { inARow: 3, inAll: 20 };

/** Tells when a kind of operations waits for answers in vain. */
export interface Silence {
  /** Something of the kind was answered. */
  answered(kind: string): void;
  /** An operation has failed. @returns whether its kind has waited too long by now */
  failed(kind: string, failure: Failure): boolean;
}

export function createSilence(): Silence {
  const inARow = new Map<string, number>();
  const inAll = new Map<string, number>();
  return {
    answered: (kind) => void inARow.delete(kind),
    failed(kind, { late }) {
      if (late !== true) return false;
      for (const counts of [inARow, inAll]) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return (inARow.get(kind) ?? 0) >= most.inARow || (inAll.get(kind) ?? 0) >= most.inAll;
    },
  };
}
