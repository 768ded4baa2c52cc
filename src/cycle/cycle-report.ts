import type { BridgeError } from '../core/model/errors.ts';
import type { Failure } from '../core/model/outcome.ts';
import type { Hold, Operation } from '../core/model/plan.ts';
import type { Rejected } from '../core/model/resource.ts';
import type { RejectionRecord } from '../ports/state-store.ts';
import type { CycleMode, CycleResult } from '../ports/cycle-observer.ts';

/** What one cycle of one target did. Holds labels: for terminals, never for logs or the state. */
export interface CycleReport {
  readonly cycle: string;
  readonly target: string;
  readonly mode: CycleMode;
  readonly result: CycleResult;
  readonly milliseconds: number;
  /** Undefined when there was no plan, because reading or planning failed. */
  readonly planId: string | undefined;
  readonly applied: readonly Operation[];
  readonly failed: readonly { readonly operation: Operation; readonly failure: Failure }[];
  /** Not tried: the target is down, it refuses us, or we were shutting down. */
  readonly notStarted: number;
  /** How much failed lately, and waits for another try. */
  readonly deferred: number;
  readonly hold: Hold | undefined;
  /** What people rejected: it stays undone. */
  readonly undone: readonly Operation[];
  readonly rejections: readonly RejectionRecord[];
  readonly rejected: readonly Rejected[];
  /** References and members that wait for someone the target does not have yet. */
  readonly waiting: number;
  readonly error: BridgeError | undefined;
}
