import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { strangerId } from '../../../../src/core/model/stranger.ts';
import { compareMembers, type MembersCompared } from '../../../../src/core/verify/compare-members.ts';

/** A group of a, b and c, of whom each has the account in capitals. */
const compare = (shown: readonly string[], more: Partial<MembersCompared> = {}) =>
  compareMembers({
    wanted: new Set(['a', 'b', 'c']),
    acknowledged: new Set(['a', 'b', 'c']),
    unsettled: new Set(),
    shown,
    owners: new Map(['a', 'b', 'c', 'd', 'e'].map((id) => [id.toUpperCase(), id])),
    lifecycleOf: (id) => (id === 'lost' ? 'lost' : 'active'),
    isInScope: (id) => id !== 'unseen',
    strangersLeave: false,
    ...more,
  });
const equal = { left: [], joined: [], strangers: [], foreign: 0, waits: false };
const waiting = { ...equal, waits: true };

describe('the members of a group', () => {
  it('are as they should be in any order, however often each is shown', () => {
    assert.deepEqual(compare(['C', 'A', 'B', 'A']), equal);
  });

  it('differ by who was taken out and who was put in', () => {
    assert.deepEqual(compare(['A', 'D']), { ...equal, left: ['b', 'c'], joined: ['d'] });
  });

  it('are no drift where the next cycle changes them anyway', () => {
    assert.deepEqual(compare(['A', 'B', 'C'], { wanted: new Set(['a', 'b']) }), waiting);
    assert.deepEqual(compare(['A', 'B', 'C'], { wanted: new Set(['a', 'b', 'c', 'd']) }), waiting);
    assert.deepEqual(compare(['A', 'B'], { unsettled: new Set(['c']) }), waiting);
    assert.deepEqual(compare(['A', 'B', 'C', 'D'], { unsettled: new Set(['d']) }), waiting);
  });

  it('wait for nobody whom the target does not have, or whom the directory does not show', () => {
    assert.deepEqual(compare(['A', 'B', 'C'], { wanted: new Set(['a', 'b', 'c', 'lost']) }), equal);
    assert.deepEqual(compare(['A', 'B', 'C'], { acknowledged: new Set(['a', 'b', 'c', 'unseen']) }), equal);
  });

  it('do not miss those who are switched off, at a target that takes them out of its groups', () => {
    const lifecycleOf = (id: string) => (id === 'c' ? 'deactivated' : 'active');
    assert.deepEqual(compare(['A', 'B'], { lifecycleOf }), equal);
    assert.deepEqual(compare(['A'], { lifecycleOf }).left, ['b', 'c']);
  });

  it('are counted where they are foreign, and drift where strangers leave', () => {
    assert.deepEqual(compare(['A', 'B', 'C', 'X']), { ...equal, foreign: 1 });
    assert.deepEqual(compare(['A', 'B', 'C', 'X'], { strangersLeave: true }), { ...equal, strangers: ['X'] });
    const acknowledged = new Set(['a', 'b', 'c', strangerId('X'), strangerId('D')]);
    assert.deepEqual(compare(['A', 'B', 'C', 'X', 'D'], { strangersLeave: true, acknowledged }), waiting);
  });
});
