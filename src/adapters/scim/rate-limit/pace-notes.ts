import type { Clock } from '../../../ports/clock.ts';
import type { PaceNotes, TargetNotes } from '../../../ports/scim-target.ts';
import type { Budget } from './budget.ts';
import type { Pause } from './pause.ts';

/* Budgets and a pause as they survive a restart: by the wall clock, because a monotonic one begins anew. */

type Times = Pick<Clock, 'now' | 'monotonic'>;

export function notePace(budgets: readonly Budget[], pause: Pause, clock: Times): Pick<TargetNotes, 'pace'> {
  const now = clock.monotonic();
  const isoOf = (at: number): string => new Date(clock.now() - now + at).toISOString();
  const noted = budgets.map(
    (budget) => [budget.name, budget.note(now).map(({ at, requests }) => ({ at: isoOf(at), requests }))] as const,
  );
  const spent = noted.filter(([, spendings]) => spendings.length > 0);
  const pausedUntil = pause.askedUntil() > now ? isoOf(Math.min(pause.askedUntil(), now + longestNoted)) : undefined;
  return spent.length === 0 && pausedUntil === undefined
    ? {}
    : { pace: { budgets: Object.fromEntries(spent), pausedUntil } };
}

/** Dates end somewhere, and numbers of seconds do not. */
const longestNoted = 366 * 24 * 60 * 60_000;

export function restorePace(
  { budgets: noted, pausedUntil }: PaceNotes,
  budgets: readonly Budget[],
  pause: Pause,
  clock: Times,
): void {
  const now = clock.monotonic();
  const monotonicOf = (iso: string): number => Date.parse(iso) - clock.now() + now;
  for (const budget of budgets) {
    const spendings = (noted[budget.name] ?? []).map(({ at, requests }) => ({ at: monotonicOf(at), requests }));
    budget.restore(spendings, now);
  }
  if (pausedUntil !== undefined) pause.resume(monotonicOf(pausedUntil));
}
