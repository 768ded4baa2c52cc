import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inCurrentWords } from '../../../../src/adapters/lowdb/disk/earlier-state.ts';
import { readRecord } from '../../../../src/adapters/lowdb/disk/state-change.ts';

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

describe('A record as format 1 wrote it', () => {
  it('is read in the words of now', () => {
    const failed = { target: 'wiki', type: 'user', sourceId: 'a', cause: 'server', fingerprint: '', since: at };
    const learned = [{ setting: 'patch.style', value: 'path', at, because: 'HTTP 400' }];
    assert.deepEqual(
      readRecord([
        { kind: 'trouble', trouble: failed },
        { kind: 'trouble_over', target: 'wiki', sourceId: 'b' },
        { kind: 'notes', target: 'wiki', notes: { lessons: learned, evidence: { a: 1 } } },
        { kind: 'target', target: 'wiki', state: { pending: 0, rejectedPlan: '2ba102f94dbc' } },
        { kind: 'unlink', target: 'wiki', sourceId: 'c' },
      ]),
      [
        { kind: 'quarantine', quarantine: failed },
        { kind: 'quarantine_over', target: 'wiki', sourceId: 'b' },
        { kind: 'notes', target: 'wiki', notes: { learned, evidence: { a: 1 } } },
        { kind: 'target', target: 'wiki', state: { pending: 0, held: undefined, approvals: undefined } },
        { kind: 'unlink', target: 'wiki', sourceId: 'c' },
      ],
    );
  });
  it('is none when one of its changes is of no known kind', () => {
    assert.equal(readRecord([{ kind: 'unlink', target: 'wiki', sourceId: 'c' }, { kind: 'stretched' }]), undefined);
  });
});
