import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, inShort, operationsOf, person, team, type StageOptions } from '../../support/cycle-stage.ts';
import { adoptingCycle } from '../../support/decision-stage.ts';
import { acknowledgedMembers } from '../../support/acknowledged-members.ts';

const signal = new AbortController().signal;

/** A group that was there before, with ada and a guest in it. */
async function withGroup(options: StageOptions = {}) {
  const stage = cycleStage([person('ada'), person('ben')], options);
  await stage.target.create('user', new Map<string, ScimValue>([['userName', 'guest']]), signal);
  await stage.cycle();
  await stage.target.create('group', new Map<string, ScimValue>([['displayName', 'crew']]), signal);
  await stage.target.changeMembers(
    'group-4',
    {
      add: ['user-1', 'user-2'].map((id) => ({ id, type: 'user' as const })),
      remove: [],
      current: () => Promise.resolve([]),
    },
    signal,
  );
  return stage;
}
const membersOf = ({ target }: Awaited<ReturnType<typeof withGroup>>) => target.groups()[0]?.['members'];

describe('a group that is adopted', () => {
  it('keeps who is in it; nobody is put in who is there, and the guest is counted', async () => {
    const stage = await withGroup();
    stage.source.put(team('crew', ['ada', 'ben']));
    const { report, calls } = await adoptingCycle(stage);
    const adoption = report.applied.find(({ verb }) => verb === 'adopt');
    assert.ok(adoption?.verb === 'adopt');
    assert.deepEqual([adoption.present, adoption.strangers], [['ada'], ['user-1']]);
    assert.deepEqual(
      inShort(calls).filter((call) => call.startsWith('members')),
      ['members group-4 +user-3 -'],
    );
    assert.deepEqual(
      membersOf(stage),
      ['user-1', 'user-2', 'user-3'].map((value) => ({ value })),
    );
    assert.deepEqual((await acknowledgedMembers(stage.store, 'wiki', 'crew')).toSorted(), [
      'ada',
      'ben',
      'stranger:user-1',
    ]);
    assert.deepEqual(await stage.store.memberships('wiki'), { members: 2, groups: 1 });
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('lets go of whoever leaves it later, though nobody here put them in', async () => {
    const stage = await withGroup();
    stage.source.put(team('crew', ['ada']));
    await adoptingCycle(stage);
    stage.source.put(team('crew', []));
    await stage.cycle();
    assert.deepEqual(membersOf(stage), [{ value: 'user-1' }]);
  });

  it('that turned up after a creation was refused gets nobody twice either', async () => {
    const stage = cycleStage([person('ada'), person('ben')]);
    await stage.target.create('user', new Map<string, ScimValue>([['userName', 'guest']]), signal);
    await stage.cycle();
    stage.source.put(team('crew', ['ada', 'ben']));
    stage.target.setHook((call) => {
      if (call.method !== 'create') return undefined;
      stage.target.setHook(undefined);
      const made = new Map<string, ScimValue>([['displayName', 'crew']]);
      const join = {
        add: ['user-1', 'user-2'].map((id) => ({ id, type: 'user' as const })),
        remove: [],
        current: () => Promise.resolve([]),
      };
      void stage.target.create('group', made, signal).then(() => stage.target.changeMembers('group-4', join, signal));
      return { when: 'before', result: { class: 'conflict', status: 409, detail: 'there is one' } };
    });
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.failed.map(({ failure }) => failure.class),
      ['conflict'],
    );
    await stage.clock.advance(120_000);
    const { calls } = await adoptingCycle(stage);
    assert.deepEqual(
      inShort(calls).filter((call) => call.startsWith('members') && call !== 'members group-4 +user-3 -'),
      [],
    );
  });
});

const matching = {
  user: { match: ['externalId', 'userName'], adopt: 'first-match', create: true },
  group: { match: ['displayName'], adopt: 'first-match', create: true },
} as const;
const removing = { ...matching, group: { ...matching.group, adoptedMembers: 'remove' } } as const;
const { limits: noLimits } = cycleStage([]).setup;

describe('a group that is adopted with adoptedMembers: remove', () => {
  it('lets go of whom the directory does not have in it, in the same cycle, and nobody is asked about it again', async () => {
    const stage = await withGroup({ policy: removing });
    stage.source.put(team('crew', ['ada', 'ben']));
    const { report, calls } = await adoptingCycle(stage);
    assert.deepEqual(operationsOf(report.applied), ['adopt crew', 'members crew']);
    assert.deepEqual(
      inShort(calls).filter((call) => call.startsWith('members')),
      ['members group-4 +user-3 -user-1'],
    );
    assert.deepEqual(
      membersOf(stage),
      ['user-2', 'user-3'].map((value) => ({ value })),
    );
    assert.deepEqual((await acknowledgedMembers(stage.store, 'wiki', 'crew')).toSorted(), ['ada', 'ben']);
    assert.deepEqual((await stage.cycle()).calls, []);
    assert.equal(
      stage.target.users().find(({ id }) => id === 'user-1')?.['userName'],
      'guest',
      "the account itself is somebody else's",
    );
  });

  it('lets go of those who were shown at the adoption when that is wanted later', async () => {
    const stage = await withGroup();
    stage.source.put(team('crew', ['ada']));
    await adoptingCycle(stage);
    assert.deepEqual(
      membersOf(stage),
      ['user-1', 'user-2'].map((value) => ({ value })),
    );
    const { calls } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, policy: removing }) });
    assert.deepEqual(inShort(calls), ['members group-4 + -user-1']);
    assert.deepEqual(
      (await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, policy: removing }) })).calls,
      [],
    );
  });

  it('is guarded like members who leave: they stay until that is approved, and the first run takes nobody out', async () => {
    const stage = cycleStage([person('ada'), team('crew', ['ada'])], {
      policy: removing,
      limits: { ...noLimits, members: { percent: 20, atLeast: 1 } },
    });
    for (const name of ['guest', 'visitor'])
      await stage.target.create('user', new Map<string, ScimValue>([['userName', name]]), signal);
    await stage.target.create('group', new Map<string, ScimValue>([['displayName', 'crew']]), signal);
    await stage.target.changeMembers(
      'group-3',
      {
        add: ['user-1', 'user-2'].map((id) => ({ id, type: 'user' as const })),
        remove: [],
        current: () => Promise.resolve([]),
      },
      signal,
    );
    const first = await stage.cycle();
    assert.deepEqual(
      first.report.hold?.findings.map(({ kind }) => kind),
      ['first_run', 'members'],
    );
    const second = await stage.cycle();
    assert.deepEqual(
      second.report.hold?.findings.map(({ kind, planned }) => [kind, planned]),
      [
        ['first_run', 2],
        ['members', 2],
      ],
    );
    assert.equal((membersOf(stage) as unknown[]).length, 3);
    await stage.store.decide({
      target: 'wiki',
      holdId: second.report.hold.holdId,
      decision: 'approve',
      at: new Date(stage.clock.now()).toISOString(),
    });
    await stage.cycle();
    assert.deepEqual(membersOf(stage), [{ value: 'user-4' }]);
  });

  it('keeps whoever has an entry since, and belongs into the group', async () => {
    const stage = await withGroup();
    const prepare = () => Promise.resolve({ ...stage.setup, policy: removing });
    stage.source.put(team('crew', ['ada']));
    await adoptingCycle(stage);
    stage.source.put(person('guest', { mail: 'guest' }));
    stage.source.put(team('crew', ['ada', 'guest']));
    const { calls } = await stage.cycle({ prepare });
    assert.deepEqual(
      inShort(calls).filter((call) => / -./.test(call)),
      [],
    );
    assert.deepEqual(
      membersOf(stage),
      ['user-1', 'user-2'].map((value) => ({ value })),
    );
    stage.source.put(team('crew', ['ada']));
    await stage.cycle({ prepare });
    assert.deepEqual(membersOf(stage), [{ value: 'user-2' }]);
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'crew'), ['ada']);
    assert.deepEqual((await stage.cycle({ prepare })).calls, []);
  });

  it('survives the end of the process in between', async () => {
    const stage = await withGroup({ policy: removing });
    stage.source.put(team('crew', ['ada']));
    stage.target.setHook((call) =>
      call.method === 'changeMembers' ? { when: 'after', result: { class: 'unknown', detail: 'cut' } } : undefined,
    );
    await adoptingCycle(stage);
    stage.target.setHook(undefined);
    await stage.clock.advance(60_000);
    assert.equal((await stage.cycle()).report.result, 'success');
    assert.deepEqual(membersOf(stage), [{ value: 'user-2' }]);
    assert.deepEqual((await stage.cycle()).calls, []);
  });
});
