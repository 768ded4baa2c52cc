import type { GuardFinding } from '../model/plan.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';
import type { Limit } from './policy.ts';
import type { Tally } from './tally.ts';

/** What is more than a limit allows, kind by kind: with what was done in the last 24 hours, but for updates. */
export function limitRule(plan: Judged): Suspicion[] {
  return plan.planned.flatMap((planned): Suspicion[] => {
    const finding = compare(planned, plan);
    return finding === undefined ? [] : [{ finding, selects: (part) => isCounted(part, planned) }];
  });
}

function compare(planned: Tally, plan: Judged): GuardFinding | undefined {
  const { kind, type, evidence, group, count } = planned;
  const recent = kind === 'updates' ? 0 : recentCount(planned, plan);
  const population = group === undefined ? plan.population[type] : (plan.memberCounts.get(group) ?? 0);
  const limit = plan.limits[kind];
  const allowed = allowance(limit, population + recent);
  if (count + recent <= allowed) return undefined;
  const said = evidence === 'word' ? ', because the directory says so (disabled, deleted or moved away)' : '';
  const sentence = {
    removals: `${count} of ${population} ${type}s would lose access${said}`,
    members: `${count} of ${population} members would leave one group`,
    updates: `${count} of ${population} ${type}s would change`,
  };
  const after = recent === 0 ? '' : `, after ${recent} in the last 24 hours`;
  const text = `${sentence[kind]}${after}; allowed are ${allowed} (${limit.percent} %, at least ${limit.atLeast})`;
  return { kind, type, sourceId: group, planned: count, recent, population, allowed, text };
}

/** The share of the population, but never less than the absolute number. */
function allowance(limit: Limit, population: number): number {
  return Math.max(Math.floor((population * limit.percent) / 100), limit.atLeast);
}

function recentCount({ kind, type, evidence, group }: Tally, { recent }: Judged): number {
  return recent
    .filter((one) => one.kind === kind && one.type === type && one.group === group && (one.evidence ?? 'absence') === (evidence ?? 'absence'))
    .reduce((sum, one) => sum + one.count, 0);
}

/** Whether a part belongs to what was counted. */
function isCounted(part: Part, { kind, type, evidence, group }: Tally): boolean {
  if (part.type !== type) return false;
  switch (kind) {
    case 'removals':
      return part.kind === 'removal' && part.evidence === evidence;
    case 'members':
      return part.kind === 'leave' && part.sourceId === group;
    case 'updates':
      // What is changed together with a reactivation belongs to that.
      return part.operation.verb === 'update' || (part.kind === 'creation' && part.again);
  }
}
