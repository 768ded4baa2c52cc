import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durationText } from '../../../src/cli/words.ts';

describe('how long something took, or how long ago it was', () => {
  it('is said in the two units that a person would take', () => {
    const second = 1_000;
    const minute = 60 * second;
    const hour = 60 * minute;
    const day = 24 * hour;
    assert.deepEqual(
      [350, 2_100, 3 * minute + 20 * second, hour - 1, 5 * hour + 2 * minute, day - 1, 40 * day + 3 * hour].map(
        durationText,
      ),
      ['350 ms', '2.1 s', '3 min 20 s', '1 h 0 min', '5 h 2 min', '1 d 0 h', '40 d 3 h'],
    );
  });
});
