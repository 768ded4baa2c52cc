import type { GuardFinding } from '../model/plan.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';

/** Something that looks like an accident, and the parts of the plan that it speaks of. */
export interface Suspicion {
  readonly finding: GuardFinding;
  /** Asked about every part that is no consequence. */
  readonly selects: (part: Part) => boolean;
}

/**
 * Looks at a plan from one side. A part is held when any rule selects it. They do not know of each other, but for the
 * limits, which come last.
 */
export type Rule = (plan: Judged) => Suspicion[];
