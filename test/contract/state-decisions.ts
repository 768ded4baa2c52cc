import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BridgeError } from '../../src/core/model/errors.ts';
import type { Decision } from '../../src/ports/decisions.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import type { StateFixture } from './state-store.ts';

/** What a state must do with what people decided. */
export function decisionsContract(name: string, makeFixture: () => Promise<StateFixture>): void {
  describe(`${name} and decisions`, () => {
    let fixture: StateFixture;
    let store: StateStore;
    before(async () => {
      fixture = await makeFixture();
      store = await fixture.open();
    });
    after(async () => {
      await store.close();
      await fixture.dispose();
    });
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await fixture.open();
    };

    it('keeps decisions by target, oldest first, the last word about a hold, until they are taken out', async () => {
      const [early, late] = ['2026-11-01T00:00:00.000Z', '2026-11-03T00:00:00.000Z'];
      const by = { via: 'shell', user: 'root' } as const;
      const left = async (): Promise<unknown[]> =>
        (await store.decisions()).waiting.map((one) =>
          Object.fromEntries(Object.entries(one).filter(([name]) => name !== 'key')),
        );
      const push: Decision = {
        target: 'chat',
        holdId: 'push-1',
        decision: 'push',
        at: late,
        by,
        operations: [{ verb: 'deactivate', type: 'user', sourceId: 'a' }],
      };
      await store.decide({ target: 'wiki', holdId: 'hold-2', decision: 'approve', at: '2026-11-02T00:00:00.000Z' });
      await store.decide({ target: 'wiki', holdId: 'hold-1', decision: 'approve', at: late });
      await store.decide({ target: 'chat', holdId: 'hold-1', decision: 'approve', at: early, by, early: true });
      // A clock that was set back meanwhile makes the last word no earlier one.
      await store.decide({ target: 'wiki', holdId: 'hold-1', decision: 'reject', at: early, by });
      await store.decide(push);
      await reopen();
      const [first, second, third] = [
        { target: 'chat', holdId: 'hold-1', decision: 'approve', at: early, by, early: true },
        { target: 'wiki', holdId: 'hold-1', decision: 'reject', at: early, by },
        { target: 'wiki', holdId: 'hold-2', decision: 'approve', at: '2026-11-02T00:00:00.000Z' },
      ];
      const ofLate = [push];
      const found = await left();
      assert.deepEqual([new Set(found.slice(0, 2)), found.slice(2)], [new Set([first, second]), [third, ...ofLate]]);
      for (const { key } of (await store.decisions()).waiting) await store.removeDecision(key);
      await store.removeDecision('never-there');
      assert.deepEqual(await left(), []);
    });

    it('takes out one decision, and no later one about the same hold', async () => {
      const decision = {
        target: 'wiki',
        holdId: 'hold-1',
        decision: 'approve',
        at: '2026-11-01T00:00:00.000Z',
      } as const;
      await store.decide(decision);
      const {
        waiting: [seen],
      } = await store.decisions();
      await store.decide({ ...decision, decision: 'reject', at: '2026-11-01T00:00:01.000Z' });
      await store.removeDecision(seen?.key ?? '');
      const { waiting } = await store.decisions();
      assert.deepEqual(
        waiting.map((one) => one.decision),
        ['reject'],
      );
      for (const { key } of waiting) await store.removeDecision(key);
    });

    it('takes no decision about what cannot be a hold', async () => {
      for (const holdId of ['', '../escape', 'a/b', 'x'.repeat(100)]) {
        await assert.rejects(
          store.decide({ target: 'wiki', holdId, decision: 'approve', at: '2026-11-02T00:00:00.000Z' }),
          (error: unknown) => error instanceof BridgeError && error.code === 'D2S_PLAN_NOT_HELD',
        );
      }
    });
  });
}
