import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createBudget } from '../../../../src/adapters/scim/rate-limit/budget.ts';
import type { RateBudget } from '../../../../src/core/dialect/dialect.ts';
import type { Spending } from '../../../../src/ports/scim-target.ts';

const hourly: RateBudget = { requests: 1000, perSeconds: 3600 };

/** Sends as early as the budget allows, each request not before its arrival; when each left. */
function serve(rate: RateBudget, arrivals: readonly number[]): number[] {
  const budget = createBudget(rate);
  let now = 0;
  return arrivals.map((arrival) => {
    now = Math.max(now, arrival);
    now += budget.wait(now);
    budget.spend(now);
    return now;
  });
}

/** The most in any window of a length, beginnings included, ends not. */
function mostIn(times: readonly number[], length: number): number {
  let first = 0;
  return times.reduce((most, time, index) => {
    while ((times[first] ?? 0) <= time - length + 0.01) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

describe('a budget', () => {
  it('lets no window see more than it allows, however requests arrive, and lets everybody go in the end', () => {
    const rates = fc.record({
      requests: fc.integer({ min: 1, max: 60 }),
      perSeconds: fc.constantFrom(1, 30, 3600),
      burst: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    });
    const gaps = fc.array(
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 100_000 })),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(rates, gaps, (rate, between) => {
        let at = 0;
        const left = serve(
          rate,
          between.map((gap) => (at += gap)),
        );
        const period = rate.perSeconds * 1000;
        assert.ok(left.every(Number.isFinite));
        assert.ok(mostIn(left, period) <= rate.requests, `${mostIn(left, period)} in a window`);
        const burst = Math.min(rate.burst ?? rate.requests, rate.requests);
        assert.ok(mostIn(left, period / rate.requests) <= burst, 'more than the burst at once');
        assert.ok(
          (left.at(-1) ?? 0) <= at + (Math.ceil(left.length / rate.requests) + 1) * period * 1.02,
          'slower than it has to be',
        );
      }),
    );
  });

  it('gives the whole of it at once, unless a burst is named', () => {
    assert.deepEqual(serve({ requests: 3, perSeconds: 30 }, [0, 0, 0, 0]), [0, 0, 0, 30_000]);
    assert.deepEqual(serve({ requests: 3, perSeconds: 30, burst: 2 }, [0, 0, 0, 0]), [0, 0, 10_000, 30_000]);
    assert.deepEqual(serve({ requests: 3, perSeconds: 30, burst: 1 }, [0, 0, 0, 0]), [0, 10_000, 20_000, 30_000]);
    assert.deepEqual(serve({ requests: 1, perSeconds: 2, burst: 1 }, [0, 0, 0]), [0, 2000, 4000]);
    assert.deepEqual(serve({ requests: 2.5, perSeconds: 1, burst: 1 }, [0, 0, 0]), [0, 400, 800]);
  });

  it('counts the requests that it is about', () => {
    const budget = createBudget({ ...hourly, methods: ['POST', 'PUT'], resource: 'users' });
    assert.equal(budget.name, '1000/3600s POST,PUT users');
    assert.equal(budget.counts({ method: 'POST', path: '/Users' }), true);
    assert.equal(budget.counts({ method: 'PUT', path: '/Users/1' }), true);
    assert.equal(budget.counts({ method: 'GET', path: '/Users?filter=x' }), false);
    assert.equal(budget.counts({ method: 'POST', path: '/Groups' }), false);
    assert.equal(createBudget(hourly).counts({ method: 'DELETE', path: '/Groups/1' }), true);
  });

  it('is not overspent by a process that dies between two notes, and little is wasted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 5_000_000 }), (count, later) => {
        const budget = createBudget(hourly);
        let noted: readonly Spending<number>[] = [];
        const sent: number[] = [];
        let now = 0;
        for (let index = 0; index < count; index += 1) {
          now += budget.wait(now) + 1;
          budget.spend(now);
          sent.push(now);
          if (budget.isNoteDue()) noted = budget.note(now);
        }
        const next = createBudget(hourly);
        next.restore(noted, now + later);
        let left = 0;
        while (next.wait(now + later) === 0) {
          next.spend(now + later);
          left += 1;
        }
        const counted = sent.filter((at) => at > now + later - 3_600_000).length;
        assert.ok(counted + left <= 1000, `${counted} and ${left}`);
        assert.ok(counted + left >= 1000 - 50 - 1000 / 20, `${counted} and ${left}`);
      }),
      {
        numRuns: 30,
        examples: [
          [1001, 0],
          [1001, 3_599_000],
          [1013, 0],
          [1025, 71_000],
        ],
      },
    );
  });

  it('of a few seconds is over before a process is back, and never noted', () => {
    const budget = createBudget({ requests: 5, perSeconds: 1 });
    budget.spend(0);
    assert.equal(budget.isNoteDue(), false);
    assert.deepEqual(budget.note(0), []);
  });

  it('takes notes from the future of a clock that was set back as spent just now', () => {
    const budget = createBudget({ requests: 2, perSeconds: 60 });
    budget.restore([{ at: 1e12, requests: 2 }], 0);
    assert.equal(budget.wait(0), 60_000);
  });
});
