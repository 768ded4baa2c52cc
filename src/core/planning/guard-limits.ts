import type { GuardFinding } from '../model/plan.ts';
import type { Judged, Measured } from './guard-input.ts';
import { measures, type Measure } from './guard-measures.ts';
import type { Suspicion } from './guard-suspicion.ts';
import type { Limit } from './policy.ts';
import { tallyConsequences, tallyKey, type Tally } from './tally.ts';

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
  const gone = goneLately(planned, measure, plan);
  const before = populationBefore(planned, measure, plan);
  const others = kind === 'removals' && planned.evidence === 'absence' ? saidInWords(planned, gone, before, plan) : 0;
  const allowed = allowance(limit, before, measure.half, others);
  // Who may leave a group with their account is known one by one (guard-parts.ts); a number would let others go.
  const following = planned.kind === 'members' || planned.kind === 'memberships' ? 0 : (begunWith(planned, plan)?.following ?? 0);
  if (count + recent <= allowed + following) return undefined;
  const after = recent === 0 ? '' : `, after ${recent} in the last 24 hours`;
  const text = `${measure.sentence(`${count} of ${population}`, planned)}${after}; allowed are ${allowed} (${words(limit, allowed, before, others)})`;
  return { kind, type, sourceId: group, path, planned: count, recent, population, allowed, text };
}

/**
 * How the kinds of a plan are measured that are not held, for its rest if it stops in the middle. What an unfinished plan
 * before it was measured by stays.
 */
export function measure(plan: Judged, held: readonly GuardFinding[]): Measured[] {
  const following = tallyConsequences(plan.operations, plan.context);
  const heldKinds = new Set(held.map(({ kind, type, sourceId, path }) => JSON.stringify([kind, type, sourceId, path])));
  const measured = new Map(plan.begun.map((one) => [tallyKey(one), one]));
  for (const one of [...plan.planned, ...following]) {
    const { kind, type, evidence, group, path } = one;
    if (heldKinds.has(JSON.stringify([kind, type, group, path])) || (measures[kind].established === true && !plan.established)) continue;
    const key = tallyKey(one);
    const known = measured.get(key);
    const count = following.find((other) => tallyKey(other) === key)?.count ?? 0;
    measured.set(key, { kind, type, evidence, group, path, before: populationBefore(one, measures[kind], plan), following: Math.max(count, known?.following ?? 0) });
  }
  return [...measured.values()];
}

/** Whoever left by another way was there a day ago as well; and of a plan that is not finished, whoever was there when it began. */
function populationBefore(tally: Tally, measure: Measure, plan: Judged): number {
  return Math.max(measure.population(plan, tally) + sum(goneLately(tally, measure, plan)), begunWith(tally, plan)?.before ?? 0);
}

function goneLately({ kind, type, group, path }: Tally, { shrinks }: Measure, { recent }: Judged): readonly Tally[] {
  return shrinks ? recent.filter((one) => one.kind === kind && one.type === type && one.group === group && one.path === path) : [];
}

function begunWith(tally: Tally, { begun }: Judged): Measured | undefined {
  if (begun.length === 0) return undefined;
  const key = tallyKey(tally);
  return begun.find((one) => tallyKey(one) === key);
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
