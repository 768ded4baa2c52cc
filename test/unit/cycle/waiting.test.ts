import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, operationsOf, person, team } from '../../support/cycle-stage.ts';
import type { FakeCall, FakeFault } from '../../support/fake-target.ts';

const many = Array.from({ length: 60 }, (_, at) => `p${String(at).padStart(2, '0')}`);
const late = (failureClass: 'transient' | 'unknown' = 'transient', status?: number): FakeFault => ({
  when: 'before',
  result: {
    class: failureClass,
    detail: 'no complete answer within 30000 ms',
    late: true,
    ...(status === undefined ? {} : { status }),
  },
});
const isSearch = ({ method }: FakeCall): boolean => method === 'find' || method === 'inventory';
const count = (calls: readonly FakeCall[], method: FakeCall['method']): number =>
  calls.filter((call) => call.method === method).length;

describe('a target that lets everybody wait', () => {
  it('is not searched any more after the first who waited in vain, of either type, and access ends all the same', async () => {
    for (const status of [undefined, 504]) {
      const stage = cycleStage([person('anna'), person('zoe')]);
      await stage.cycle();
      for (const id of many) stage.source.put(person(id));
      stage.source.put(team('staff', many));
      stage.source.remove('zoe');
      stage.target.setHook((call) => (isSearch(call) ? late('transient', status) : undefined));
      const { report, calls } = await stage.cycle();
      assert.deepEqual([count(calls, 'inventory'), count(calls, 'find')], [1, 1]);
      assert.deepEqual(
        [operationsOf(report.applied), report.unreached.map(({ type, count: waiting }) => [type, waiting])],
        [
          ['deactivate zoe'],
          [
            ['user', 60],
            ['group', 1],
          ],
        ],
      );
    }
  });

  it('gets no more creations after three that waited in vain, and everything else', async () => {
    const stage = cycleStage([person('anna')], { target: { concurrency: 1 } });
    await stage.cycle();
    for (const id of many) stage.source.put(person(id));
    stage.source.put(person('anna', { title: 'Boss' }));
    stage.target.setHook((call) => (call.method === 'create' ? late('unknown') : undefined));
    const { report, calls } = await stage.cycle();
    assert.equal(count(calls, 'create'), 3);
    assert.deepEqual(
      [operationsOf(report.applied), report.givenUp.map(({ verb, inARow, notStarted }) => [verb, inARow, notStarted])],
      [['update anna'], [['create', 3, 57]]],
    );
    assert.equal(count(calls, 'probe'), 1);
  });

  it('is left alone when it does not answer to the shortest question either', async () => {
    const stage = cycleStage(
      many.map((id) => person(id)),
      { target: { concurrency: 1 } },
    );
    stage.target.setHook((call) => (call.method === 'create' || call.method === 'probe' ? late() : undefined));
    const { report } = await stage.cycle();
    assert.deepEqual([report.error?.code, report.failed.length], ['D2S_TARGET_UNREACHABLE', 3]);
  });

  it('gets no more after twenty that waited in vain, though others between them went well', async () => {
    const stage = cycleStage(
      many.map((id) => person(id)),
      { target: { concurrency: 1 } },
    );
    let creations = 0;
    stage.target.setHook((call) => (call.method === 'create' && (creations += 1) % 2 === 0 ? late() : undefined));
    const { report } = await stage.cycle();
    assert.deepEqual([report.failed.length, report.applied.length], [20, 20]);
    assert.deepEqual(operationsOf((await stage.cycle({ attempt: 'asked' })).report.applied).slice(0, 1), [
      `create ${many[40] ?? ''}`,
    ]); // whoever was not tried comes first
  });
});
