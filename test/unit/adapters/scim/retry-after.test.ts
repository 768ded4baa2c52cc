import assert from 'node:assert/strict';
import { it } from 'node:test';
import { retryAfterMilliseconds } from '../../../../src/adapters/scim/rate-limit/retry-after.ts';

const now = Date.UTC(2026, 10, 24, 12);

it('reads Retry-After as seconds or as a date, and takes nonsense for nothing', () => {
  const cases: readonly (readonly [string | undefined, number | undefined])[] = [
    ['7', 7000],
    [' 0 ', 0],
    ['1.5', 1500],
    ['99999999999999999999', Number.MAX_SAFE_INTEGER],
    ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
    ['Tuesday, 24-Nov-26 12:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['Tue', undefined],
    ['2026-11-24', undefined],
  ];
  for (const [header, expected] of cases)
    assert.equal(retryAfterMilliseconds(header, undefined, now), expected, String(header));
});

it('takes a date by the clock of the target that sent it', () => {
  const until = 'Tue, 24 Nov 2026 12:00:30 GMT';
  assert.equal(retryAfterMilliseconds(until, 'Tue, 24 Nov 2026 12:00:20 GMT', now + 3_600_000), 10_000);
  assert.equal(retryAfterMilliseconds(until, 'nonsense', now), 30_000);
  assert.equal(retryAfterMilliseconds('5', 'Tue, 24 Nov 2026 12:00:20 GMT', now), 5000);
});
