import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import type { Intent } from '../../../src/ports/state-records.ts';
import {
  cycleStage,
  day,
  hour,
  minute,
  operationsOf,
  person,
  team,
  type StageOptions,
} from '../../support/cycle-stage.ts';

const login = (id: string, name: string, rest: Readonly<Record<string, string>> = {}) =>
  person(id, { mail: `${name}@example.org`, ...rest });
type Stage = ReturnType<typeof cycleStage>;
const users = ({ target }: Stage) =>
  target
    .users()
    .map(({ externalId, active }) => `${String(externalId)} ${active === false ? 'off' : 'on'}`)
    .sort();
const deleting: StageOptions = { removal: { leaves: 'delete', groups: 'keep' } };

/** Ada is gone, and ada2 has come in her place, whom an earlier request may have created. */
async function staged(options: StageOptions, unclear: Partial<Intent> = { unclear: 'lost' }): Promise<Stage> {
  const stage = cycleStage([person('ada'), person('ben'), team('crew', ['ada', 'ben'])], options);
  await stage.cycle();
  await stage.clock.advance(hour);
  stage.source.remove('ada');
  stage.source.put(login('ada2', 'ada'));
  stage.source.put(team('crew', ['ada2', 'ben']));
  await noteIntent(stage, unclear);
  return stage;
}

const noteIntent = ({ store, clock }: Stage, unclear: Partial<Intent>): Promise<void> =>
  store.record([
    {
      kind: 'intent',
      intent: {
        target: 'wiki',
        type: 'user',
        sourceId: 'ada2',
        directory: 'corp',
        at: new Date(clock.now()).toISOString(),
        ...unclear,
      },
    },
  ]);

const refuseSearches = ({ target }: Stage): void =>
  target.setHook((call) =>
    call.method === 'find' || call.method === 'inventory'
      ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
      : undefined,
  );

