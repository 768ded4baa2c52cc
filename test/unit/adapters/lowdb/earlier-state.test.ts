import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inCurrentWords } from '../../../../src/adapters/lowdb/earlier-state.ts';

const at = '2026-11-01T00:00:00.000Z';
const operations = [{ verb: 'deactivate', type: 'user', sourceId: 'a' } as const];

describe('The state of a target as earlier versions wrote it', () => {
  it('keeps what is held, and the approval that is under way', () => {
    const old = {
      pending: 3,
      held: { planId: '2ba102f94dbc', since: at, findings: [], operations },
      approval: { planId: '753153242136', at, operations },
    };
    assert.deepEqual(inCurrentWords(old), {
      pending: 3,
      held: { holdId: '2ba102f94dbc', since: at, findings: [], operations },
      approvals: [{ holdId: '753153242136', at, operations }],
    });
  });
  it('has forgotten a rejection of which only the id was known: it is held again', () => {
    assert.deepEqual(inCurrentWords({ pending: 1, lastCycleAt: at, rejectedPlan: '2ba102f94dbc' }), {
      pending: 1,
      lastCycleAt: at,
      held: undefined,
      approvals: undefined,
    });
  });
  it('is left alone where it is in the words of now', () => {
    const state = {
      pending: 0,
      held: { holdId: 'hold-2ba102f94dbc', since: at, findings: [], operations },
      rejections: [{ holdId: 'hold-753153242136', at, operations }],
    };
    assert.equal(inCurrentWords(state), state);
  });
});
