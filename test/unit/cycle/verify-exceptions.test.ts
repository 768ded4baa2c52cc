import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Exceptions } from '../../../src/core/model/drift.ts';
import type { StateChange } from '../../../src/ports/state-change.ts';
import { cycleStage, minute, person, team, type StageOptions } from '../../support/cycle-stage.ts';
import type { FakeCall } from '../../support/fake-target.ts';
import { readBack } from '../../support/read-back.ts';

type Stage = ReturnType<typeof cycleStage>;

async function loaded(options: StageOptions = {}): Promise<Stage> {
  const people = ['a', 'b', 'c', 'd'].map((id) => person(id, { title: 'Engineer' }));
  const stage = cycleStage([...people, team('crew', ['a', 'b'])], options);
  for (let cycle = 0; cycle < 2; cycle += 1) assert.equal((await stage.cycle()).report.result, 'success');
  await stage.clock.advance(10 * minute);
  return stage;
}

/** What a comparison says that it is no drift. */
async function exceptions(stage: Stage): Promise<Exceptions> {
  const verified = await readBack(stage);
  assert.deepEqual(verified.drift, []);
  return verified.notCompared.exceptions;
}

function refuse({ target }: Stage, isRefused: (call: FakeCall) => boolean, status = 400): void {
  target.setHook((call) =>
    isRefused(call)
      ? { when: 'before', result: { class: status === 503 ? 'transient' : 'rejected', status, detail: 'no' } }
      : undefined,
  );
}

const isUpdate = (call: FakeCall): boolean => call.method === 'update';

describe('what is not as it should be without having drifted', () => {
  it('is nothing where everything is', async () => {
    assert.deepEqual(await exceptions(await loaded()), {});
  });

  it('is what the target refuses, and does not wait for the next cycle', async () => {
    const stage = await loaded();
    stage.source.put(person('a', { title: 'Director' }));
    refuse(stage, isUpdate);
    await stage.cycle();
    assert.deepEqual(await exceptions(stage), { refused: 1 });
  });

  it('is the account of somebody who left, where the target refuses to switch it off', async () => {
    const stage = await loaded();
    refuse(stage, (call) => isUpdate(call) || call.method === 'remove');
    stage.source.remove('d');
    await stage.cycle();
    assert.deepEqual(await exceptions(stage), { refused: 1 });
  });

  it('is what failed and is tried again', async () => {
    const stage = await loaded();
    stage.source.put(person('a', { title: 'Director' }));
    refuse(stage, isUpdate, 503);
    await stage.cycle();
    assert.deepEqual(await exceptions(stage), { failing: 1 });
  });

  it('is what the next cycle changes: values, who is active, and members', async () => {
    const stage = await loaded();
    stage.source.put(person('a', { title: 'Director' }));
    stage.source.put(person('b', { title: 'Engineer', status: 'off' }));
    stage.source.put(team('crew', ['a', 'b', 'c']));
    assert.deepEqual(await exceptions(stage), { waiting: 3 });
  });

  it('is who left and has access still, unless leavers are kept', async () => {
    for (const leaves of ['deactivate', 'keep'] as const) {
      const stage = await loaded({ removal: { leaves, groups: 'keep' } });
      stage.source.remove('d');
      assert.deepEqual(await exceptions(stage), leaves === 'keep' ? {} : { departed: 1 });
      await stage.cycle();
      assert.deepEqual(await exceptions(stage), {});
    }
  });

  it('is who is new, but nobody who is inactive and gets no account', async () => {
    const stage = await loaded();
    stage.source.put(person('e', {}));
    stage.source.put(person('f', { status: 'off' }));
    assert.deepEqual(await exceptions(stage), { unlinked: 1 });
    await stage.cycle();
    assert.deepEqual(await exceptions(stage), {});
  });

  it('is what the target does not store', async () => {
    const stage = await loaded();
    const [link] = [...(await stage.store.links('wiki', ['a'])).values()];
    assert.ok(link);
    const note: StateChange = { kind: 'link', link: { ...link, unstored: ['title'] } };
    await stage.store.record([note]);
    const { signal } = new AbortController();
    await stage.target.update(
      'user',
      link.targetId,
      [{ path: 'title', change: 'set', value: 'Queen', had: true }],
      signal,
    );
    assert.deepEqual(await exceptions(stage), { unstored: 1 });
  });

  it('is of whom the guard holds something', async () => {
    const none = { percent: 0, atLeast: 0 };
    const { limits } = cycleStage([]).setup;
    const stage = await loaded({ limits: { ...limits, removals: none } });
    for (const id of ['a', 'b', 'c']) stage.source.remove(id);
    await stage.cycle();
    assert.deepEqual(await exceptions(stage), { held: 4 }, 'and the group that two of them leave');
  });

  it('is who waits for a seat', async () => {
    const stage = cycleStage(
      ['a', 'b', 'c'].map((id) => person(id)),
      { seats: { seats: 2, order: 'userName' } },
    );
    for (let cycle = 0; cycle < 2; cycle += 1) await stage.cycle();
    await stage.clock.advance(10 * minute);
    const { noSeat = 0, unlinked = 0, ...rest } = await exceptions(stage);
    assert.deepEqual([noSeat + unlinked, rest], [1, {}]);
  });

  it('is no group where the target has none', async () => {
    const stage = cycleStage([person('a'), team('crew', ['a'])], { target: { groups: false } });
    await stage.cycle();
    await stage.clock.advance(10 * minute);
    assert.deepEqual(await exceptions(stage), {});
  });

  it("is whose account is somebody else's", async () => {
    const stage = await loaded();
    const { signal } = new AbortController();
    const account = { userName: 'e@example.org', externalId: 'somebody' };
    await stage.target.create('user', new Map(Object.entries(account)), signal);
    stage.source.put(person('e'));
    await stage.cycle();
    assert.deepEqual(await exceptions(stage), { unwritable: 1 });
  });
});