describe('an entry that is gone, whose successor may have been created already', () => {
  for (const leaves of ['delete', 'deactivate'] as const)
    it(`keeps the account until that is known, and then hands it over (${leaves})`, async () => {
      const stage = await staged({ removal: { leaves, groups: 'keep' } });
      for (let poll = 0; poll < 4; poll += 1) {
        const { report } = await stage.cycle();
        assert.deepEqual(operationsOf(report.applied), []);
        const { pending, pendingResources } = await stage.store.target('wiki');
        assert.deepEqual([report.rejected.length, pending], [1, 2]);
        assert.deepEqual(pendingResources, { user: 1, group: 1 });
        assert.deepEqual(users(stage), ['ada on', 'ben on']);
        assert.deepEqual(stage.target.groups()[0]?.['members'], [{ value: 'user-1' }, { value: 'user-2' }]);
        await stage.clock.advance(minute);
      }
      await stage.clock.advance(2 * minute);
      const { report } = await stage.cycle();
      assert.deepEqual(operationsOf(report.applied), ['relink ada2']);
      assert.deepEqual([users(stage), await stage.store.openIntents('wiki')], [['ada2 on', 'ben on'], []]);
      assert.deepEqual((await stage.cycle()).calls, []);
    });

  it('is handed over by a daemon as soon as it is known, with nobody asking', async () => {
    const stage = await staged(deleting);
    const cleanCycles = createCleanCycles();
    for (let poll = 0; poll < 12; poll += 1) {
      await stage.cycle({ cleanCycles });
      await stage.clock.advance(30_000);
    }
    assert.deepEqual(users(stage), ['ada2 on', 'ben on']);
    assert.deepEqual((await stage.cycle({ cleanCycles })).calls, []);
  });

  it('is handed over in the same cycle, when nothing can come to light any more', async () => {
    const stage = await staged(deleting);
    await stage.clock.advance(3 * day);
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['relink ada2']);
    assert.deepEqual([users(stage), await stage.store.openIntents('wiki')], [['ada2 on', 'ben on'], []]);
  });

  it('is handed over also where an earlier search found the account in the way', async () => {
    const stage = await staged(deleting, {});
    // The process ended before an answer: it is created again, and refused.
    await stage.cycle();
    assert.deepEqual(users(stage), ['ada on', 'ben on']);
    await stage.clock.advance(6 * minute);
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['relink ada2']);
  });

  it('departs when the newcomer has an account of their own', async () => {
    const stage = await staged({ ...deleting, match: ['userName'] });
    const own = new Map<string, string | boolean>([
      ['userName', 'other@example.org'],
      ['externalId', 'ada2'],
      ['active', true],
    ]);
    await stage.target.create('user', own, new AbortController().signal);
    const applied = operationsOf((await stage.cycle()).report.applied);
    assert.ok(applied.includes('delete ada') && applied.includes('adopt ada2'), applied.join());
    assert.deepEqual(users(stage), ['ada2 on', 'ben on']);
  });

  it('waits for a day at most, when nobody can find out', async () => {
    const stage = await staged({});
    refuseSearches(stage);
    await stage.clock.advance(23 * hour);
    await stage.cycle();
    assert.deepEqual(users(stage), ['ada on', 'ben on']);
    await stage.clock.advance(hour);
    await stage.cycle();
    assert.deepEqual(users(stage), ['ada off', 'ben on']);
  });

  it('does not wait when the clock was set back behind the creation', async () => {
    const stage = await staged({}, { at: '2099-01-01T00:00:00.000Z', unclear: 'lost' });
    refuseSearches(stage);
    await stage.cycle();
    assert.deepEqual(users(stage), ['ada off', 'ben on']);
  });

  it('does not wait for a newcomer who is switched off, who left too, or who may not take over', async () => {
    const off = await staged({});
    off.source.put(login('ada2', 'ada', { status: 'off' }));
    const left = await staged({});
    left.source.remove('ada2');
    const match = ['externalId', 'userName'];
    const never = await staged({
      policy: {
        user: { match, adopt: 'never', create: true },
        group: { match: ['externalId', 'displayName'], adopt: 'first-match', create: true },
      },
    });
    for (const stage of [off, left, never]) {
      await stage.cycle();
      assert.deepEqual(users(stage), ['ada off', 'ben on']);
    }
  });

  it('is out at once of a group that the newcomer is not in', async () => {
    const stage = await staged(deleting);
    stage.source.put(team('crew', ['ben']));
    const { report } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), ['members crew']);
    assert.deepEqual(stage.target.groups()[0]?.['members'], [{ value: 'user-2' }]);
    assert.deepEqual(users(stage), ['ada on', 'ben on']);
  });

  it('is not created a second time by a target that loses every answer', async () => {
    const stage = await staged(deleting);
    stage.target.setHook((call) =>
      call.method === 'create' ? { when: 'before', result: { class: 'unknown', detail: 'cut' } } : undefined,
    );
    for (let poll = 0; poll < 40 && !users(stage).includes('ada2 on'); poll += 1) {
      await stage.cycle();
      await stage.clock.advance(minute);
    }
    assert.deepEqual(users(stage), ['ada2 on', 'ben on']);
  });

  it('of groups keeps its members until then', async () => {
    const stage = cycleStage([person('ada'), person('ben'), team('crew', ['ada', 'ben'])], {
      removal: { leaves: 'deactivate', groups: 'delete' },
    });
    await stage.cycle();
    stage.source.remove('crew');
    stage.source.put({ ...team('crew2', ['ada', 'ben']), attributes: team('crew', ['ada', 'ben']).attributes });
    await noteIntent(stage, { type: 'group', sourceId: 'crew2', unclear: 'lost' });
    const members = () => stage.target.groups().map(({ externalId, members: held }) => [externalId, held]);
    const both = [{ value: 'user-1' }, { value: 'user-2' }];
    await stage.cycle();
    assert.deepEqual(members(), [['crew', both]]);
    await stage.clock.advance(6 * minute);
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['relink crew2']);
    assert.deepEqual(members(), [['crew2', both]]);
  });

  it('keeps what a person decided about the removal', async () => {
    const stage = await staged({});
    const at = new Date(stage.clock.now()).toISOString();
    const operations = [{ verb: 'deactivate', type: 'user', sourceId: 'ada', departed: true }] as const;
    const state = await stage.store.target('wiki');
    await stage.store.record([
      { kind: 'target', target: 'wiki', state: { ...state, rejections: [{ holdId: 'hold-1', at, operations }] } },
    ]);
    await stage.cycle();
    assert.equal((await stage.store.target('wiki')).rejections?.length, 1);
  });
});
