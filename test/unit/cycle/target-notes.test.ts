import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimTarget, TargetNotes } from '../../../src/ports/scim-target.ts';
import { until } from '../../support/until.ts';
import { cycleStage, person } from '../../support/cycle-stage.ts';

const five = ['p0', 'p1', 'p2', 'p3', 'p4'];
const spent = (requests: number): TargetNotes => ({
  learned: [],
  pace: { budgets: { '1000/3600s': [{ at: '2026-01-05T08:00:00.000Z', requests }] } },
});

describe('what a target wants noted', () => {
  it('is in the state before the next request leaves', async () => {
    const stage = cycleStage(
      five.map((id) => person(id)),
      { target: { concurrency: 1 } },
    );
    let sent = 0;
    let noted = 0;
    const seen: (number | undefined)[] = [];
    const target: ScimTarget = {
      ...stage.target,
      create: async (...call) => {
        seen.push((await stage.store.notes('wiki')).pace?.budgets['1000/3600s']?.[0]?.requests);
        sent += 1;
        return stage.target.create(...call);
      },
      newNotes: () => (sent === noted ? undefined : spent((noted = sent))),
    };
    const { report } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    assert.equal(report.result, 'success');
    assert.deepEqual(seen, [undefined, 1, 2, 3, 4]);
    assert.deepEqual(await stage.store.notes('wiki'), spent(5));
  });

  it('is in the state at once when it cannot wait: a pause, in which the process may end', async () => {
    const stage = cycleStage(five.map((id) => person(id)));
    let tell = (): void => undefined;
    const paused: TargetNotes = { learned: [], pace: { pausedUntil: '2026-01-05T09:00:00.000Z', budgets: {} } };
    const target: ScimTarget = {
      ...stage.target,
      onUrgentNotes: (listener) => void (tell = listener),
      newNotes: () => paused,
      create: () => (tell(), new Promise<never>(() => undefined)),
    };
    void stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    await until('the pause is noted', async () => (await stage.store.notes('wiki')).pace !== undefined);
  });

  it('is kept when the cycle fails, and given back to the next process', async () => {
    const stage = cycleStage(five.map((id) => person(id)));
    const paused: TargetNotes = { learned: [], pace: { pausedUntil: '2026-01-05T09:00:00.000Z', budgets: {} } };
    const restored: TargetNotes[] = [];
    const restore = (notes: TargetNotes): void => void restored.push(notes);
    const turned: ScimTarget = {
      ...stage.target,
      restore,
      inventory: () => Promise.resolve({ class: 'throttled', detail: 'not now' }),
      find: () => Promise.resolve({ class: 'throttled', detail: 'not now' }),
      probe: () => Promise.resolve({ kind: 'failed', failure: { class: 'throttled', detail: 'not now' } }),
      newNotes: () => paused,
    };
    const { report } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target: turned }) });
    assert.equal(report.result, 'error');
    assert.deepEqual(await stage.store.notes('wiki'), paused);
    const next: ScimTarget = { ...stage.target, restore };
    await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target: next }) });
    assert.deepEqual(restored, [{ learned: [] }, paused]);
  });
});
