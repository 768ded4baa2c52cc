import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import { cutShort, overriding } from '../../../src/ports/scim-target.ts';
import { cycleStage, inShort, minute, operationsOf, person, team } from '../../support/cycle-stage.ts';
import type { FakeCall } from '../../support/fake-target.ts';

describe('searches that take long', () => {
  const stageOf = async () => {
    const stage = cycleStage([person('ada'), person('bob')]);
    await stage.cycle();
    let cuts = 0;
    const cut = () => {
      cuts += 1;
      return Promise.resolve(cutShort);
    };
    const target = overriding(stage.target, {
      hurried: () => ({ target: overriding(stage.target, { find: cut, inventory: cut }), wasCut: () => cuts > 0 }),
    });
    return { stage, cuts: () => cuts, prepare: () => Promise.resolve({ ...stage.setup, target }) };
  };

  it('wait until access has ended, and are made then', async () => {
    const { stage, prepare } = await stageOf();
    stage.source.remove('bob');
    stage.source.put(person('cid'));
    const { report, calls } = await stage.cycle({ prepare });
    assert.deepEqual(inShort(calls), [
      'update user-2',
      'find externalId cid',
      'find userName cid@example.org',
      'create cid',
    ]);
    assert.deepEqual(operationsOf(report.applied), ['deactivate bob', 'create cid']);
    assert.equal(report.result, 'success');
    assert.equal((await stage.store.openIntents('wiki')).length, 0);
  });

  it('go first where nobody leaves', async () => {
    const { stage, prepare, cuts } = await stageOf();
    stage.source.put(person('cid'));
    const { report } = await stage.cycle({ prepare });
    assert.deepEqual(operationsOf(report.applied), ['create cid']);
    assert.equal(cuts(), 0);
  });
});

describe('credentials that are refused for searches', () => {
  const unwelcome: Failure = { class: 'auth', status: 401, detail: 'not this token' };
  const stageOf = async (refused: (call: FakeCall) => boolean) => {
    const stage = cycleStage([person('ada'), person('bob')]);
    await stage.cycle();
    stage.target.setHook((call) => (refused(call) ? { when: 'before', result: unwelcome } : undefined));
    stage.source.put(person('cid'));
    return stage;
  };
  const isSearch = ({ method }: FakeCall) => method === 'find' || method === 'inventory';

  it('keep nobody active who leaves, and are told then', async () => {
    const stage = await stageOf(isSearch);
    stage.source.remove('bob');
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['find externalId cid', 'update user-2', 'find externalId cid']);
    assert.deepEqual(operationsOf(report.applied), ['deactivate bob']);
    assert.deepEqual([report.result, report.error?.code], ['error', 'D2S_TARGET_AUTH']);
    assert.deepEqual((await stage.cycle()).calls, [], 'it rests');
  });

  it('are tried once more for an end of access alone, and nothing follows when they are refused for that', async () => {
    const stage = await stageOf(() => true);
    stage.source.remove('bob');
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['find externalId cid', 'update user-2']);
    assert.deepEqual([report.result, report.error?.code], ['error', 'D2S_TARGET_AUTH']);
    assert.equal(report.failed.length, 1);
  });

  it('keep nobody active either who leaves later, while the target rests and is asked again in vain', async () => {
    const stage = await stageOf((call) => isSearch(call) || call.method === 'probe');
    await stage.cycle();
    stage.source.remove('bob');
    await stage.clock.advance(minute);
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['probe', 'update user-2']);
    assert.deepEqual(operationsOf(report.applied), ['deactivate bob']);
    assert.deepEqual([report.result, report.error?.code], ['error', 'D2S_TARGET_AUTH']);
    await stage.clock.advance(2 * minute);
    assert.deepEqual(inShort((await stage.cycle()).calls), ['probe']);
  });

  it('keep nobody in a group either, while the target rests and is asked again in vain', async () => {
    const stage = cycleStage([person('ada'), person('bob'), team('crew', ['ada', 'bob'])]);
    await stage.cycle();
    stage.target.setHook((call) =>
      isSearch(call) || call.method === 'probe' ? { when: 'before', result: unwelcome } : undefined,
    );
    stage.source.put(person('cid'));
    await stage.cycle();
    stage.source.put(team('crew', ['ada']));
    await stage.clock.advance(minute);
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['probe', 'members group-3 + -user-2']);
    assert.deepEqual(operationsOf(report.applied), ['members crew']);
    await stage.clock.advance(2 * minute);
    assert.deepEqual(inShort((await stage.cycle()).calls), ['probe']);
  });

  it('end the cycle at once where nobody leaves', async () => {
    const stage = await stageOf(isSearch);
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['find externalId cid']);
    assert.deepEqual([report.result, report.error?.code], ['error', 'D2S_TARGET_AUTH']);
  });
});

describe('a target that rests', () => {
  it('is sent ends of access after its rest, whatever it answers when it is asked for next to nothing', async () => {
    for (const failureClass of ['protocol', 'transient', 'unknown'] as const) {
      const stage = cycleStage([person('ada'), person('bob')]);
      await stage.cycle();
      stage.source.put(person('cid'));
      stage.target.setHook(() => ({ when: 'before', result: { class: 'auth', status: 401, detail: 'no' } }));
      await stage.cycle();
      stage.target.setHook(({ method }) =>
        method === 'update'
          ? undefined
          : { when: 'before', result: { class: failureClass, status: 200, detail: 'no' } },
      );
      stage.source.remove('bob');
      await stage.clock.advance(minute);
      const { report, calls } = await stage.cycle();
      assert.deepEqual(inShort(calls), ['probe', 'update user-2'], failureClass);
      assert.deepEqual(operationsOf(report.applied), ['deactivate bob']);
      assert.equal(report.result, 'error');
    }
  });
});
