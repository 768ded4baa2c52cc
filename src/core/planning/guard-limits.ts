import type { GuardFinding } from '../model/plan.ts';
import type { Judged } from './guard-input.ts';
import { measures, type Measure } from './guard-measures.ts';
import type { Suspicion } from './guard-suspicion.ts';
import type { Limit } from './policy.ts';
import { tallyKey, type Tally } from './tally.ts';

/** What is more than a limit allows, kind by kind, together with what was done in the last 24 hours. */
export function limitRule(plan: Judged): Suspicion[] {
  return plan.planned.flatMap((planned): Suspicion[] => {
    const measure = measures[planned.kind];
    const finding = measure.established === true && !plan.established ? undefined : compare(planned, measure, plan);
    return finding === undefined ? [] : [{ finding, selects: (part) => part.type === planned.type && measure.counts(part, planned) }];
  });
}

function compare(planned: Tally, measure: Measure, plan: Judged): GuardFinding | undefined {
  const { kind, type, group, path, count } = planned;
  const recent = recentCount(planned, plan);
  const population = measure.population(plan, planned);
  const limit = plan.limits[measure.limit];
  // Whoever left by another way was there a day ago as well.
  const gone = measure.shrinks ? plan.recent.filter((one) => one.kind === kind && one.type === type && one.group === group && one.path === path) : [];
  const before = population + sum(gone);
  const others = kind === 'removals' && planned.evidence === 'absence' ? saidInWords(planned, gone, before, plan) : 0;
  const allowed = allowance(limit, before, measure.half, others);
  if (count + recent <= allowed) return undefined;
  const after = recent === 0 ? '' : `, after ${recent} in the last 24 hours`;
  const text = `${measure.sentence(`${count} of ${population}`, planned)}${after}; allowed are ${allowed} (${words(limit, allowed, before, others)})`;
  return { kind, type, sourceId: group, path, planned: count, recent, population, allowed, text };
}

/**
 * The share of the population, but never less than the absolute number; which for its part never stands for more than
 * half of the population, but always for one.
 *
 * @param others who leave that half besides
 */
function allowance({ percent, atLeast }: Limit, population: number, half: boolean, others: number): number {
  const share = Math.floor((population * percent) / 100);
  return Math.max(share, half ? Math.min(atLeast, Math.max(1, Math.floor(population / 2)) - others) : atLeast);
}

/**
 * Those who lose access by the directory's word and are not held for that. Absence is the weaker evidence: together
 * they never take more than half, and it is the absent who wait.
 */
function saidInWords(absent: Tally, gone: readonly Tally[], before: number, plan: Judged): number {
  const isWord = (one: Tally) => one.kind === 'removals' && one.type === absent.type && one.evidence === 'word';
  const planned = sum(plan.planned.filter(isWord));
  const recent = sum(gone.filter(isWord));
  const isHeld = planned + recent > allowance(plan.limits.removals, before, true, 0);
  return isHeld ? recent : planned + recent;
}

function recentCount(planned: Tally, { recent }: Judged): number {
  const key = tallyKey(planned);
  return sum(recent.filter((one) => tallyKey(one) === key));
}

function sum(tallies: readonly Tally[]): number {
  return tallies.reduce((total, { count }) => total + count, 0);
}

function words({ percent, atLeast }: Limit, allowed: number, population: number, others: number): string {
  const share = `${percent} %, at least ${atLeast}`;
  if (allowed >= atLeast) return share;
  return others > 0 ? `${share}, but no more than half, with ${others} by the directory's word` : `${share}, but no more than half of ${population}`;
}
