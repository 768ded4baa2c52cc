import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailureClass } from '../../../src/core/model/outcome.ts';
import type { FakeCall, FakeFault } from '../../support/fake-target.ts';
import { cycleStage, operationsOf, person, team } from '../../support/cycle-stage.ts';

const thirty = Array.from({ length: 30 }, (_, at) => `p${String(at).padStart(2, '0')}`);
const failing =
  (failureClass: FailureClass, when: (call: FakeCall) => boolean) =>
  (call: FakeCall): FakeFault | undefined =>
    call.method === 'create' && when(call)
      ? { when: 'before', result: { class: failureClass, detail: 'made to fail' } }
      : undefined;
const isFor =
  (id: string) =>
  (call: FakeCall): boolean =>
    call.method === 'create' && call.attributes.get('externalId') === id;

const broken = (status: number): FakeFault => ({
  when: 'before',
  result: { class: 'transient', status, detail: 'made to fail' },
});
const isUpdate = (call: FakeCall): boolean =>
  call.method === 'update' && call.changes.every(({ path }) => path !== 'active');

describe('a push of which one kind of operation always fails', () => {
  const many = Array.from({ length: 200 }, (_, at) => `p${String(at).padStart(3, '0')}`);
  const settled = async () => {
    const stage = cycleStage(
      [...many, 'zoe'].map((id) => person(id)),
      { target: { concurrency: 4 } },
    );
    await stage.cycle();
    stage.target.setHook((call) => (isUpdate(call) ? broken(500) : undefined));
    for (const id of many) stage.source.put(person(id, { title: 'Boss' }));
    return stage;
  };

  it('ends access before that, gives the kind up soon, and says so', async () => {
    const stage = await settled();
    stage.source.remove('zoe');
    const { report, calls } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), ['deactivate zoe']);
    assert.deepEqual(
      [report.result, report.error, calls.filter(({ method }) => method === 'probe').length],
      ['partial', undefined, 1],
    );
    assert.ok(report.failed.length <= 24, `${report.failed.length} were tried`);
    const [one, ...others] = report.givenUp;
    assert.deepEqual(
      [one?.verb, one?.type, one?.failure.status, one?.notStarted, others],
      ['update', 'user', 500, report.notStarted, []],
    );
    assert.equal(report.failed.length + report.notStarted, 200);
  });

  it('still does everything else, and tries those first who have not failed yet', async () => {
    const stage = await settled();
    stage.source.put(person('new'));
    const first = (await stage.cycle({ attempt: 'asked' })).report;
    assert.deepEqual(operationsOf(first.applied), ['create new']);
    const failed = new Set(first.failed.map(({ operation }) => operation.sourceId));
    const second = (await stage.cycle({ attempt: 'asked' })).report;
    assert.deepEqual(
      second.failed.filter(({ operation }) => failed.has(operation.sourceId)),
      [],
    );
  });
});

describe('a push', () => {
  it('carries out everything else when one operation fails', async () => {
    const stage = cycleStage(thirty.map((id) => person(id)));
    stage.target.setHook(failing('rejected', isFor('p07')));
    const { report } = await stage.cycle();
    assert.deepEqual(
      [report.result, report.applied.length, operationsOf(report.failed.map(({ operation }) => operation))],
      ['partial', 29, ['create p07']],
    );
  });

  it('stops at once when the credentials are refused, and blames nobody for it', async () => {
    const stage = cycleStage(
      thirty.map((id) => person(id)),
      { target: { concurrency: 1 } },
    );
    stage.target.setHook(failing('auth', isFor('p02')));
    const { report } = await stage.cycle();
    assert.deepEqual(
      [report.result, report.error?.code, report.applied.length, report.notStarted],
      ['error', 'D2S_TARGET_AUTH', 2, 27],
    );
    assert.equal((await stage.store.quarantined('wiki', thirty)).size, 0);
  });

  it('stops after twenty failures in a row of a target that is down, and not when some succeed between them', async () => {
    const stage = cycleStage(
      thirty.map((id) => person(id)),
      { target: { concurrency: 1 } },
    );
    stage.target.setHook((call) => (call.method === 'probe' ? broken(503) : failing('transient', () => true)(call)));
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
    const writes = calls
      .map(({ method }) => method)
      .filter((method) => method === 'create' || method === 'changeMembers');
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
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    stage.source.put(person('anna', { title: 'Boss', status: 'off' }));
    assert.equal((await stage.cycle()).report.failed.length, 2);
    assert.deepEqual((await stage.cycle()).calls, []);
  });
});
