import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import type { Decision } from '../../../src/ports/decisions.ts';
import { cutShort, overriding } from '../../../src/ports/scim-target.ts';
import type { StateStore } from '../../../src/ports/state-store.ts';
import { cycleStage, operationsOf, person } from '../../support/cycle-stage.ts';
import { limitsWith } from '../../support/limits.ts';

const never = new AbortController().signal;
const memoryOfCycles = () => ({ directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() });

/** The same state, in which something happens each time that decisions were read: how often so far is told. */
function watched(store: StateStore, afterRead: (reads: number) => Promise<void> | void): StateStore {
  let reads = 0;
  return {
    ...store,
    decisions: async () => {
      const left = await store.decisions();
      reads += 1;
      await afterRead(reads);
      return left;
    },
  };
}

/** A target whose searches are cut as soon as somebody's access has to end. */
function withCutSearches({ target, setup }: Pick<ReturnType<typeof cycleStage>, 'target' | 'setup'>) {
  let cuts = 0;
  const cut = () => {
    cuts += 1;
    return Promise.resolve(cutShort);
  };
  const hurrying = overriding(target, {
    hurried: () => ({ target: overriding(target, { find: cut, inventory: cut }), wasCut: () => cuts > 0 }),
  });
  return { prepare: () => Promise.resolve({ ...setup, target: hurrying }), cuts: () => cuts };
}

describe('what people decided', () => {
  it('is read once for all targets, and once by a cycle', async () => {
    const stage = cycleStage(['ada', 'ben'].map((id) => person(id)));
    const memory = memoryOfCycles();
    const readsOfCycle = async (): Promise<number> => {
      let reads = 0;
      await stage.cycle({ store: watched(stage.store, (count) => void (reads = count)), ...memory });
      return reads;
    };
    assert.equal(await readsOfCycle(), 2, 'a plan');
    assert.equal(await readsOfCycle(), 2, 'what was sent is looked at again');
    assert.equal(await readsOfCycle(), 2, 'nothing changed');
    stage.source.put(person('cy'));
    assert.equal(await readsOfCycle(), 2, 'a change');
  });

  it('waits for the next cycle when it comes while one plans about others', async () => {
    const policy = { match: ['userName'], adopt: 'first-match', create: true } as const;
    const stage = cycleStage([person('ada'), person('ben')], {
      match: ['userName'],
      policy: { user: policy, group: policy },
    });
    const switchedOff = [['userName', 'ada@example.org'] as const, ['active', false] as const];
    await stage.target.create('user', new Map<string, ScimValue>(switchedOff), never);
    const memory = memoryOfCycles();
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    const push: Decision = {
      target: 'wiki',
      holdId: 'push-0123456789ab',
      decision: 'push',
      at: new Date(stage.clock.now()).toISOString(),
      operations: [{ verb: 'reactivate', type: 'user', sourceId: 'ada' }],
    };
    stage.source.put(person('ben', { title: 'Baker' }));
    const store = watched(stage.store, (reads) => (reads === 2 ? stage.store.decide(push) : undefined));
    assert.deepEqual(operationsOf((await stage.cycle({ ...memory, store })).report.applied), ['update ben']);
    assert.deepEqual(operationsOf((await stage.cycle(memory)).report.applied), ['reactivate ada']);
    const { decided = [] } = await stage.store.target('wiki');
    assert.deepEqual(
      decided.map(({ end }) => end),
      ['taken'],
    );
  });

  it('does not end as void when those who leave go first, before anybody knows who of the others comes', async () => {
    const known = ['ada', 'bob', 'cid'];
    const stage = cycleStage(
      known.map((id) => person(id)),
      { limits: limitsWith({ creations: { percent: 1, atLeast: 1 } }) },
    );
    await stage.cycle();
    for (const id of ['new1', 'new2', 'new3']) stage.source.put(person(id));
    const { hold } = (await stage.cycle()).report;
    assert.ok(hold, 'three accounts at once are held');
    const at = new Date(stage.clock.now()).toISOString();
    await stage.store.decide({ target: 'wiki', holdId: hold.holdId, decision: 'approve', at });
    stage.source.remove('bob');
    const { prepare, cuts } = withCutSearches(stage);
    const { report } = await stage.cycle({ attempt: 'asked', prepare });
    assert.ok(cuts() > 0, 'searches were cut');
    assert.deepEqual(operationsOf(report.applied), ['deactivate bob', 'create new1', 'create new2', 'create new3']);
  });

  it('is tried again in the same cycle, although those who leave go first', async () => {
    const stage = cycleStage(['ada', 'bob'].map((id) => person(id)));
    await stage.cycle();
    stage.source.put(person('cid'));
    stage.target.setHook(({ method }) =>
      method === 'create' ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } } : undefined,
    );
    assert.equal((await stage.cycle()).report.failed.length, 1);
    stage.target.setHook(undefined);
    assert.deepEqual((await stage.cycle()).calls, [], 'it waits for its pause');
    const at = new Date(stage.clock.now()).toISOString();
    await stage.store.decide({ target: 'wiki', holdId: 'retry-all', decision: 'retry', at });
    stage.source.remove('bob');
    const { prepare, cuts } = withCutSearches(stage);
    const { report } = await stage.cycle({ prepare });
    assert.ok(cuts() > 0, 'searches were cut');
    assert.deepEqual(operationsOf(report.applied), ['deactivate bob', 'create cid']);
  });
});
