import type { BridgeError } from '../core/model/errors.ts';
import type { Link } from '../core/model/link.ts';
import type { Failure } from '../core/model/outcome.ts';
import type { Hold, Operation } from '../core/model/plan.ts';
import type { Rejected } from '../core/model/resource.ts';
import type { RejectionRecord } from '../ports/decisions.ts';
import type { Failing, TargetState } from '../ports/state-records.ts';
import type { UnresolvedCounts } from '../core/mapping/unresolved.ts';
import type { Leftover } from './quarantine/intents.ts';
import type { GivenUp } from './push/breaker.ts';
import type { CycleMode, CycleResult } from '../ports/cycle-observer.ts';
import type { UnreachedEntries } from './shared/unreached.ts';

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
  /** Kinds of operations that failed so often in a row that the rest of them was not tried. */
  readonly givenUp: readonly GivenUp[];
  /** How much failed lately, and waits for another try. */
  readonly deferred: number;
  readonly hold: Hold | undefined;
  /** What people rejected: it stays undone. */
  readonly undone: readonly Operation[];
  /** What waits for a seat. */
  readonly unseated: readonly Operation[];
  readonly rejections: readonly RejectionRecord[];
  readonly rejected: readonly Rejected[];
  /** Those who could not be looked for on the target. */
  readonly unreached: readonly UnreachedEntries[];
  /** Groups, where the target has none. */
  readonly leftOut: number;
  /** Where the target has a number of seats: how many there are, are taken, and how many people wait for one. */
  readonly seats?: TargetState['seats'];
  /** References and members that wait for someone the target does not have yet. */
  readonly waiting: number;
  /** Who had left, and whom the target does not have any more under any name: nothing is known of them from now on. */
  readonly forgotten: readonly Link[];
  /** Who has left, and of whom nobody could find out whether the target still has them. */
  readonly reverify: readonly Link[];
  /** What requests without a clear answer may have made for somebody who has left, and was looked for in vain. */
  readonly leftovers: readonly Leftover[];
  /** What names nobody who is read. Undefined where there is none, or nothing was looked at. */
  readonly unresolved: UnresolvedCounts | undefined;
  /** By SCIM path: for how many resources the target does not store what is sent. */
  readonly unstored: Readonly<Record<string, number>>;
  /** Members of adopted groups whom the directory does not have, and who stay. */
  readonly strangers: number;
  /** Whether the target was sent any request; undefined where nobody counted. */
  readonly asked?: boolean | undefined;
  readonly error: BridgeError | undefined;
  /** Undefined when nothing was left undone for a failure. */
  readonly failing: Failing | undefined;
}
