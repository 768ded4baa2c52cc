import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rebindTarget } from '../../../src/cycle/rebind-target.ts';
import { createFakeTarget } from '../../support/fake-target.ts';
import { cycleStage, person } from '../../support/cycle-stage.ts';

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

  it('refuses a service that has nobody, or others under the same ids', async () => {
    const stage = cycleStage(ids.map((id) => person(id)));
    await stage.cycle();
    const other = createFakeTarget({ name: 'wiki' });
    await assert.rejects(rebindTarget({ target: other, url }, stage.store, signal), { code: 'D2S_TARGET_CHANGED', message: /of 10 linked accounts .* 0 are at new\.example/ });
    for (const id of ids) await other.create('user', new Map([['userName', id], ['externalId', `other-${id}`]]), signal);
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
