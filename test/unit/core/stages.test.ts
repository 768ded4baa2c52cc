import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { levels } from '../../../src/core/planning/stages.ts';

describe('levels', () => {
  it('puts a manager before the reports, and gives a circle no level', () => {
    const result = levels(new Map([['boss', []], ['lead', ['boss']], ['dev', ['lead', 'boss', 'stranger']], ['a', ['b']], ['b', ['a']], ['c', ['a']]]));
    assert.deepEqual([...result].sort(), [['boss', 0], ['dev', 2], ['lead', 1]]);
  });
});
