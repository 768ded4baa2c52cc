import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BridgeError } from '../../../src/core/model/errors.ts';
import type { StateStore } from '../../../src/ports/state-store.ts';
import { noLimits } from '../../support/limits.ts';
import { cycleStage, day, hour, minute, operationsOf, person } from '../../support/cycle-stage.ts';

const six = ['a', 'b', 'c', 'd', 'e', 'f'];
const narrow = { limits: { ...noLimits, removals: { percent: 0, atLeast: 1 } } };

/** Six people, of whom all but one have left; what is held is approved. */
async function approvedLeave() {
  const stage = cycleStage(
    six.map((id) => person(id)),
    { ...narrow, target: { concurrency: 1 } },
  );
  await stage.cycle();
  for (const id of six.slice(1)) stage.source.remove(id);
  const { hold } = (await stage.cycle()).report;
  await stage.store.decide({
    target: 'wiki',
    holdId: hold?.holdId ?? '',
    decision: 'approve',
    at: new Date(stage.clock.now()).toISOString(),
  });
  return stage;
}

describe('a cycle', () => {
  it('sends nothing when a directory cannot be read', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    stage.source.failWith(new BridgeError('D2S_DIRECTORY_READ_INCOMPLETE', 'cut off', 'look'));
    stage.source.remove('anna');
    const { report, calls } = await stage.cycle();
    assert.deepEqual([report.error?.code, calls], ['D2S_DIRECTORY_READ_INCOMPLETE', []]);
    assert.equal((await stage.store.target('wiki')).lastError?.code, 'D2S_DIRECTORY_READ_INCOMPLETE');
  });

  it('writes nothing when nothing changed, but the time once a minute', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    await stage.cycle(); // finds that the target has everything, and says so
    let records = 0;
    const store: StateStore = {
      ...stage.store,
      record: (changes) => {
        records += changes.length;
        return stage.store.record(changes);
      },
    };
    await stage.clock.advance(10_000);
    await stage.cycle({ store });
    assert.equal(records, 0);
    await stage.clock.advance(minute);
    await stage.cycle({ store });
    assert.equal(records, 2, 'one of the directory, one of the target');
    stage.clock.jumpWallClock(-hour);
    await stage.cycle({ store });
    assert.equal(records, 4);
    stage.source.failWith(new BridgeError('D2S_DIRECTORY_UNREACHABLE', 'no answer', ''));
    await stage.cycle({ store });
    stage.source.failWith(undefined);
    await stage.cycle({ store });
    assert.equal((await stage.store.target('wiki')).lastResult, 'success');
  });

  it('ends the quarantine of whoever is gone, and of a change that was taken back', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    stage.target.setHook((call) =>
      call.method === 'create' || call.method === 'update'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    stage.source.put(person('anna', { title: 'Boss' }));
    stage.source.put(person('ben'));
    await stage.cycle();
    assert.equal((await stage.store.counts('wiki')).user.quarantined, 2);
    stage.target.setHook(undefined);
    stage.source.put(person('anna'));
    stage.source.remove('ben');
    await stage.cycle();
    await stage.cycle();
    assert.equal((await stage.store.counts('wiki')).user.quarantined, 0);
  });

  it('goes on with an approved plan that was cut short, under the same approval, and then needs a new one', async () => {
    const stage = await approvedLeave();
    const cut = await stage.cycle({ isStopping: () => stage.target.calls.length > 0 });
    assert.deepEqual([cut.report.applied.length, cut.report.notStarted], [1, 4]);
    const rest = (await stage.cycle()).report;
    assert.deepEqual([rest.result, rest.applied.length], ['success', 4]);
    for (const id of six.slice(1)) stage.source.put(person(id));
    await stage.cycle();
    for (const id of six.slice(1)) stage.source.remove(id);
    assert.equal((await stage.cycle()).report.result, 'held');
  });

  it('does not go by an approval that is older than a day', async () => {
    const stage = await approvedLeave();
    await stage.clock.advance(day + minute);
    assert.equal((await stage.cycle()).report.result, 'held');
  });

  it('leaves a rejected plan undone, and calls that a success', async () => {
    const stage = await approvedLeave();
    const { held } = await stage.store.target('wiki');
    await stage.store.decide({
      target: 'wiki',
      holdId: held?.holdId ?? '',
      decision: 'reject',
      at: new Date(stage.clock.now()).toISOString(),
    });
    for (let cycle = 0; cycle < 2; cycle += 1) {
      const { report, calls } = await stage.cycle();
      assert.deepEqual([report.result, report.hold, calls], ['success', undefined, []]);
    }
  });

  for (const [name, isSearched] of [
    ['', true],
    [', found in a list', false],
  ] as const)
    it(`links what a create that nobody remembers left behind, so that it departs like any other${name}`, async () => {
      const stage = cycleStage([person('anna')]);
      await stage.cycle();
      await stage.store.record([
        { kind: 'intent', intent: { target: 'wiki', type: 'user', sourceId: 'ben', directory: 'corp' } },
      ]);
      await stage.store.record([
        { kind: 'intent', intent: { target: 'wiki', type: 'user', sourceId: 'cleo', directory: 'corp' } },
      ]);
      await stage.target.create(
        'user',
        new Map([
          ['userName', 'ben'],
          ['externalId', 'ben'],
        ]),
        new AbortController().signal,
      );
      if (!isSearched)
        stage.target.setHook((call) =>
          call.method === 'find' ? { when: 'before', result: { class: 'unsupported', detail: 'no' } } : undefined,
        );
      const { report } = await stage.cycle();
      assert.deepEqual(operationsOf(report.applied), ['deactivate ben']);
      assert.deepEqual(await stage.store.openIntents('wiki'), []);
    });

  it('deletes nobody because a reading shows no user, though only deactivated ones are left', async () => {
    const stage = cycleStage([person('anna'), person('zoe')], {
      removal: { leaves: 'deactivate', groups: 'keep', deleteAfter: day },
    });
    await stage.cycle();
    for (const id of ['anna', 'zoe']) stage.source.put(person(id, { status: 'off' }));
    await stage.cycle();
    for (const id of ['anna', 'zoe']) stage.source.remove(id);
    await stage.cycle();
    await stage.clock.advance(2 * day);
    const { report, calls } = await stage.cycle();
    assert.deepEqual([calls, operationsOf(report.hold?.operations ?? [])], [[], ['delete anna', 'delete zoe']]);
  });
});
