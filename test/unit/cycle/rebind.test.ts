import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rebindTarget } from '../../../src/cycle/rebind-target.ts';
import { createFakeTarget } from '../../support/fake-target.ts';
import { cycleStage, operationsOf, person } from '../../support/cycle-stage.ts';

const signal = new AbortController().signal;
const url = 'https://new.example/scim/v2';
const ids = Array.from({ length: 40 }, (_, at) => `p${at}`);

describe('rebinding a target', () => {
  it('keeps the links when the accounts are there, and looks at some of them alone', async () => {
    const stage = cycleStage(ids.map((id) => person(id)));
    await stage.cycle();
    stage.target.clearCalls();
    assert.deepEqual(await rebindTarget({ target: stage.target, url }, stage.store, signal), {
      from: 'wiki.example/scim/v2',
      to: 'new.example/scim/v2',
      links: 40,
      sampled: 10,
      recognised: 10,
    });
    assert.equal(stage.target.calls.length, 10);
    const { report, calls } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, url }) });
    assert.deepEqual([report.result, calls], ['success', []]);
  });

  it('has the next cycle look at everybody when some were not there, and makes those anew', async () => {
    const stage = cycleStage(ids.map((id) => person(id)));
    await stage.cycle();
    const moved = { prepare: () => Promise.resolve({ ...stage.setup, url }) };
    for (const { id } of stage.target.users().slice(0, 12)) await stage.target.remove('user', String(id), signal);
    const { sampled, recognised } = await rebindTarget({ target: stage.target, url }, stage.store, signal);
    assert.ok(recognised < sampled);
    assert.deepEqual(
      operationsOf((await stage.cycle(moved)).report.applied),
      [],
      'they are new: a copy may not have them yet',
    );
    await stage.clock.advance(6 * 60_000);
    await stage.cycle(moved);
    await stage.cycle(moved);
    assert.equal(stage.target.users().length, 40);
    assert.deepEqual((await stage.cycle(moved)).calls, []);
  });

  it('refuses a service that has nobody, or others under the same ids', async () => {
    const stage = cycleStage(ids.map((id) => person(id)));
    await stage.cycle();
    const other = createFakeTarget({ name: 'wiki' });
    await assert.rejects(rebindTarget({ target: other, url }, stage.store, signal), {
      code: 'D2S_TARGET_CHANGED',
      message: /of 10 linked accounts .* 0 are at new\.example/,
    });
    for (const id of ids)
      await other.create(
        'user',
        new Map([
          ['userName', id],
          ['externalId', `other-${id}`],
        ]),
        signal,
      );
    await assert.rejects(rebindTarget({ target: other, url }, stage.store, signal), { code: 'D2S_TARGET_CHANGED' });
    assert.equal(await stage.store.boundTo('wiki'), 'wiki.example/scim/v2');
  });

  it('says so when the new place does not answer', async () => {
    const stage = cycleStage(ids.map((id) => person(id)));
    await stage.cycle();
    stage.target.setHook(() => ({ when: 'before', result: { class: 'auth', status: 401, detail: 'no' } }));
    await assert.rejects(rebindTarget({ target: stage.target, url }, stage.store, signal), { code: 'D2S_TARGET_AUTH' });
  });
});
