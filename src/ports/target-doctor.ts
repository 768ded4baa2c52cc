import type { PartialDialect } from '../core/dialect/layers.ts';
import type { ResourceType } from '../core/model/entry.ts';
import type { Failure } from '../core/model/outcome.ts';

/**
 * `works`: it was seen by reading again. `unseen`: it was answered with 2xx, and nothing shows whether it was done. `lies`:
 * it was answered as if it had been done, and something else or nothing happened. `absent`: the target has no such thing.
 * `skipped`: it could not be tried.
 */
export type TrialVerdict = 'works' | 'unseen' | 'refused' | 'lies' | 'absent' | 'skipped';

/** What one trial showed. */
export interface TrialFinding {
  readonly subject: string;
  readonly trial: string;
  readonly verdict: TrialVerdict;
  /** One sentence for people. May hold the target's own words. */
  readonly text: string;
  /** What a profile should say because of it. */
  readonly says?: PartialDialect;
  /** Whether the target cannot be kept in step for that. */
  readonly blocks?: boolean;
  readonly milliseconds: number;
  /** What was sent and what came back, one request a line. */
  readonly evidence: readonly string[];
}

/** Something that stays on the target, and why. */
export interface Leftover {
  readonly type: ResourceType;
  /** Its userName or displayName. */
  readonly name: string;
  /** Absent when nobody knows whether it is there. */
  readonly id?: string;
  readonly why: string;
}

/** What was seen of the traffic. */
export interface Traffic {
  readonly requests: number;
  /** Of all answered requests, in milliseconds. */
  readonly median: number;
  readonly p95: number;
  /** Names of headers that say what is left for us. */
  readonly quotaHeaders: readonly string[];
  /** How often the target asked to be left alone, and for how long altogether. */
  readonly throttles: number;
  readonly throttledMilliseconds: number;
}

export interface Examination {
  /** In the name of everything that was made. */
  readonly tag: string;
  readonly findings: readonly TrialFinding[];
  /** What a profile for this target says beside what the RFCs say. */
  readonly says: PartialDialect;
  readonly leftovers: readonly Leftover[];
  readonly traffic: Traffic;
  /** What ended it before it was done. */
  readonly ended?: unknown;
}

/** Tries out how a target speaks, with users and groups of its own, which it removes. */
export interface TargetDoctor {
  /** How many trials there are. */
  readonly trials: number;
  /**
   * A failure when the target cannot be reached, or does not let us in; for that, 401 throws D2S_TARGET_AUTH.
   *
   * @param stopping ends the trials; what was made is still removed
   * @param aborting ends the removal too
   */
  examine(stopping: AbortSignal, aborting: AbortSignal): Promise<Examination | Failure>;
  close(): Promise<void>;
}
