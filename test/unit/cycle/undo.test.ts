import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GuardLimits, RemovalPolicy } from '../../../src/core/planning/policy.ts';
import type { LoggedEntry } from '../../../src/core/model/log-entry.ts';
import { cycleStage, day, inShort, minute, operationsOf, person, team } from '../../support/cycle-stage.ts';
import { definition } from '../../support/entries.ts';
import { noLimits } from '../../support/limits.ts';

type Stage = ReturnType<typeof cycleStage>;

const by = { via: 'shell', user: 'root' } as const;

async function undo({ store, clock }: Stage, cycle: string): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  await store.decide({ target: 'wiki', holdId: `undo-${cycle}`, decision: 'undo', at, by });
}

async function approve({ store, clock }: Stage, cycle: string): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  await store.decide({ target: 'wiki', holdId: `undo-${cycle}`, decision: 'approve', at, by });
}

const activeIn = ({ target }: Stage): unknown[] =>
  target
    .users()
    .filter(({ active }) => active !== false)
    .map(({ externalId }) => externalId)
    .sort();

const membersIn = ({ target }: Stage): number =>
  target.groups().reduce((sum, { members }) => sum + (Array.isArray(members) ? members.length : 0), 0);

/** Nothing is sent, whatever the attempt, and what was taken back stays undone. */
async function staysSo(stage: Stage, undone: readonly string[]): Promise<void> {
  for (const attempt of ['due', 'asked'] as const) {
    const { report, calls } = await stage.cycle({ attempt });
    assert.deepEqual(inShort(calls), []);
    assert.deepEqual(operationsOf(report.undone).sort(), [...undone].sort());
  }
}

function stageOf(removal: Partial<RemovalPolicy> = {}, limits: GuardLimits = noLimits): Stage {
  return cycleStage([person('ada'), person('bob'), person('cyd'), team('staff', ['ada', 'bob', 'cyd'])], {
    removal: { leaves: 'deactivate', groups: 'keep', ...removal },
    limits,
    definition: definition({
      users: { userName: 'lower(mail)', title: 'title', active: 'status != "off"' },
      match: { user: ['externalId', 'userName'] },
      scope: { user: { where: 'status != "away"' }, group: { where: 'info != "away"' } },
    }),
  });
}

/** Bob leaves. @returns the cycle in which he lost access */
async function lose(stage: Stage): Promise<string> {
  await stage.cycle();
  stage.source.remove('bob');
  return (await stage.cycle()).report.cycle;
}

