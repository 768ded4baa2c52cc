import type { PartialDialect } from '../../../core/dialect/layers.ts';
import type { Refusal } from '../shared/message.ts';
import type { Bench } from './bench.ts';

/**
 * `works`: it was seen by reading again. `unseen`: it was answered with 2xx, and nothing shows whether it was done. `lies`:
 * it was answered as if it had been done, and something else or nothing happened. `absent`: the target has no such thing.
 * `skipped`: it could not be tried.
 */
export type TrialVerdict = 'works' | 'unseen' | 'refused' | 'lies' | 'absent' | 'skipped';

export interface TrialResult {
  readonly verdict: TrialVerdict;
  /** One sentence for people. May hold the target's own words. */
  readonly text: string;
  /** What a profile should say because of it. */
  readonly says?: PartialDialect;
  /** Whether the target cannot be kept in step for that. */
  readonly blocks?: boolean;
}

export interface TrialFinding extends TrialResult {
  readonly subject: string;
  readonly trial: string;
  readonly milliseconds: number;
  /** What was sent and what came back, one request a line. */
  readonly evidence: readonly string[];
}

export interface Trial {
  readonly name: string;
  /** Whether the target cannot be kept in step where it cannot even be tried. */
  readonly isNeeded?: boolean;
  /** @throws Untestable when what it needs is not there */
  run(bench: Bench): Promise<TrialResult>;
}

export interface Subject {
  readonly name: string;
  readonly trials: readonly Trial[];
}

/** Why a trial could not be made: an outcome like any other, from however deep inside of it. */
export class Untestable extends Error {
  override readonly name = 'Untestable';
}

/** @throws Untestable when there is no value */
export function needed<T>(value: T | undefined, why: string): T {
  if (value === undefined) throw new Untestable(why);
  return value;
}

export function works(text: string, says: PartialDialect = {}): TrialResult {
  return { verdict: 'works', text, says };
}

/** Whether a refusal is about what was sent: many answer 500 to what they did not expect. */
export function isAboutContent({ class: failureClass, status = 0 }: Pick<Refusal, 'class' | 'status'>): boolean {
  return failureClass === 'rejected' || (status >= 500 && status !== 501 && status !== 503);
}

/** It was answered with 2xx, and cannot be read again. */
export function unseen(text: string, says: PartialDialect = {}): TrialResult {
  return { verdict: 'unseen', text, says };
}
