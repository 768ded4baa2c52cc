import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../../../src/core/model/outcome.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import type { ScimTarget } from '../../../src/ports/scim-target.ts';
import { cycleStage, inShort, person, team, type StageOptions } from '../../support/cycle-stage.ts';

const signal = new AbortController().signal;
type Stage = ReturnType<typeof cycleStage>;

/** An account that somebody made by hand; `answer` is what every creation is answered with from then on. */
async function older(stage: Stage, answer: Partial<Extract<Outcome, { kind: 'applied' }>>, userName = 'older') {
  await stage.target.create('user', new Map<string, ScimValue>([['userName', userName]]), signal);
  const create: ScimTarget['create'] = () => Promise.resolve({ kind: 'applied', id: 'user-1', ...answer });
  return () =>
    Promise.resolve({
      ...stage.setup,
      target: Object.assign(Object.create(stage.target) as typeof stage.target, { create }),
    });
}

const never = (match: readonly string[]): StageOptions => ({
  removal: { leaves: 'delete', groups: 'delete' },
  match,
  policy: { user: { match, adopt: 'never', create: true }, group: { match: [], adopt: 'never', create: true } },
});

describe('an account that answers a creation under another name', () => {
  it('is linked to nobody when nothing tells that it is new, and is there when the newcomer leaves', async () => {
    const stage = cycleStage([person('dan')], { removal: { leaves: 'delete', groups: 'keep' } });
    const prepare = await older(stage, { unproven: true });
    const { report } = await stage.cycle({ prepare });
    assert.equal(report.failed[0]?.failure.reason, 'match_foreign');
    assert.equal((await stage.store.links('wiki', ['dan'])).size, 0);
    stage.source.remove('dan');
    await stage.cycle({ prepare });
    assert.equal(stage.target.users().length, 1);
  });

  it('is linked to nobody either when it was there before, by the answer or by the list of this cycle', async () => {
    for (const answer of [{ unproven: true, existed: true }, { unproven: true }, { named: true }, {}] as const) {
      const stage = cycleStage([person('dan'), person('ada')], { target: { concurrency: 1 } });
      const prepare = await older(stage, answer);
      const { report } = await stage.cycle({ prepare });
      assert.deepEqual(
        report.failed.map(({ failure }) => failure.reason),
        ['match_foreign', 'match_foreign'],
        JSON.stringify(answer),
      );
      assert.equal((await stage.store.links('wiki', ['dan', 'ada'])).size, 0);
    }
  });

  it('is new where a whole list of the same cycle lacks it', async () => {
    const stage = cycleStage([person('dan'), person('ada')]);
    let made = 0;
    const create: ScimTarget['create'] = () =>
      Promise.resolve({ kind: 'applied', id: `fresh-${(made += 1)}`, unproven: true });
    const target = Object.assign(Object.create(stage.target) as typeof stage.target, { create });
    const { report } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    assert.equal(report.failed.length, 0);
    assert.equal((await stage.store.links('wiki', ['dan', 'ada'])).size, 2);
  });

  it('is a group that is taken unless others are in it', async () => {
    for (const populated of [true, false]) {
      const stage = cycleStage([person('ada')], {});
      await stage.cycle();
      await stage.target.create('user', new Map([['userName', 'stranger']]), signal);
      await stage.target.create('group', new Map([['displayName', 'slug']]), signal);
      if (populated)
        await stage.target.changeMembers(
          'group-3',
          { add: [{ id: 'user-2', type: 'user' }], remove: [], current: () => Promise.resolve([]) },
          signal,
        );
      stage.source.put(team('Slug!'));
      const create: ScimTarget['create'] = () => Promise.resolve({ kind: 'applied', id: 'group-3', unproven: true });
      const target = Object.assign(Object.create(stage.target) as typeof stage.target, { create });
      const { report } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
      assert.equal(report.failed.length, populated ? 1 : 0);
      assert.equal((await stage.store.links('wiki', ['Slug!'])).size, populated ? 0 : 1);
    }
  });
});

describe('an older account by the same name, where nobody is adopted', () => {
  it('is looked for before the first creation when no search asked for the name, and not taken', async () => {
    const stage = cycleStage([person('dan')], never(['externalId']));
    const prepare = await older(stage, {}, 'dan@example.org');
    const { report, calls } = await stage.cycle({ prepare });
    assert.deepEqual(inShort(calls), ['find externalId dan', 'find userName dan@example.org']);
    assert.equal(report.failed[0]?.failure.reason, 'adoption_off');
    stage.source.remove('dan');
    await stage.cycle({ prepare });
    assert.equal(stage.target.users().length, 1);
  });

  it('is not looked for once an answer showed that new ones carry what was sent', async () => {
    const stage = cycleStage([person('dan'), person('ada')], { ...never(['externalId']), target: { concurrency: 1 } });
    const create: ScimTarget['create'] = (type, attributes) =>
      Promise.resolve({ kind: 'applied', id: `made-${JSON.stringify(attributes.get('externalId'))}`, named: true });
    const target = Object.assign(Object.create(stage.target) as typeof stage.target, { create });
    const { calls } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    assert.deepEqual(
      inShort(calls).filter((call) => call.startsWith('find userName')),
      ['find userName ada@example.org'],
    );
  });
});
