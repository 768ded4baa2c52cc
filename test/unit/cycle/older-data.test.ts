import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { cycleStage, operationsOf, person, team } from '../../support/cycle-stage.ts';

const staff = ['anna', 'ben', 'cleo'];

/** A directory whose data goes back to before these changes: a leaver, a newcomer, a new member, a value. */
async function setBack(how: Parameters<ReturnType<typeof cycleStage>['cycle']>[0] = {}) {
  const stage = cycleStage([...staff.map((id) => person(id)), team('team', ['anna'])], {
    removal: { leaves: 'deactivate', groups: 'delete' },
  });
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
  'a daemon': () => ({ directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() }),
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
        assert.match(
          report.hold?.findings[0]?.text ?? '',
          /^\d changes of users .* the data of directory corp is older than what was acknowledged \(memory: changes is at \d+, and was at \d+\)/,
        );
        assert.deepEqual(operationsOf(report.hold?.operations ?? []).sort(), [
          'deactivate dora',
          'members team',
          'reactivate ben',
          'update cleo',
        ]);
      }
      forward();
      source.put(person('anna', { title: 'Clerk' }));
      assert.deepEqual(operationsOf((await cycle(how)).report.applied), ['update anna']);
    });

    it('makes nobody anew, and lets new values pass all the same', async () => {
      const how = howOf();
      const { cycle, source } = await setBack(how);
      source.put(person('emil'));
      source.put(person('anna', { title: 'Clerk' }));
      const { report } = await cycle(how);
      assert.deepEqual(operationsOf(report.applied), ['update anna']);
      assert.ok(operationsOf(report.hold?.operations ?? []).includes('create emil'));
    });

    it('gives nobody an account again who was deleted', async () => {
      const how = howOf();
      const stage = cycleStage(
        staff.map((id) => person(id)),
        { removal: { leaves: 'delete', groups: 'delete' } },
      );
      await stage.cycle(how);
      const back = stage.source.snapshot();
      stage.source.remove('ben');
      assert.deepEqual(operationsOf((await stage.cycle(how)).report.applied), ['delete ben']);
      back();
      const { report } = await stage.cycle(how);
      assert.deepEqual(
        [report.result, operationsOf(report.applied), operationsOf(report.hold?.operations ?? [])],
        ['held', [], ['create ben']],
      );
    });

    it('asks a person about what it still wants when it goes on from where it was set back to', async () => {
      const how = howOf();
      const { cycle, source, store, clock } = await setBack(how);
      assert.equal((await cycle(how)).report.result, 'held');
      for (let change = 0; change < 9; change += 1) source.put(person('anna', { title: `Clerk ${change}` }));
      source.put(person('emil'));
      const { report } = await cycle(how);
      assert.deepEqual(operationsOf(report.applied).sort(), ['create emil', 'update anna']);
      assert.deepEqual(operationsOf(report.hold?.operations ?? []).sort(), [
        'deactivate dora',
        'members team',
        'reactivate ben',
        'update cleo',
      ]);
      assert.match(report.hold?.findings[0]?.text ?? '', /it seems to have been set back$/);
      assert.equal((await cycle(how)).report.hold?.holdId, report.hold?.holdId, 'and goes on asking');
      await store.decide({
        target: 'wiki',
        holdId: report.hold?.holdId ?? '',
        decision: 'approve',
        at: new Date(clock.now()).toISOString(),
      });
      assert.deepEqual(operationsOf((await cycle(how)).report.applied).sort(), [
        'deactivate dora',
        'members team',
        'reactivate ben',
        'update cleo',
      ]);
      assert.deepEqual(operationsOf((await cycle(how)).report.applied), []);
    });
  });
}

describe('older data that a person approved', () => {
  it('is the truth from then on', async () => {
    const { cycle, store, clock, source } = await setBack();
    const { report } = await cycle();
    await store.decide({
      target: 'wiki',
      holdId: report.hold?.holdId ?? '',
      decision: 'approve',
      at: new Date(clock.now()).toISOString(),
    });
    assert.equal((await cycle()).report.result, 'success');
    source.put(person('anna', { status: 'off' }));
    const after = await cycle();
    assert.deepEqual([after.report.result, operationsOf(after.report.applied)], ['success', ['deactivate anna']]);
  });
});
