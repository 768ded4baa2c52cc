import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { cycleStage, inShort, person, type StageOptions } from '../../support/cycle-stage.ts';
import { definition } from '../../support/entries.ts';
import { createFakeSource } from '../../support/fake-source.ts';

/** Two directories that feed one target; everyone is in the first. */
async function twoDirectories(scope: Parameters<typeof definition>[0] = {}, rest: StageOptions = {}) {
  const users = { userName: 'lower(mail)', active: 'status != "off"' };
  const stage = cycleStage([person('ann'), person('cy')], {
    definition: definition({ directories: ['corp', 'branch'], overlap: 'allowed', users, ...scope }),
    ...rest,
  });
  const branch = createFakeSource('branch');
  const sources = new Map([
    ['corp', stage.source],
    ['branch', branch],
  ]);
  const cycle = async () => {
    const { report, calls } = await stage.cycle({ sources });
    return { report, calls: inShort(calls) };
  };
  await cycle();
  const link = async () => (await stage.store.links('wiki', ['ann'])).get('ann');
  const there = { ...person('ann'), directory: 'branch' };
  return {
    ...stage,
    branch,
    cycle,
    stageCycle: (input: Parameters<typeof stage.cycle>[0]) => stage.cycle(input),
    link,
    there,
  };
}

describe('someone who moves from one directory into another', () => {
  it('is left alone, and leaves when the other one shows them no longer', async () => {
    const { source, branch, cycle, link, there } = await twoDirectories();
    branch.put({ ...person('bea'), directory: 'branch' });
    await cycle();
    source.remove('ann');
    branch.put(there);
    assert.deepEqual((await cycle()).calls, []);
    assert.equal((await link())?.directory, 'branch');
    branch.remove('ann');
    const { report } = await cycle();
    assert.deepEqual(
      report.applied.map((one) => [one.verb, 'cause' in one ? one.cause : undefined]),
      [['deactivate', 'absent']],
    );
  });

  for (const kept of [true, false]) {
    it(`is not taken to have left when that happens between the two readings, ${kept ? 'in a daemon' : 'in a single run'}`, async () => {
      const stage = await twoDirectories();
      const memory = { directoryCaches: createDirectoryCaches() };
      const sources = new Map([
        ['corp', stage.source],
        ['branch', stage.branch],
      ]);
      if (kept) await stage.stageCycle({ sources, ...memory });
      const moved = Promise.withResolvers<undefined>();
      sources.set('corp', {
        ...stage.source,
        read: async (request) => (await moved.promise, stage.source.read(request)),
      });
      sources.set('branch', {
        ...stage.branch,
        read: async (request) => {
          const verdict = await stage.branch.read(request);
          stage.source.remove('ann');
          stage.branch.put(stage.there);
          moved.resolve(undefined);
          return verdict;
        },
      });
      const { report, calls } = await stage.stageCycle({ sources, ...(kept ? memory : {}) });
      assert.deepEqual([report.applied, calls], [[], []]);
    });
  }

  it('loses access where they are out of scope there', async () => {
    const { source, branch, cycle } = await twoDirectories({ scope: { user: { where: 'site != "far"' } } });
    source.remove('ann');
    branch.put({ ...person('ann', { site: 'far' }), directory: 'branch' });
    const { report } = await cycle();
    assert.deepEqual(
      report.applied.map((one) => [one.verb, 'cause' in one ? one.cause : undefined]),
      [['deactivate', 'left_scope']],
    );
  });

  it('may be seen in both meanwhile: once written, and reported for the second time', async () => {
    const { source, branch, cycle, link, there } = await twoDirectories();
    branch.put(there);
    const both = await cycle();
    assert.deepEqual(
      [both.calls, both.report.rejected.map(({ directory, reasons }) => [directory, reasons[0]?.code])],
      [[], [['branch', 'duplicate_entry']]],
    );
    assert.equal((await link())?.directory, 'corp');
    source.remove('ann');
    const after = await cycle();
    assert.deepEqual([after.calls, after.report.rejected, (await link())?.directory], [[], [], 'branch']);
  });
});
