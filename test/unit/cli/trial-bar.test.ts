import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTrialBar } from '../../../src/cli/trial-bar.ts';

it('says without a terminal how far the trials are, when ten seconds have passed', () => {
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
  bar.stop();
  assert.deepEqual(lines, ['trying 3 of 4: Groups']);
});
