import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gapBetween, longestInterval, seenSince, standingGaps } from '../../../../src/core/planning/seen-time.ts';
import { day, now } from '../../../support/plan-input.ts';

const at = (days: number) => now + days * day;
const iso = (days: number) => new Date(at(days)).toISOString();
const longest = longestInterval(30 * day);

describe('time that was seen to pass', () => {
  it("is the clock's own while somebody looks at it often enough", () => {
    assert.equal(gapBetween(iso(0), at(7), undefined, longest), undefined);
    assert.equal(seenSince(at(-3), at(4), []), 7 * day);
  });
  it('does not leap with the clock', () => {
    const gap = gapBetween(iso(0), at(60), undefined, longest);
    assert.deepEqual(gap, { from: iso(0), to: iso(60), missing: 52 * day });
    assert.equal(seenSince(at(-20), at(60), [gap]), 28 * day);
    // Whoever left after the leap has nothing to do with it, and whoever left while the clock was slow has not been away since.
    assert.equal(seenSince(at(61), at(62), [gap]), day);
    assert.equal(seenSince(at(-1), at(60), [gap]), 9 * day);
  });
  it('is what one process measured, where it did', () => {
    assert.deepEqual(gapBetween(iso(0), at(3), 60_000, longest)?.missing, 3 * day - 60_000);
    assert.equal(gapBetween(iso(0), at(0) + 90_000, 60_000, longest), undefined);
  });
  it('is no more than somebody allows', () => {
    assert.equal(longestInterval(30 * day, day / 2), day / 2);
    assert.equal(longestInterval(4 * day, 3 * day), 2 * day);
    assert.deepEqual(gapBetween(iso(0), at(2), undefined, longestInterval(30 * day, day))?.missing, day);
  });
  it('is no more than half of a short time to come back, and a look a day is always believed', () => {
    assert.equal(longestInterval(4 * day), 2 * day);
    assert.ok(longestInterval(day) > day);
    assert.equal(longestInterval(undefined), 8 * day);
  });
  it('goes back with the clock, and makes no gap', () => {
    assert.equal(gapBetween(iso(0), at(-60), undefined, longest), undefined);
    assert.ok(seenSince(at(0), at(-60), []) < 0);
  });
  it('forgets gaps that concern nobody any more', () => {
    const gap = { from: iso(0), to: iso(60), missing: 52 * day };
    assert.deepEqual(standingGaps([gap], at(70), 30 * day), [gap]);
    assert.deepEqual(standingGaps([gap], at(91), 30 * day), []);
  });
});
