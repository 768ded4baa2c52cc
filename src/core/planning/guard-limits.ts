import type { GuardFinding } from '../model/plan.ts';
import type { Judged, Measured } from './guard-input.ts';
import { whole } from '../wording/count.ts';
import { measures, type Measure } from './guard-measures.ts';
import type { Suspicion } from './guard-suspicion.ts';
import type { Limit } from './policy.ts';
import { tallyKey, type Tally } from './tally.ts';

/**
 * What is more than a limit allows, kind by kind, together with what was done in the last 24 hours.
 *
 * @param found by the rules: an update of which nothing is left but what is held already does not count as one
 */
export function findExcess(plan: Judged, found: readonly Suspicion[]): Suspicion[] {
  const excess = (planned: Tally): Suspicion[] => {
    const measurePlan = measures[planned.kind];
    const finding =
      planned.count === 0 || (measurePlan.established === true && !plan.established)
        ? undefined
        : compare(planned, measurePlan, plan);
    return finding === undefined
      ? []
      : [{ finding, selects: (part) => part.type === planned.type && measurePlan.counts(part, planned) }];
  };
  const others = plan.planned.filter(({ kind }) => kind !== 'updates').flatMap(excess);
  const updates = plan.planned
    .filter(({ kind }) => kind === 'updates')
    .map((one) => ({ ...one, count: one.count - heldUpdates(one, plan, [...found, ...others]) }));
  return [...others, ...updates.flatMap(excess)];
}

/** How many of what counts as updates of a type consist of what is held for another reason alone. */
function heldUpdates(tally: Tally, plan: Judged, found: readonly Suspicion[]): number {
  if (found.length === 0) return 0;
  const own = plan.parts.filter((part) => part.type === tally.type && measures.updates.counts(part, tally));
  return [...Map.groupBy(own, ({ operation }) => operation).values()].filter((parts) =>
    parts.every((part) => found.some(({ selects }) => selects(part))),
  ).length;
}

function compare(planned: Tally, measurePlan: Measure, plan: Judged): GuardFinding | undefined {
  const { kind, type, group, path, count } = planned;
  const recent = recentCount(planned, plan);
  const population = measurePlan.population(plan, planned);
  const limit = plan.limits[measurePlan.limit];
  const gone = goneLately(planned, measurePlan, plan);
  const before = populationBefore(planned, measurePlan, plan);
  const others = kind === 'removals' && planned.evidence === 'absence' ? saidInWords(planned, gone, before, plan) : 0;
  const allowed = allowance(limit, before, measurePlan.half, others);
  if (count + recent <= allowed) return undefined;
  const after = recent === 0 ? '' : `, after ${whole(recent)} in the last 24 hours`;
  const text = `${measurePlan.sentence(planned, population)}${after}; allowed ${allowed === 1 ? 'is' : 'are'} ${whole(allowed)} (${words(limit, allowed, before, others)})`;
  return {
    kind,
    type,
    evidence: planned.evidence,
    sourceId: group,
    path,
    planned: count,
    recent,
    population,
    before,
    allowed,
    text,
  };
}

/**
 * How the kinds of a plan are measured that are not held, for its rest if it stops in the middle. What an unfinished plan
 * before it was measured by stays.
 */
export function measurePlan(plan: Judged, held: readonly GuardFinding[]): Measured[] {
  const heldKinds = new Set(held.map(({ kind, type, sourceId, path }) => JSON.stringify([kind, type, sourceId, path])));
  const measured = new Map(plan.begun?.measured.map((one) => [tallyKey(one), one]));
  for (const one of plan.planned) {
    const { kind, type, evidence, group, path } = one;
    if (
      heldKinds.has(JSON.stringify([kind, type, group, path])) ||
      (measures[kind].established === true && !plan.established)
    )
      continue;
    measured.set(tallyKey(one), {
      kind,
      type,
      evidence,
      group,
      path,
      before: populationBefore(one, measures[kind], plan),
    });
  }
  return [...measured.values()];
}

/**
 * Whoever left by another way was there a day ago as well; and of a plan that is not finished, whoever was there when it
 * began. Where some are held already, it is no more than when they were.
 */
function populationBefore(tally: Tally, measurePlan: Measure, plan: Judged): number {
  const key = tallyKey(tally);
  const known = (some: readonly Measured[] = []) => some.find((one) => tallyKey(one) === key)?.before;
  const now = measurePlan.population(plan, tally) + sum(goneLately(tally, measurePlan, plan));
  return Math.min(Math.max(now, known(plan.begun?.measured) ?? 0), known(plan.standing.measured) ?? Infinity);
}

function goneLately({ kind, type, group, path }: Tally, { shrinks }: Measure, { recent }: Judged): readonly Tally[] {
  return shrinks
    ? recent.filter((one) => one.kind === kind && one.type === type && one.group === group && one.path === path)
    : [];
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
  return others > 0
    ? `${share}, but no more than half, with ${others} by the directory's word`
    : `${share}, but no more than half of ${whole(population)}`;
}
