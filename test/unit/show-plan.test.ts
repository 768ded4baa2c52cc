import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eachOnce } from '../../src/cli/show-plan.ts';

describe('the reasons of a hold', () => {
  it('are said once each, however many groups they are about', () => {
    assert.deepEqual(eachOnce(['8 of 8 leave', '9 of 9 leave', '8 of 8 leave']), [
      '8 of 8 leave (2 times)',
      '9 of 9 leave',
    ]);
  });
});
