import type { Operation } from '../../src/core/model/plan.ts';
import { inOneGo } from '../../src/core/model/steps.ts';
import { planInSteps } from '../../src/core/planning/build-plan.ts';
import { planIdInSteps, type TextHash } from '../../src/core/planning/plan-id.ts';
import type { GuardInput } from '../../src/core/planning/guard-input.ts';
import { guardInSteps, type GuardResult } from '../../src/core/planning/guard.ts';
import type { PlanInput, PlannedOperations } from '../../src/core/planning/plan-input.ts';

/** A whole plan at once. The product goes step by step, so that other work has its turn. */
export function buildPlan(given: PlanInput): PlannedOperations {
  return inOneGo(planInSteps(given));
}

/** The id of a plan at once. */
export function planId(operations: readonly Operation[], hash: TextHash): string {
  return inOneGo(planIdInSteps(operations, hash));
}

/** The guard's judgement at once. */
export function guard(input: GuardInput): GuardResult {
  return inOneGo(guardInSteps(input));
}
