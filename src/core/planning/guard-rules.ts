import { limitRule } from './guard-limits.ts';
import { clockLeapRule, emptyReadingRule, emptyScopeRule, firstRunRule } from './guard-readings.ts';
import type { Rule } from './guard-suspicion.ts';

/** In the order in which their findings are told. */
export const rules: readonly Rule[] = [firstRunRule, emptyReadingRule, emptyScopeRule, clockLeapRule, limitRule];
