import type { Failure, FailureClass } from '../../core/model/outcome.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { ProbeResult } from '../../ports/scim-target.ts';
import { endsAll } from '../shared/target-error.ts';

/** Operations of one verb on one type, of which so many failed in a row that the rest of them is not tried. */
export interface GivenUp extends Pick<Operation, 'verb' | 'type'> {
  /** The last one. */
  readonly failure: Failure;
  /** How many failed in a row. */
  readonly inARow: number;
  /** Of its kind, not tried. */
  readonly notStarted: number;
}

/** Decides when to stop trying: what for one kind of operation, what for the target as a whole. */
export interface Breaker {
  succeeded(operation: Operation): void;
  failed(operation: Operation, failure: Failure): Promise<void>;
  /** Whether operations of this kind are not tried any more. */
  isOpen(operation: Operation): boolean;
  /** What ended everything; undefined while the target is of use. */
  stoppedBy(): Failure | undefined;
  /** @param skipped operations that were not tried because of their kind */
  givenUp(skipped: readonly Operation[]): GivenUp[];
}

/** So many failures in a row without a success between them. */
const mostInARow = 20;
const downClasses: ReadonlySet<FailureClass> = new Set(['transient', 'throttled', 'unknown', 'protocol']);

/*
 *   so many in a row failed        | the target, when asked | then
 *   -------------------------------+------------------------+----------------------------------------------------
 *   of one verb and type           | not asked, others work | the rest of that kind waits for the next cycle
 *   of everything; or three of a   | answers                | the same, and everything else goes on
 *   kind waited for a timeout, or  | does not answer        | the push ends
 *   20 of it in all                |                        |
 *   one, credentials refused or    | not asked              | the push ends
 *   ids given out anew             |                        |
 */

/**
 * Each verb and type has a count of its own, so that what fails for one kind of operation (managers that cannot be
 * written) keeps nothing else from being done, least of all access from ending.
 *
 * What waits for nothing is given up sooner than what fails at once, so that a cycle ends in minutes whatever a target does.
 *
 * @param probe asks the target for something that costs next to nothing
 */
export function createBreaker(probe: () => Promise<ProbeResult>): Breaker {
  const inARow = new Map<string, number>();
  const silence = createSilence();
  const open = new Map<string, { readonly operation: Operation; readonly failure: Failure; readonly inARow: number }>();
  let ofAll = 0;
  let stopped: Failure | undefined;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    const result = await probe();
    if (result.kind === 'failed') stopped ??= result.failure;
    ofAll = 0;
  };
  return {
    succeeded(operation) {
      ofAll = 0;
      inARow.delete(kindOf(operation));
      silence.answered(kindOf(operation));
    },
    async failed(operation, failure) {
      const kind = kindOf(operation);
      if (endsAll(failure)) stopped ??= failure;
      const isPointless = failure.class === 'unsupported' && operation.verb === 'create';
      if (!downClasses.has(failure.class) && !isPointless) {
        ofAll = 0;
        inARow.delete(kind);
        silence.answered(kind);
        return;
      }
      const count = (inARow.get(kind) ?? 0) + 1;
      inARow.set(kind, count);
      ofAll += 1;
      const isTooLong = silence.failed(kind, failure);
      const isNew = (count >= mostInARow || isTooLong) && !open.has(kind);
      if (isNew) open.set(kind, { operation, failure, inARow: count });
      if ((ofAll < mostInARow && !(isNew && isTooLong)) || stopped !== undefined) return;
      asking ??= ask().finally(() => (asking = undefined));
      await asking;
    },
    isOpen: (operation) => open.has(kindOf(operation)),
    stoppedBy: () => stopped,
    givenUp: (skipped) =>
      [...open].map(([kind, { operation, failure, inARow: count }]) => {
        const { verb, type } = operation;
        const notStarted = skipped.filter((one) => kindOf(one) === kind).length;
        return { verb, type, failure, inARow: count, notStarted };
      }),
  };
}

function kindOf({ verb, type }: Operation): string {
  return `${verb} ${type}`;
}

/** So many of one kind, in a row or in all: what is left of it would wait as long for nothing. */
const mostLate = { inARow: 3, inAll: 20 };

/** Tells when a kind of operations waits for answers in vain. */
interface Silence {
  /** Something of the kind was answered. */
  answered(kind: string): void;
  /** An operation has failed. @returns whether its kind has waited too long by now */
  failed(kind: string, failure: Failure): boolean;
}

function createSilence(): Silence {
  const inARow = new Map<string, number>();
  const inAll = new Map<string, number>();
  return {
    answered: (kind) => void inARow.delete(kind),
    failed(kind, { late }) {
      if (late !== true) return false;
      for (const counts of [inARow, inAll]) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return (inARow.get(kind) ?? 0) >= mostLate.inARow || (inAll.get(kind) ?? 0) >= mostLate.inAll;
    },
  };
}
