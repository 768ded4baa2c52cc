import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPictures } from '../../../src/cycle/directory-pictures.ts';
import { createInStep } from '../../../src/cycle/in-step.ts';
import { cycleStage, operationsOf, person, team } from '../../support/cycle-stage.ts';

const staff = ['anna', 'ben', 'cleo'];

/** A directory whose data goes back to before these changes: a leaver, a newcomer, a new member, a value. */
async function setBack(how: Parameters<ReturnType<typeof cycleStage>['cycle']>[0] = {}) {
  const stage = cycleStage([...staff.map((id) => person(id)), team('team', ['anna'])], { removal: { leaves: 'deactivate', groups: 'delete' } });
  await stage.cycle(how);
  const back = stage.source.snapshot();
  stage.source.put(person('ben', { status: 'off' }));
  stage.source.put(person('dora'));
  stage.source.put(person('cleo', { title: 'Boss' }));
  stage.source.put(team('team', ['anna', 'dora']));
  assert.equal((await stage.cycle(how)).report.result, 'success');
  const forward = stage.source.snapshot();
  back();
  return { ...stage, forward };
}

const ways = {
  'single runs': () => ({}),
  'a daemon': () => ({ pictures: createPictures(), inStep: createInStep() }),
};

for (const [name, howOf] of Object.entries(ways)) {
  describe(`data that is older than what was acknowledged, in ${name}`, () => {
    it('takes nothing away and gives nothing back, and everything goes on when it has caught up', async () => {
      const how = howOf();
      const { cycle, forward, source } = await setBack(how);
      for (let time = 0; time < 2; time += 1) {
        const { report } = await cycle(how);
        assert.deepEqual([report.result, operationsOf(report.applied)], ['held', []]);
        assert.deepEqual([...new Set(report.hold?.findings.map(({ kind }) => kind))], ['older_data']);
        assert.match(report.hold?.findings[0]?.text ?? '', /^\d removals, .* the data of directory corp is older than what was acknowledged \(memory: changes is at \d+, and was at \d+\)/);
        assert.deepEqual(operationsOf(report.hold?.operations ?? []).sort(), ['deactivate dora', 'members team', 'reactivate ben', 'update cleo']);
      }
      forward();
      source.put(person('anna', { title: 'Clerk' }));
      assert.deepEqual(operationsOf((await cycle(how)).report.applied), ['update anna']);
    });

    it('lets newcomers and new values pass all the same', async () => {
      const how = howOf();
      const { cycle, source } = await setBack(how);
      source.put(person('emil'));
      const { report } = await cycle(how);
      assert.deepEqual(operationsOf(report.applied), ['create emil']);
    });
  });
}

describe('older data that a person approved', () => {
  it('is the truth from then on', async () => {
    const { cycle, store, clock, source } = await setBack();
    const { report } = await cycle();
    await store.decide({ target: 'wiki', holdId: report.hold?.holdId ?? '', decision: 'approve', at: new Date(clock.now()).toISOString() });
    assert.equal((await cycle()).report.result, 'success');
    source.put(person('anna', { status: 'off' }));
    const after = await cycle();
    assert.deepEqual([after.report.result, operationsOf(after.report.applied)], ['success', ['deactivate anna']]);
  });
});
