import { count } from '../wording/count.ts';
import type { Judged } from './guard-input.ts';
import { isLookalike } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/**
 * Whoever has to lose access was mislaid by the target, and somebody there has their name and nothing that says whose the
 * account is. It may be theirs under another id, or have been made for somebody else since: a person knows.
 */
export function lookalikeRule(plan: Judged): Suspicion[] {
  const planned = plan.parts.filter(isLookalike).length;
  if (planned === 0) return [];
  const text = `${count(planned, 'account')} would be switched off that may be somebody else's: the target does not have what was known of the owner any more, and nothing but the name says whose it is`;
  const finding = {
    kind: 'lookalike',
    type: 'user',
    planned,
    recent: 0,
    population: plan.population.active.user,
    allowed: 0,
    text,
  } as const;
  return [{ finding, selects: isLookalike }];
}
