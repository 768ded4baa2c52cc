import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, inShort, operationsOf, person, team } from '../../support/cycle-stage.ts';

const signal = new AbortController().signal;
const lost = [{ kind: 'content_forgotten' }] as const;
const everybody = ['anna', 'ben', 'cleo', 'dora'].map((id) => person(id, { title: 'Boss' }));

describe('after records of the state were lost', () => {
  it('every account is looked at once, and nothing is sent where nothing differs', async () => {
    const stage = cycleStage([...everybody, team('staff', ['anna', 'ben'])]);
    await stage.cycle();
    await stage.cycle();
    await stage.store.record(lost);
    const { calls, report } = await stage.cycle();
    assert.deepEqual([inShort(calls), report.result], [['inventory user', 'read'], 'success']);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('what the target acknowledged since, and the directory took back, is put right', async () => {
    const stage = cycleStage(everybody);
    await stage.cycle();
    await stage.store.record(lost);
    await stage.target.update('user', 'user-1', [{ path: 'title', change: 'set', value: 'Chief', had: true }], signal);
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['update anna']);
    assert.equal(stage.target.users().find(({ externalId }) => externalId === 'anna')?.['title'], 'Boss');
  });

  it('whoever was switched on since and has left loses access, and whoever was switched off since has it again', async () => {
    const stage = cycleStage([person('anna'), person('ben', { status: 'off' }), person('cleo')], {
      createInactive: true,
    });
    await stage.cycle();
    await stage.store.record(lost);
    await stage.target.update('user', 'user-1', [{ path: 'active', change: 'set', value: false, had: true }], signal);
    await stage.target.update('user', 'user-2', [{ path: 'active', change: 'set', value: true, had: true }], signal);
    stage.source.remove('ben');
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied).sort(), ['deactivate ben', 'reactivate anna']);
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), []);
  });

  it('whoever joined or left a group since is found among its members', async () => {
    const stage = cycleStage([person('anna'), person('ben'), person('cleo'), team('staff', ['anna', 'ben'])]);
    await stage.cycle();
    await stage.cycle();
    const group = String(stage.target.groups()[0]?.['id']);
    const idOf = (id: string): string =>
      String(stage.target.users().find(({ externalId }) => externalId === id)?.['id']);
    await stage.store.record(lost);
    await stage.target.changeMembers(
      group,
      { add: [{ id: idOf('cleo'), type: 'user' }], remove: [idOf('anna')], current: () => Promise.resolve([]) },
      signal,
    );
    await stage.cycle();
    const members = JSON.stringify(stage.target.groups()[0]?.['members']);
    assert.deepEqual(
      ['anna', 'ben', 'cleo'].map((id) => members.includes(`"${idOf(id)}"`)),
      [true, true, false],
    );
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('waits for a target that cannot be asked, and does not take anybody for active on the way', async () => {
    const stage = cycleStage([person('anna', { status: 'off' })], { createInactive: true });
    await stage.cycle();
    await stage.store.record(lost);
    stage.target.setHook(({ method }) =>
      method === 'read' ? { when: 'before', result: { class: 'transient', detail: 'no' } } : undefined,
    );
    const { report } = await stage.cycle();
    assert.deepEqual([operationsOf(report.applied), report.waiting], [[], 1]);
  });
});
