import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { planTarget } from '../../../src/cycle/plan-target.ts';
import { readDirectories } from '../../../src/cycle/read/read-directories.ts';
import type { CyclesInput } from '../../../src/cycle/run-cycles.ts';
import type { DirectorySource } from '../../../src/ports/directory-source.ts';
import { cycleStage, day, hour, operationsOf, person, team, type StageOptions } from '../../support/cycle-stage.ts';

const ids = Array.from({ length: 12 }, (_, index) => `p${String(index + 1).padStart(2, '0')}`);
const everybody = ids.map((id) => person(id));
const removal = { leaves: 'delete', groups: 'delete' } as const;
const ways: Readonly<Record<string, () => Partial<CyclesInput>>> = {
  'single runs': () => ({}),
  'a daemon': () => ({ directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() }),
};

/** A directory that says the same of whom it hides and of who is gone, and a target that went by all of it. */
async function begin(way: () => Partial<CyclesInput>, options: StageOptions = {}) {
  const stage = cycleStage([...everybody, team('staff', ids), team('few', ['p01', 'p02'])], { removal, ...options });
  const how = way();
  const cycle = async (input: Partial<CyclesInput> = how) => (await stage.cycle(input)).report;
  const days = async (count: number): Promise<string[]> => {
    const applied: string[] = [];
    for (let passed = 0; passed < count; passed += 1) {
      await stage.clock.advance(day);
      applied.push(...operationsOf((await cycle()).applied));
    }
    return applied;
  };
  assert.equal((await cycle()).result, 'success');
  stage.source.tellNothing();
  /** Everything is read after this: no feed tells of access rules. */
  const hide = (id: string): void => {
    stage.source.hide(id);
    stage.source.forgetChanges();
  };
  return { ...stage, cycle, days, hide };
}

for (const [name, way] of Object.entries(ways)) {
  describe(`whoever is deleted or hidden, where the directory does not tell which (leaves: delete), in ${name}`, () => {
    it('loses access and no account, and is back when shown again', async () => {
      const { cycle, hide, source } = await begin(way);
      hide('p03');
      assert.deepEqual(operationsOf((await cycle()).applied).sort(), ['deactivate p03', 'members staff']);
      assert.deepEqual(operationsOf((await cycle()).applied), []);
      source.hide('p03', false);
      source.put(person('p03'));
      assert.deepEqual(operationsOf((await cycle()).applied).sort(), ['members staff', 'reactivate p03']);
    });

    it('is deleted when that has stood for a week', async () => {
      const { cycle, days, source } = await begin(way);
      source.remove('p03');
      await cycle();
      assert.deepEqual(await days(6), []);
      assert.deepEqual(await days(2), ['delete p03']);
      assert.deepEqual(await days(1), []);
    });

    it('is deleted at once when it is proved', async () => {
      const { cycle, clock, source } = await begin(way);
      source.remove('p03');
      await cycle();
      source.tellNothing(false);
      await clock.advance(hour);
      assert.deepEqual(operationsOf((await cycle()).applied), ['delete p03']);
    });

    it('is not deleted by a clock that leaps', async () => {
      const { cycle, clock, hide } = await begin(way);
      hide('p03');
      await cycle();
      await clock.advance(60 * day);
      await clock.advance(hour);
      const report = await cycle();
      assert.deepEqual(
        [operationsOf(report.applied), report.hold?.findings.map(({ kind }) => kind)],
        [[], ['clock_leap']],
      );
    });

    it('loses its members, if it is a group, and is deleted a week later', async () => {
      const { cycle, days, source } = await begin(way);
      source.remove('few');
      assert.deepEqual(operationsOf((await cycle()).applied), ['members few']);
      assert.deepEqual(await days(6), []);
      assert.deepEqual(await days(3), ['delete few']);
    });

    it('is deleted a week later, if it is a group, whatever happens to people', async () => {
      const { cycle, days, source } = await begin(way, {
        removal: { leaves: 'deactivate', deleteAfter: 30 * day, groups: 'delete' },
      });
      source.remove('few');
      assert.deepEqual(operationsOf((await cycle()).applied), ['members few']);
      assert.deepEqual(await days(6), []);
      assert.deepEqual(await days(3), ['delete few']);
    });

    it('has its members back, if it is a group that is shown again', async () => {
      const { cycle, days, hide, source } = await begin(way);
      hide('few');
      await cycle();
      assert.deepEqual(await days(3), []);
      source.hide('few', false);
      source.put(team('few', ['p01', 'p02']));
      assert.deepEqual(operationsOf((await cycle()).applied), ['members few']);
      assert.deepEqual(await days(9), []);
    });

    it('is deleted at once where the target deletes whom it switches off', async () => {
      const { cycle, source } = await begin(way, { removal: { ...removal, offIsDeletion: true } });
      source.remove('p03');
      assert.ok(operationsOf((await cycle()).applied).includes('delete p03'));
    });
  });
}

it('a plan and a cycle come to the same', async () => {
  const { cycle, source, setup, store, clock } = await begin(() => ({}));
  source.hide('p03');
  const control = { clock, observer: () => undefined, signal: new AbortController().signal, store };
  const readings = await readDirectories([setup.definition], new Map([['corp', source]]), control);
  const { plan } = await planTarget(setup, [...readings.complete.values()], store, {
    ...readings,
    attempt: 'asked',
    now: clock.now(),
    signal: control.signal,
  });
  const { planId } = await cycle();
  assert.equal(plan.id, planId);
  assert.match(
    plan.operations.find(({ sourceId }) => sourceId === 'p03')?.reason ?? '',
    /deleted, or hidden from the bind account/,
  );
});

describe('where to look for those who are not shown', () => {
  it('is what a group says: the last name that they had, in any spelling', async () => {
    const asked: unknown[] = [];
    const { cycle, source } = await begin(() => ({}));
    source.hide('p03');
    source.hide('p04');
    source.put(team('few', ['p01', 'p02']));
    const asking: DirectorySource = {
      ...source,
      lookUp: (absent) => {
        asked.push(...absent.map(({ id, namedAs }) => [id, namedAs]));
        return Promise.resolve(new Map());
      },
    };
    await cycle({ sources: new Map([['corp', asking]]) });
    assert.deepEqual(asked, [
      ['p03', 'CN=p03,OU=Staff,DC=corp'],
      ['p04', 'CN=p04,OU=Staff,DC=corp'],
    ]);
  });
});
