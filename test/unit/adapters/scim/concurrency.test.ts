import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createConcurrency,
  type Concurrency,
  type Ending,
} from '../../../../src/adapters/scim/rate-limit/concurrency.ts';

/** One round trip: as many requests as the limit allows, all of which end the same way. */
function round(concurrency: Concurrency, milliseconds: number, ending: Ending = 'answered', kind = 'POST Users'): void {
  const { limit, fallen } = concurrency;
  for (let index = 0; index < limit; index += 1) concurrency.ended(ending, { kind, milliseconds, fallen }, true);
}

function limits(concurrency: Concurrency, rounds: number, milliseconds: (limit: number) => number): number[] {
  return Array.from({ length: rounds }, () => {
    round(concurrency, milliseconds(concurrency.limit));
    return concurrency.limit;
  });
}

describe('the number in flight', () => {
  it('begins moderately and doubles in a round trip while latency stays flat, up to the most', () => {
    const concurrency = createConcurrency(32);
    assert.equal(concurrency.limit, 8);
    assert.deepEqual(
      limits(concurrency, 3, () => 100),
      [16, 32, 32],
    );
  });

  it('never goes above what is configured', () => {
    const concurrency = createConcurrency(3);
    assert.deepEqual(
      limits(concurrency, 2, () => 5),
      [3, 3],
    );
  });

  it('does not grow while it is not used', () => {
    const concurrency = createConcurrency(32);
    for (let index = 0; index < 100; index += 1)
      concurrency.ended('answered', { kind: 'GET Users', milliseconds: 5, fallen: 0 }, false);
    assert.equal(concurrency.limit, 8);
  });

  it('is halved by failures, once for all that were in flight, and then grows by one a round trip', () => {
    const concurrency = createConcurrency(32);
    limits(concurrency, 2, () => 100);
    round(concurrency, 100, 'failed');
    assert.equal(concurrency.limit, 16);
    assert.deepEqual(
      limits(concurrency, 3, () => 100),
      [16, 17, 18],
    );
  });

  it('begins again with one when it is turned away, and doubles to half of what was too much', () => {
    const concurrency = createConcurrency(32);
    limits(concurrency, 2, () => 100);
    round(concurrency, 100, 'turned_away');
    assert.deepEqual([concurrency.limit, ...limits(concurrency, 5, () => 100)], [1, 2, 4, 8, 16, 16]);
  });

  it('falls to what a server takes that only gets slower, and stays above four', () => {
    const concurrency = createConcurrency(32);
    const capacity = 8;
    const seen = limits(concurrency, 60, (limit) => 50 * Math.max(1, (limit / capacity) ** 2));
    assert.ok(Math.max(...seen.slice(-20)) <= 2 * capacity, seen.join(' '));
    assert.ok(Math.min(...seen) >= 4, seen.join(' '));
  });

  it('takes for usual what a target does at its best, should it have become slower', () => {
    const concurrency = createConcurrency(32);
    limits(concurrency, 5, () => 20);
    const seen = limits(concurrency, 60, () => 200);
    assert.equal(Math.min(...seen), 4);
    assert.equal(seen.at(-1), 32);
  });

  it('takes each kind of request by what is usual for it', () => {
    const concurrency = createConcurrency(32);
    limits(concurrency, 5, () => 20);
    for (let index = 0; index < 5; index += 1) round(concurrency, 900, 'answered', 'PATCH Groups');
    assert.equal(concurrency.limit, 32);
  });

  it('is not moved by what we gave up ourselves', () => {
    const concurrency = createConcurrency(32);
    round(concurrency, 60_000, 'given_up');
    assert.equal(concurrency.limit, 8);
  });
});
