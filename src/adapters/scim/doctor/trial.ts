import type { PartialDialect } from '../../../core/dialect/layers.ts';
import type { TrialFinding } from '../../../ports/target-doctor.ts';
import type { Refusal } from '../shared/message.ts';
import type { Bench } from './bench.ts';

/** What one trial showed; the rest of a finding is the same for all. */
export type TrialResult = Pick<TrialFinding, 'verdict' | 'text' | 'says' | 'blocks'>;

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
