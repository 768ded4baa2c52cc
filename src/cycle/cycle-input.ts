import type { SourceId } from '../core/model/entry.ts';
import type { Hold, Operation } from '../core/model/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleMode, CycleObserver } from '../ports/cycle-observer.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { FailureCounts } from './failing.ts';
import type { HeldMatches } from './match/held-matches.ts';
import type { DirectoryReadings } from './read/read-directories.ts';
import type { CleanCycles } from './plan/clean-cycles.ts';
import type { AttemptMode, TargetSetup } from './shared/target-setup.ts';
import type { Timekeeper } from './shared/timekeeper.ts';

/**
 * Compares a plan with the one that a person looked at, before anything is recorded or sent.
 *
 * @throws BridgeError D2S_PLAN_CHANGED when it is another one
 */
export type PlanReview = (
  target: string,
  plan: { readonly proceed: readonly Operation[]; readonly hold: Hold | undefined },
) => Promise<void>;

/** What one cycle of one target works with. */
export interface CycleInput {
  readonly cycle: string;
  readonly mode: CycleMode;
  readonly attempt: AttemptMode;
  readonly setup: TargetSetup;
  readonly readings: DirectoryReadings;
  /** Everything was read in this cycle, from this time on (milliseconds since 1970). Undefined when changes were followed. */
  readonly readSince?: number | undefined;
  /** Remembers from cycle to cycle which targets are in step; without it everything is planned. */
  readonly cleanCycles?: CleanCycles | undefined;
  /** Remembers from cycle to cycle whom those fit whose adoption waits; without it they are looked for each time. */
  readonly heldMatches?: HeldMatches | undefined;
  /** Measures from cycle to cycle how much time passed; without it, the wall clock is believed within bounds. */
  readonly timekeeper?: Timekeeper | undefined;
  /** Counts failures from cycle to cycle; without it, the state alone does. */
  readonly failures?: FailureCounts | undefined;
  /** Only what a person looked at is carried out. */
  readonly review?: PlanReview | undefined;
  /** Whom a verification found to differ on this target. */
  readonly repaired?: ReadonlySet<SourceId> | undefined;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly observer: CycleObserver;
  /** Ends requests in flight. */
  readonly signal: AbortSignal;
  /** True when no new operation may start. */
  readonly isStopping: () => boolean;
}