describe('Undo of a cycle', () => {
  it('gives access and memberships back, holds their removal from then on, and sends nothing more', async () => {
    const stage = stageOf();
    const cycle = await lose(stage);
    assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
    assert.equal(membersIn(stage), 2);
    await undo(stage, cycle);
    const { report } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied).sort(), ['members staff', 'reactivate bob']);
    assert.deepEqual(activeIn(stage), ['ada', 'bob', 'cyd']);
    assert.equal(membersIn(stage), 3);
    await staysSo(stage, ['deactivate bob', 'members staff']);
  });

  it('says in the log that it was an undo, of which cycle and by whom', async () => {
    const stage = stageOf();
    const cycle = await lose(stage);
    await undo(stage, cycle);
    const { report } = await stage.cycle();
    const entries: LoggedEntry[] = [];
    for await (const batch of stage.store.logged(0)) entries.push(...batch);
    const own = entries.filter((entry) => entry.cycle === report.cycle);
    assert.equal(own.length, 2);
    for (const { cause, decision, by: who } of own) {
      assert.equal(cause, 'undo');
      assert.equal(decision, `undo-${cycle}`);
      assert.deepEqual(who, by);
    }
  });

  it('ends when a person approves what it holds', async () => {
    const stage = stageOf();
    const cycle = await lose(stage);
    await undo(stage, cycle);
    await stage.cycle();
    await approve(stage, cycle);
    await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
    assert.equal(membersIn(stage), 2);
    await staysSo(stage, []);
  });

  it('ends when the directory has them again, and counts no more when they leave later', async () => {
    const stage = stageOf();
    const cycle = await lose(stage);
    await undo(stage, cycle);
    await stage.cycle();
    stage.source.put(person('bob'));
    await stage.cycle();
    assert.deepEqual((await stage.store.target('wiki')).rejections, undefined);
    stage.source.remove('bob');
    await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
  });

  it('does not keep somebody whom the directory disables afterwards', async () => {
    const stage = stageOf();
    const cycle = await lose(stage);
    await undo(stage, cycle);
    await stage.cycle();
    stage.source.put(person('bob', { status: 'off' }));
    await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
  });

  for (const leaves of ['deactivate', 'delete'] as const)
    for (const status of ['off', 'away'] as const)
      it(`does not keep somebody who was ${status}, and is gone from the directory afterwards (leaves: ${leaves})`, async () => {
        const stage = stageOf({ leaves });
        await stage.cycle();
        stage.source.put(person('bob', { status }));
        const { report } = await stage.cycle();
        assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
        await undo(stage, report.cycle);
        await stage.cycle();
        assert.deepEqual(activeIn(stage), ['ada', 'bob', 'cyd']);
        await staysSo(stage, operationsOf((await stage.cycle()).report.undone));
        stage.source.remove('bob');
        await stage.cycle();
        assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
        assert.equal(membersIn(stage), 2);
        await staysSo(stage, []);
        assert.equal((await stage.store.target('wiki')).rejections, undefined);
      });

  for (const leaves of ['deactivate', 'delete'] as const)
    for (const status of ['off', 'away'] as const)
      it(`gives nothing back to somebody who was ${status}, and is gone from the directory by then (leaves: ${leaves})`, async () => {
        const stage = stageOf({ leaves });
        await stage.cycle();
        stage.source.put(person('bob', { status }));
        const { report } = await stage.cycle();
        await undo(stage, report.cycle);
        stage.source.remove('bob');
        stage.source.put(team('staff', ['ada', 'cyd']));
        await stage.cycle();
        assert.deepEqual([activeIn(stage), membersIn(stage)], [['ada', 'cyd'], 2]);
        await staysSo(stage, []);
      });

  it('gives nothing back to somebody who was disabled, and is out of scope by then', async () => {
    const stage = stageOf();
    await stage.cycle();
    stage.source.put(person('bob', { status: 'off' }));
    const { report } = await stage.cycle();
    await undo(stage, report.cycle);
    stage.source.put(person('bob', { status: 'away' }));
    await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
    await staysSo(stage, []);
  });

  it('has the guard look at those who are gone from the directory afterwards', async () => {
    const stage = stageOf({}, { ...noLimits, removals: { percent: 10, atLeast: 1 } });
    await stage.cycle();
    const cycles: string[] = [];
    for (const id of ['bob', 'cyd']) {
      await stage.clock.advance(2 * day);
      stage.source.put(person(id, { status: 'off' }));
      cycles.push((await stage.cycle()).report.cycle);
    }
    assert.deepEqual(activeIn(stage), ['ada']);
    for (const cycle of cycles) await undo(stage, cycle);
    await stage.cycle();
    await stage.clock.advance(2 * day);
    stage.source.remove('bob');
    stage.source.remove('cyd');
    const { report } = await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'bob', 'cyd']);
    assert.deepEqual(operationsOf(report.hold?.operations ?? []).sort(), [
      'deactivate bob',
      'deactivate cyd',
      'members staff',
    ]);
  });

  it('gives access back to somebody who is disabled in the directory', async () => {
    const stage = stageOf();
    await stage.cycle();
    stage.source.put(person('bob', { status: 'off' }));
    const { report } = await stage.cycle();
    stage.source.put(person('bob', { status: 'off', title: 'Dr' }));
    await undo(stage, report.cycle);
    await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'bob', 'cyd']);
    assert.equal(stage.target.users().find(({ externalId }) => externalId === 'bob')?.['title'], 'Dr');
    await staysSo(stage, ['deactivate bob']);
  });

  it('creates again whom the target deleted while the directory knows them, with their memberships', async () => {
    const stage = stageOf({ leaves: 'delete' });
    await stage.cycle();
    stage.source.put(person('bob', { status: 'away' }));
    const { report } = await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
    await undo(stage, report.cycle);
    await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'bob', 'cyd']);
    assert.equal(membersIn(stage), 3);
    await staysSo(stage, ['delete bob', 'members staff']);
  });

  it('leaves those alone whom the directory does not know any more', async () => {
    const stage = stageOf({ leaves: 'delete' });
    const cycle = await lose(stage);
    await undo(stage, cycle);
    const { report } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), []);
    await staysSo(stage, []);
  });

  it('creates a deleted group again, with its members', async () => {
    const stage = stageOf({ groups: 'delete' });
    stage.source.put(team('others', ['ada']));
    await stage.cycle();
    const { attributes, ...staff } = team('staff', ['ada', 'bob', 'cyd']);
    stage.source.put({ ...staff, attributes: new Map([...attributes, ['info', ['away']]]) });
    const { report } = await stage.cycle();
    assert.equal(membersIn(stage), 1);
    await undo(stage, report.cycle);
    await stage.cycle();
    assert.equal(membersIn(stage), 4);
    await staysSo(stage, ['delete staff']);
  });

  it('is carried out by a daemon to whom the directory shows nothing new, and once', async () => {
    const stage = stageOf();
    const cycle = await lose(stage);
    await stage.cycle();
    await undo(stage, cycle);
    await undo(stage, cycle);
    const { report } = await stage.cycle();
    assert.equal(report.applied.length, 2);
    assert.deepEqual((await stage.store.decisions()).waiting, []);
    await stage.clock.advance(minute);
    await undo(stage, cycle);
    await stage.cycle();
    assert.deepEqual(
      (await stage.store.target('wiki')).decided?.map(({ end }) => end),
      ['taken', 'taken'],
    );
    await staysSo(stage, ['deactivate bob', 'members staff']);
  });

  it('goes on when the target fails, and holds nothing that it has not given back after a day', async () => {
    const stage = stageOf();
    const cycle = await lose(stage);
    await undo(stage, cycle);
    stage.target.setHook(({ method }) =>
      method === 'update' ? { when: 'before', result: { class: 'transient', status: 503, detail: 'no' } } : undefined,
    );
    await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'cyd']);
    stage.target.setHook(undefined);
    await stage.cycle({ attempt: 'asked' });
    assert.deepEqual(activeIn(stage), ['ada', 'bob', 'cyd']);
    await staysSo(stage, ['deactivate bob', 'members staff']);
    await stage.clock.advance(2 * day);
    await staysSo(stage, ['deactivate bob', 'members staff']);
  });

  it('does not delete an account whose time to come back is over in the same cycle', async () => {
    const stage = stageOf({ deleteAfter: day });
    const cycle = await lose(stage);
    await stage.clock.advance(2 * day);
    await undo(stage, cycle);
    await stage.cycle();
    assert.deepEqual(activeIn(stage), ['ada', 'bob', 'cyd']);
  });

  it('of several cycles reads the log once', async () => {
    const stage = stageOf();
    const first = await lose(stage);
    stage.source.remove('cyd');
    const second = (await stage.cycle()).report.cycle;
    await undo(stage, first);
    await undo(stage, second);
    let reads = 0;
    const store = {
      ...stage.store,
      logged: (after: number) => {
        reads += 1;
        return stage.store.logged(after);
      },
    };
    await stage.cycle({ store });
    assert.deepEqual(activeIn(stage), ['ada', 'bob', 'cyd']);
    assert.equal(membersIn(stage), 3);
    assert.equal(reads, 1);
    reads = 0;
    await stage.cycle({ store, attempt: 'asked' });
    assert.equal(reads, 0, 'nothing is to be taken back any more');
  });

  it('of a cycle that took nothing away changes nothing', async () => {
    const stage = stageOf();
    const { report } = await stage.cycle();
    await undo(stage, report.cycle);
    const then = await stage.cycle();
    assert.deepEqual(inShort(then.calls), []);
    assert.deepEqual(
      (await stage.store.target('wiki')).decided?.map(({ end }) => end),
      ['void'],
    );
  });
});
