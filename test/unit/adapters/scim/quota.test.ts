import assert from 'node:assert/strict';
import { it } from 'node:test';
import { quotaOf, type QuotaHeaders } from '../../../../src/adapters/scim/rate-limit/quota.ts';

const now = Date.UTC(2026, 10, 24, 12);
const epoch = now / 1000;

it('reads what is left and until when from every form of the headers', () => {
  const cases: readonly (readonly [QuotaHeaders, number, number])[] = [
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '50' }, 0, 50_000],
    [{ 'x-ratelimit-remaining': '12', 'x-ratelimit-reset': `${epoch + 90}` }, 12, 90_000], // GitHub
    [{ 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': '7' }, 3, 7000], // ConfigCat
    [{ 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': `${epoch - 5}` }, 3, 0],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${now + 1500}` }, 0, 1500],
    [{ ratelimit: 'limit=100, remaining=50, reset=30' }, 50, 30_000],
    [{ ratelimit: '"default";r=50;t=30' }, 50, 30_000],
    [{ ratelimit: '"burst";r=9;t=1, "a, b";r=2;t=1800;pk=:aGk=:' }, 2, 1_800_000],
    [{ ratelimit: '"hour";r=40;t=60', 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '5' }, 7, 5000],
  ];
  for (const [headers, left, resetMilliseconds] of cases) {
    assert.deepEqual(quotaOf(headers, undefined, now), { left, resetMilliseconds }, JSON.stringify(headers));
  }
});

it('takes an epoch by the clock of the target that sent it', () => {
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${epoch + 60}` };
  assert.deepEqual(quotaOf(headers, new Date(now + 40_000).toUTCString(), now - 3_600_000), {
    left: 0,
    resetMilliseconds: 20_000,
  });
});

it('takes nonsense for nothing', () => {
  const cases: readonly QuotaHeaders[] = [
    {},
    { 'x-ratelimit-remaining': '0' },
    { 'x-ratelimit-reset': '60' },
    { 'x-ratelimit-remaining': 'none', 'x-ratelimit-reset': '60' },
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '-1' },
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '900000' }, // ten days
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'Tue' },
    { ratelimit: '"default";r=50' },
    { ratelimit: ';;;' },
  ];
  for (const headers of cases) assert.equal(quotaOf(headers, undefined, now), undefined, JSON.stringify(headers));
});
