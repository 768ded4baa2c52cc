import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPaused, quarantineAfter } from '../../../src/cycle/quarantine/back-off.ts';
import type { QuarantineRecord } from '../../../src/ports/state-records.ts';

const now = Date.parse('2026-03-01T00:00:00Z');
const minute = 60_000;
const day = 24 * 60 * minute;

const failed = (cause: QuarantineRecord['cause'], fingerprint = 'same') =>
  ({ target: 'wiki', type: 'user', sourceId: 'a', cause, fingerprint }) as const;

/** The pauses after so many failures of the same kind. */
function pauses(cause: QuarantineRecord['cause'], times: number): number[] {
  const all: number[] = [];
  let quarantine: QuarantineRecord | undefined;
  for (let time = 0; time < times; time += 1) {
    quarantine = quarantineAfter(quarantine, failed(cause), now);
    all.push(Date.parse(quarantine.retryAt) - now);
  }
  return all;
}

describe('the pause after a failure', () => {
  it('starts with seconds for what failed on its way, and grows to a quarter of an hour', () => {
    const grown = pauses('transient', 12);
    assert.deepEqual(grown.slice(0, 3), [10_000, 20_000, 40_000]);
    assert.equal(grown.at(-1), 15 * minute);
  });

  it('starts with a minute for what was refused, and grows to a day', () => {
    const grown = pauses('rejected', 12);
    assert.deepEqual(grown.slice(0, 3), [minute, 4 * minute, 16 * minute]);
    assert.equal(grown.at(-1), day);
  });

  it('is a day for someone inactive whom the target does not have', () => {
    assert.deepEqual(pauses('inactive', 2), [day, day]);
  });

  it('counts from the first failure as long as the same was tried, and starts anew when the entry has changed', () => {
    const first = quarantineAfter(undefined, failed('rejected'), now);
    const second = quarantineAfter(first, failed('rejected'), now + minute);
    assert.deepEqual([second.since, second.attempts], [first.since, 2]);
    const other = quarantineAfter(second, failed('rejected', 'changed'), now + 2 * minute);
    assert.deepEqual([other.since, other.attempts], [new Date(now + 2 * minute).toISOString(), 1]);
  });

  it('lasts until its time is over, or what would be sent is something else', () => {
    const quarantine = quarantineAfter(undefined, failed('rejected'), now);
    assert.equal(isPaused(quarantine, 'same', now + minute - 1), true);
    assert.equal(isPaused(quarantine, 'same', now + minute), false);
    assert.equal(isPaused(quarantine, 'changed', now), false);
    assert.equal(isPaused(undefined, 'same', now), false);
  });

  it('does not outlive a wall clock that was set back by more than any pause lasts', () => {
    const quarantine = quarantineAfter(undefined, failed('rejected'), now);
    assert.equal(isPaused(quarantine, 'same', now - day), false);
    assert.equal(isPaused(quarantine, 'same', now - day + 2 * minute), true);
  });
});
