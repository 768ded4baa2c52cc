import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingMembers } from '../../../../src/core/model/missing-members.ts';

const member = (id: string, active: boolean, shown: boolean) => ({ id, active, shown });

describe('who is missing from a group that shows its members', () => {
  it('is nobody who was switched off, where all others are there: some targets take them out', () => {
    assert.deepEqual(missingMembers([member('ada', true, true), member('ben', false, false)]), []);
  });

  it('is whoever was switched off, too, when active ones went with them', () => {
    assert.deepEqual(
      missingMembers([member('ada', true, false), member('ben', false, false), member('cy', true, true)]),
      ['ada', 'ben'],
    );
  });

  it('is whoever was switched off, when another one who was is shown', () => {
    assert.deepEqual(
      missingMembers([member('ada', true, true), member('ben', false, false), member('cy', false, true)]),
      ['ben'],
    );
  });

  it('is whoever is not shown, when the target takes out others with those who leave', () => {
    assert.deepEqual(missingMembers([member('ada', true, true), member('ben', false, false)], true), ['ben']);
  });
});
