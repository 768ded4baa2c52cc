import { count } from '../wording/count.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/**
 * A group of the target with members whom nobody of ours put there. With its adoption, whoever may change the group of
 * this name in the directory decides about who is in the target's: a person says whether they are the same. Held whatever
 * the limits once the first load is over: what a first load takes over stands first in the plan that somebody reads before.
 */
export function adoptedGroupsRule(plan: Judged): Suspicion[] {
  if (!plan.established) return [];
  const planned = plan.parts.filter(isPopulated).length;
  if (planned === 0) return [];
  const text = `${count(planned, 'existing group')} with members whom dir2scim did not put there would be taken over: whoever may change the group in the directory would decide about who is in the target's`;
  return [
    {
      finding: {
        kind: 'adopted_groups',
        type: 'group',
        planned,
        recent: 0,
        population: plan.population.active.group,
        allowed: 0,
        text,
      },
      selects: isPopulated,
    },
  ];
}

function isPopulated({ kind, operation }: Part): boolean {
  return kind === 'adoption' && operation.verb === 'adopt' && (operation.others ?? 0) > 0;
}
