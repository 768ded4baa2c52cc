import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTrialBar } from '../../../src/cli/trial-bar.ts';

it('says without a terminal how far the trials are, when ten seconds have passed, also within one long trial', () => {
  let now = 0;
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const bar = createTrialBar({ interactive: false, note }, { monotonic: () => now });
  bar.start(4);
  bar.step('Access');
  now = 9_000;
  bar.step('Users');
  now = 12_000;
  bar.step('Groups');
  now = 15_000;
  bar.step('Members');
  for (now = 16_000; now <= 40_000; now += 1_000) bar.request();
  bar.stop();
  assert.deepEqual(lines, [
    'trying 3 of 4: Groups, 0 requests so far',
    'trying 4 of 4: Members, 7 requests so far',
    'trying 4 of 4: Members, 17 requests so far',
  ]);
});
