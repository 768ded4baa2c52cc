import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { planTarget } from '../../../src/cycle/plan-target.ts';
import { readDirectories } from '../../../src/cycle/read/read-directories.ts';
import { cycleStage, day, inShort, operationsOf, person, team } from '../../support/cycle-stage.ts';

const boss = 'CN=p02,OU=Staff,DC=corp';
const ids = Array.from({ length: 15 }, (_, index) => `p${String(index + 1).padStart(2, '0')}`);
const everybody = ids.map((id) => person(id, { title: 'Clerk', ...(id === 'p15' ? { manager: boss } : {}) }));
const removals = ['deactivate', 'delete'] as const;

for (const leaves of removals) {
  describe(`entries that the account may not read any more (leaves: ${leaves})`, () => {
    const removal = { leaves, groups: 'delete' } as const;

    it('remove nobody in a run that knows nothing from before, nor what they belong to', async () => {
      const { cycle, source, store } = cycleStage([...everybody, team('staff', ids), team('few', ['p01', 'p02'])], {
        removal,
      });
      await cycle();
      for (const id of ids.slice(0, 12)) source.hide(id);
      source.hide('few');
      const { report, calls } = await cycle();
      assert.deepEqual([report.result, operationsOf(report.applied), inShort(calls)], ['success', [], []]);
      assert.deepEqual(
        source.lookUps.map((asked) => asked.length),
        [13],
      );
      assert.deepEqual((await store.target('wiki')).rejected, { hidden_entry: 13 }, 'and they are reported');
    });

    it('and everything goes on when they are shown again', async () => {
      const { cycle, source } = cycleStage(everybody, { removal });
      await cycle();
      source.hide('p03');
      await cycle();
      source.hide('p03', false);
      source.put(person('p03', { title: 'Boss' }));
      assert.deepEqual(operationsOf((await cycle()).report.applied), ['update p03']);
    });

    it('remove nobody whom a daemon knows only from its state, not even when their group changes', async () => {
      const { cycle, source, clock, store } = cycleStage([...everybody, team('staff', ids)], { removal });
      await cycle();
      source.hide('p02');
      const daemon = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
      assert.deepEqual(inShort((await cycle(daemon)).calls), []);
      source.put(
        team(
          'staff',
          ids.filter((id) => id !== 'p04'),
        ),
      );
      assert.deepEqual(operationsOf((await cycle(daemon)).report.applied), ['members staff']);
      assert.deepEqual(
        (await store.target('wiki')).rejected,
        { hidden_entry: 1 },
        'also in a cycle that is about others',
      );
      source.put(person('p15', { title: 'Boss', manager: boss }));
      await clock.advance(day);
      const { report } = await cycle(daemon);
      assert.deepEqual(
        report.applied.map((one) => [
          one.verb,
          one.sourceId,
          'changes' in one ? one.changes.map(({ path }) => path) : [],
        ]),
        [['update', 'p15', ['title']]],
      );
    });
  });
}

describe('those who have left', () => {
  it('leave by the word of the directory, and are asked about once while nothing else happens', async () => {
    const { cycle, source, setup, store, clock } = cycleStage(everybody, {
      removal: { leaves: 'delete', groups: 'keep' },
    });
    await cycle();
    source.remove('p05');
    const control = { clock, observer: () => undefined, signal: new AbortController().signal, store };
    const readings = await readDirectories([setup.definition], new Map([['corp', source]]), control);
    const how = { ...readings, attempt: 'asked', now: clock.now(), signal: control.signal } as const;
    for (let time = 0; time < 3; time += 1) {
      const { plan } = await planTarget(setup, [...readings.complete.values()], store, how);
      assert.deepEqual(
        plan.operations.map((one) => [one.verb, one.sourceId, 'evidence' in one ? one.evidence : undefined]),
        [['delete', 'p05', 'word']],
      );
    }
    assert.deepEqual(source.lookUps, [['p05']]);
  });

  it('are not looked up when nothing would happen to them', async () => {
    const { cycle, source } = cycleStage(everybody, { removal: { leaves: 'deactivate', groups: 'keep' } });
    await cycle();
    assert.deepEqual(source.lookUps, []);
    source.remove('p05');
    await cycle();
    await cycle();
    assert.deepEqual(source.lookUps, [['p05']], 'only when they are switched off');
  });

  it('are left to the guard when there are more than can be asked about', async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => person(`m${index}`));
    const { cycle, source, setup } = cycleStage(many);
    await cycle();
    for (const { id } of many) source.remove(id);
    source.put(person('one'));
    const { report } = await cycle({
      prepare: () => Promise.resolve({ ...setup, limits: { ...setup.limits, removals: { percent: 10, atLeast: 5 } } }),
    });
    assert.deepEqual([report.result, source.lookUps], ['held', []]);
  });
});
