import type { RateBudget } from '../../../core/dialect/dialect.ts';
import type { Spending } from '../../../ports/scim-target.ts';
import type { ScimRequest } from '../shared/message.ts';

/** What a target allows in a time, and what of it is used. Times are milliseconds of one monotonic clock. */
export interface Budget {
  /** Its name in notes: `1000/3600s POST users`. */
  readonly name: string;
  counts(request: Pick<ScimRequest, 'method' | 'path'>): boolean;
  /** How long one more request has to wait; 0 when there is room. */
  wait(now: number): number;
  spend(now: number): void;
  /** True when what was noted last no longer covers what was sent. Budgets of a few seconds are never noted. */
  isNoteDue(): boolean;
  /** What still counts, and a little ahead of it. */
  note(now: number): readonly Spending<number>[];
  restore(spendings: readonly Spending<number>[], now: number): void;
}

/** A window is remembered in so many pieces; a piece counts until all of it is past. */
const pieces = 50;
/** So much of a budget is noted before it is spent. */
const ahead = 1 / 20;
/** A budget of less is full again before a process is back. */
const shortestNoted = 10;
/** Sums of fractions miss a moment by less than this. */
const roundingError = 1e-3;

/**
 * At most `requests` in any window of `perSeconds`, wherever it begins: that is safe however the vendor counts, in fixed
 * windows, sliding ones or buckets, where a bucket on our side would send up to twice as many. Beside it `burst` is a
 * bucket (GCRA, as ITU-T I.371 describes it): so many at once, the rest evenly spread; a burst of 1 needs no window.
 *
 * A crash between two notes loses nothing: a note counts the next twentieth of the budget as if it were spent, and
 * another one is due when half of that is, or when it would be forgotten too early: a request that is spent long after the
 * note counts for longer than the note says. So a restart wastes at most that twentieth, for a fiftieth of the time more.
 */
export function createBudget(rate: RateBudget): Budget {
  const { requests, perSeconds } = rate;
  const period = perSeconds * 1000;
  const interval = period / requests;
  const burst = Math.max(1, Math.min(rate.burst ?? requests, requests));
  const most = burst > 1 ? Math.floor(requests) : Infinity;
  const isSpread = burst === 1 || burst < requests;
  const step = Math.max(1, Math.ceil(requests * ahead));
  const window = createWindow(period);
  /** When the bucket would be full again, but for the last request (GCRA: theoretical arrival time). */
  let arrival = -Infinity;
  let covered = 0;
  let uncovered = 0;
  /** A note counts what it has ahead as spent at this time: what is spent later leaves the window later. */
  let coveredUntil = -Infinity;
  let lastSpent = -Infinity;

  const add = (at: number, count: number): void => {
    window.add(at, count);
    arrival = Math.max(arrival, at) + count * interval;
  };
  return {
    name: nameOf(rate),
    counts: (request) =>
      (rate.methods?.includes(request.method) ?? true) &&
      (rate.resource === undefined || isAbout(rate.resource, request.path)),
    wait(now) {
      window.forget(now);
      const untilRoom = window.sum() < most ? 0 : (window.spent[0]?.at ?? now) + period - now;
      const wait = Math.max(untilRoom, isSpread ? arrival - (burst - 1) * interval - now : 0);
      return wait < roundingError ? 0 : wait;
    },
    spend(now) {
      add(now, 1);
      uncovered += 1;
      lastSpent = now;
    },
    isNoteDue: () =>
      perSeconds >= shortestNoted && uncovered > 0 && (uncovered * 2 > covered || lastSpent > coveredUntil),
    note(now) {
      if (perSeconds < shortestNoted) return [];
      window.forget(now);
      covered = step;
      uncovered = 0;
      coveredUntil = now + period / pieces;
      return [
        ...window.spent.map((piece) => ({ at: piece.at, requests: piece.requests })),
        { at: coveredUntil, requests: step },
      ];
    },
    restore(spendings, now) {
      for (const { at, requests: count } of spendings.toSorted((a, b) => a.at - b.at)) add(Math.min(at, now), count);
      window.forget(now);
    },
  };
}

/** A piece of a window: its first request, its last one, and how many they are. */
interface Piece {
  since: number;
  at: number;
  requests: number;
}

/** What was spent in the last `period` milliseconds, in pieces, the oldest first. */
interface Window {
  readonly spent: readonly Readonly<Piece>[];
  readonly sum: () => number;
  readonly add: (at: number, count: number) => void;
  /** What is past counts no longer. */
  readonly forget: (now: number) => void;
}

function createWindow(period: number): Window {
  const spent: Piece[] = [];
  let sum = 0;
  return {
    spent,
    sum: () => sum,
    add(at, count) {
      const last = spent.at(-1);
      if (last !== undefined && at - last.since < period / pieces)
        Object.assign(last, { at, requests: last.requests + count });
      else spent.push({ since: at, at, requests: count });
      sum += count;
    },
    forget(now) {
      for (let first = spent[0]; first !== undefined && first.at + period <= now; first = spent[0]) {
        sum -= first.requests;
        spent.shift();
      }
    },
  };
}

function nameOf({ requests, perSeconds, methods, resource }: RateBudget): string {
  return [`${requests}/${perSeconds}s`, methods?.join(','), resource].filter((part) => part !== undefined).join(' ');
}

function isAbout(resource: 'users' | 'groups', path: string): boolean {
  return new RegExp(`^/${resource}(?:[/?]|$)`, 'i').test(path);
}
