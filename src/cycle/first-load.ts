import type { FailureClass } from '../core/model/outcome.ts';
import type { PushReport } from './push/push.ts';

/** What another try would not change. */
const final: ReadonlySet<FailureClass> = new Set(['rejected', 'conflict', 'unsupported']);

/**
 * Whether nothing of a first load is left to be sent: what comes new after this is new.
 *
 * @param waiting for another try, or to be looked for
 */
export function endsFirstLoad(pushed: PushReport, waiting: number): boolean {
  return (
    pushed.notStarted === 0 &&
    pushed.stoppedBy === undefined &&
    waiting === 0 &&
    pushed.failed.every(({ failure }) => final.has(failure.class))
  );
}
