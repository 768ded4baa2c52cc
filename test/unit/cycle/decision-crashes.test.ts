import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StateStore } from '../../../src/ports/state-store.ts';
import { operationsOf } from '../../support/cycle-stage.ts';
import {
  applied,
  by,
  comeBack,
  decide,
  held,
  leave,
  loaded,
  waiting,
  type Stage,
} from '../../support/decision-stage.ts';

describe('decisions and crashes', () => {
  /** A cycle of a process that ends with this record, before or after it is durable. */
  async function dieAt(
    stage: Stage,
    isLast: (kinds: readonly string[], number: number) => boolean,
    when: 'before' | 'after',
  ): Promise<void> {
    const death = Promise.withResolvers<undefined>();
    let number = 0;
    let dead = false;
    const never = new Promise<never>(() => undefined);
    const store: StateStore = {
      ...stage.store,
      record: async (changes) => {
        if (dead) return never;
        number += 1;
        if (
          !isLast(
            changes.map(({ kind }) => kind),
            number,
          )
        )
          return stage.store.record(changes);
        dead = true;
        if (when === 'after') await stage.store.record(changes);
        death.resolve(undefined);
        return never;
      },
      removeDecision: (key) => (dead ? never : stage.store.removeDecision(key)),
    };
    await Promise.race([stage.cycle({ store }), death.promise]);
    assert.ok(dead, 'it came as far');
  }

  for (const when of ['before', 'after'] as const) {
    it(`lose no approval when the process ends ${when} it is recorded, and use it once`, async () => {
      const stage = await loaded();
      await decide(stage, await held(stage, 'a', 'b', 'c'), 'approve');
      await dieAt(stage, (kinds) => kinds.includes('target'), when);
      assert.deepEqual(
        [(await waiting(stage)).length, stage.target.users().some((user) => user['active'] === false)],
        [1, false],
      );
      assert.deepEqual([applied((await stage.cycle()).report).length, await waiting(stage)], [3, []]);
      comeBack(stage, 'a', 'b', 'c');
      await stage.cycle();
      assert.equal((await held(stage, 'a', 'b', 'c')) === '', false);
    });
  }

  it('never use an approval twice, though its file outlived the process that used it', async () => {
    const stage = await loaded();
    const holdId = await held(stage, 'a', 'b', 'c');
    await decide(stage, holdId, 'approve');
    const stuck = { ...stage.store, removeDecision: () => Promise.reject(new Error('read-only')) };
    assert.equal(applied((await stage.cycle({ store: stuck })).report).length, 3);
    comeBack(stage, 'a', 'b', 'c');
    await stage.cycle({ store: stuck });
    leave(stage, 'a', 'b', 'c');
    assert.equal((await stage.cycle({ store: stuck })).report.result, 'held');
    assert.deepEqual(await waiting(stage), [holdId]);
    await stage.cycle();
    assert.deepEqual(await waiting(stage), []);
  });

  it('keep a decision that arrives while a cycle runs for the next one, also about the same hold', async () => {
    const stage = await loaded();
    const holdId = await held(stage, 'a', 'b', 'c');
    await decide(stage, holdId, 'approve');
    let told = false;
    stage.target.setHook((call) => {
      if (call.method === 'update' && !told) {
        told = true;
        void stage.store.decide({
          target: 'wiki',
          holdId,
          decision: 'reject',
          at: new Date(stage.clock.now() + 1).toISOString(),
          by,
        });
      }
      return told && call.method === 'update'
        ? { when: 'before', result: { class: 'transient', status: 503, detail: 'no' } }
        : undefined;
    });
    await stage.cycle();
    stage.target.setHook(undefined);
    assert.deepEqual(await waiting(stage), [holdId]);
    const { report } = await stage.cycle({ attempt: 'asked' });
    assert.deepEqual([applied(report), operationsOf(report.undone).length], [[], 3]);
  });
});
