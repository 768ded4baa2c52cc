import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, operationsOf, person, switchedOffAda } from '../../support/cycle-stage.ts';

const signal = new AbortController().signal;

/** Ada has an account on the target, and somebody there has switched it off. */
async function withSwitchedOff(reactivateAdopted = false) {
  const policy = { match: ['userName'], adopt: 'first-match', create: true } as const;
  const stage = cycleStage([person('ada'), person('ben')], {
    match: ['userName'],
    policy: { user: { ...policy, reactivateAdopted }, group: policy },
  });
  await switchedOffAda(stage.target);
  const isActive = () => stage.target.users().find(({ userName }) => userName === 'ada@example.org')?.active;
  return { ...stage, isActive };
}

describe('an adopted account that was switched off on the target', () => {
  it('stays switched off, is counted, and costs no request afterwards', async () => {
    const stage = await withSwitchedOff();
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['adopt ada', 'create ben']);
    assert.equal(stage.isActive(), false);
    assert.equal((await stage.store.counts('wiki')).user.leftDisabled, 1);
    assert.deepEqual((await stage.cycle()).calls, []);
    stage.source.put(person('ada', { title: 'Countess' }));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['update ada'], 'the rest is kept in step');
    assert.equal(stage.isActive(), false);
  });

  it('is switched on when the directory has disabled and enabled its owner', async () => {
    const stage = await withSwitchedOff();
    await stage.cycle();
    stage.source.put(person('ada', { status: 'off' }));
    assert.deepEqual(
      operationsOf((await stage.cycle()).report.applied),
      ['deactivate ada'],
      'somebody may have switched it on there meanwhile',
    );
    stage.source.put(person('ada'));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['reactivate ada']);
    assert.equal(stage.isActive(), true);
    assert.equal((await stage.store.counts('wiki')).user.leftDisabled, 0);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('loses access with its owner, whoever switched it on', async () => {
    const stage = await withSwitchedOff();
    await stage.cycle();
    await stage.target.update('user', 'user-1', [{ path: 'active', change: 'set', value: true, had: true }], signal);
    stage.source.remove('ada');
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['deactivate ada']);
    assert.equal(stage.isActive(), false);
  });

  it('is switched on with reactivateAdopted, at the adoption or whenever that is said', async () => {
    const stage = await withSwitchedOff(true);
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['adopt ada', 'create ben', 'reactivate ada']);
    assert.equal(stage.isActive(), true);
    const later = await withSwitchedOff();
    await later.cycle();
    const user = { ...later.setup.policy.user, reactivateAdopted: true };
    const { report } = await later.cycle({
      prepare: () => Promise.resolve({ ...later.setup, policy: { ...later.setup.policy, user } }),
      mode: 'full',
    });
    assert.deepEqual(operationsOf(report.applied), ['reactivate ada']);
    assert.equal(later.isActive(), true);
  });
});
