import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailureClass } from '../../../src/core/model/outcome.ts';
import type { FakeCall, FakeFault } from '../../support/fake-target.ts';
import { cycleStage, operationsOf, person, team } from '../../support/cycle-stage.ts';

const thirty = Array.from({ length: 30 }, (_, at) => `p${String(at).padStart(2, '0')}`);
const failing = (failureClass: FailureClass, when: (call: FakeCall) => boolean) => (call: FakeCall): FakeFault | undefined =>
  call.method === 'create' && when(call) ? { when: 'before', result: { class: failureClass, detail: 'made to fail' } } : undefined;
const isFor = (id: string) => (call: FakeCall): boolean => call.method === 'create' && call.attributes.get('externalId') === id;

describe('a push', () => {
  it('carries out everything else when one operation fails', async () => {
    const stage = cycleStage(thirty.map((id) => person(id)));
    stage.target.setHook(failing('rejected', isFor('p07')));
    const { report } = await stage.cycle();
    assert.deepEqual([report.result, report.applied.length, operationsOf(report.failed.map(({ operation }) => operation))], ['partial', 29, ['create p07']]);
  });

  it('stops at once when the credentials are refused, and blames nobody for it', async () => {
    const stage = cycleStage(thirty.map((id) => person(id)), { target: { concurrency: 1 } });
    stage.target.setHook(failing('auth', isFor('p02')));
    const { report } = await stage.cycle();
    assert.deepEqual([report.result, report.error?.code, report.applied.length, report.notStarted], ['error', 'D2S_TARGET_AUTH', 2, 27]);
    assert.equal((await stage.store.troubles('wiki', thirty)).size, 0);
  });

  it('stops after twenty failures in a row of a target that is down, and not when some succeed between them', async () => {
    const stage = cycleStage(thirty.map((id) => person(id)), { target: { concurrency: 1 } });
    stage.target.setHook(failing('transient', () => true));
    const { report } = await stage.cycle();
    assert.deepEqual([report.error?.code, report.failed.length, report.notStarted], ['D2S_TARGET_UNREACHABLE', 20, 10]);
    let count = 0;
    stage.target.setHook(failing('transient', () => (count += 1) % 15 !== 0));
    const again = (await stage.cycle({ attempt: 'everything' })).report;
    assert.deepEqual([again.error, again.failed.length, again.applied.length], [undefined, 28, 2]);
  });

  it('sends members only when the stage before them is done', async () => {
    const stage = cycleStage([...thirty.map((id) => person(id)), team('staff', thirty)]);
    const { calls } = await stage.cycle();
    const writes = calls.map(({ method }) => method).filter((method) => method === 'create' || method === 'changeMembers');
    assert.deepEqual([writes.indexOf('changeMembers'), writes.lastIndexOf('create')], [31, 30]);
  });

  it('starts nothing after a stop', async () => {
    const stage = cycleStage(thirty.map((id) => person(id)));
    const { report, calls } = await stage.cycle({ isStopping: () => true });
    assert.deepEqual([report.notStarted, calls.filter(({ method }) => method === 'create')], [30, []]);
  });

  it('lets two operations on one entry rest together when both failed', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    stage.target.setHook((call) => (call.method === 'update' ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } } : undefined));
    stage.source.put(person('anna', { title: 'Boss', status: 'off' }));
    assert.equal((await stage.cycle()).report.failed.length, 2);
    assert.deepEqual((await stage.cycle()).calls, []);
  });
});
