import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { FailureClass } from '../../core/model/outcome.ts';
import type { Operation } from '../../core/model/plan.ts';
import { seatHolder, seatsTakenBy, waitsForSeat, type SeatPolicy } from '../../core/planning/seats.ts';
import type { OperationResult } from './operation-result.ts';

/**
 * Counts seats while a plan is carried out: one that a failed deactivation did not free is given to nobody, so that there
 * are never more active accounts than seats.
 */
export interface SeatCount {
  /** Before an operation is carried out. False: it needs a seat, and none is free. */
  begin(operation: Operation): boolean;
  /** What came of it. */
  end(operation: Operation, result: OperationResult): void;
}

/** After these nothing was changed for certain. */
const withoutEffect: ReadonlySet<FailureClass> = new Set(['rejected', 'conflict', 'unsupported', 'auth', 'gone']);

/**
 * @param operations that are carried out: accounts that become ours and are active have their seats from the beginning
 * @param taken before anything is sent
 */
export function createSeatCount(
  policy: SeatPolicy | undefined,
  operations: readonly Operation[],
  taken: number,
  links: ReadonlyMap<SourceId, Link>,
): SeatCount {
  if (policy === undefined) return { begin: () => true, end: () => undefined };
  const adopted = operations.filter((one) => {
    const link = links.get(seatHolder(one));
    return !waitsForSeat(one, link) && seatsTakenBy(one, link) > 0;
  });
  let free = policy.seats - taken - adopted.length;
  /** How each operation was seen when it began, because its link changes with it: whether it took a seat, or frees one. */
  const begun = new Map<Operation, 'takes' | 'frees'>();
  return {
    begin(operation) {
      const link = links.get(seatHolder(operation));
      if (waitsForSeat(operation, link)) {
        if (free <= 0) return false;
        free -= 1;
        begun.set(operation, 'takes');
      } else if (seatsTakenBy(operation, link) < 0) begun.set(operation, 'frees');
      return true;
    },
    end(operation, result) {
      const own = begun.get(operation);
      const isVain = result.kind === 'skipped' || (result.kind === 'failed' && withoutEffect.has(result.failure.class));
      if (own === 'takes' ? isVain : own === 'frees' && result.kind === 'applied') free += 1;
    },
  };
}
