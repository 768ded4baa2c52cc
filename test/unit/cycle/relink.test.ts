import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, hour, inShort, operationsOf, person, team, type StageOptions } from '../../support/cycle-stage.ts';
import { noLimits } from '../../support/limits.ts';
import { acknowledgedMembers } from '../../support/acknowledged-members.ts';

const login = (id: string, name: string, rest: Readonly<Record<string, string>> = {}) =>
  person(id, { mail: `${name}@example.org`, ...rest });
const users = ({ target }: ReturnType<typeof cycleStage>) =>
  target
    .users()
    .map(({ id, externalId, userName, active }) => [id, externalId, userName, active])
    .sort(([a], [b]) => Number(String(a).slice(5)) - Number(String(b).slice(5)));

async function staged(ids: readonly string[], rest: StageOptions = {}) {
  const stage = cycleStage([...ids.map((id) => person(id)), team('crew', ids)], rest);
  await stage.cycle();
  await stage.clock.advance(hour);
  return stage;
}

describe('the same person under a new source id', () => {
  it('keeps the account and its memberships, with one request', async () => {
    const stage = await staged(['ada', 'ben']);
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada', { title: 'Chief' }));
    stage.source.put(team('crew', ['ada2', 'ben']));
    const { report, calls } = await stage.cycle();
    assert.deepEqual([operationsOf(report.applied), inShort(calls)], [['relink ada2'], ['update user-1']]);
    assert.deepEqual(users(stage)[0], ['user-1', 'ada2', 'ada@example.org', true]);
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'crew'), ['ben', 'ada2']);
    assert.equal((await stage.store.links('wiki', ['ada'])).size, 0);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is looked for first when they may have been created already: no open creation is left behind', async () => {
    const stage = await staged(['ada', 'ben']);
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada'));
    await stage.store.record([
      {
        kind: 'intent',
        intent: { target: 'wiki', type: 'user', sourceId: 'ada2', directory: 'corp', at: '2026-01-01T00:00:00.000Z' },
      },
    ]);
    for (let cycle = 0; cycle < 2; cycle += 1) await stage.cycle({ attempt: 'everything' });
    assert.deepEqual(users(stage)[0]?.slice(0, 2), ['user-1', 'ada2']);
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('who comes long after they left is switched on again', async () => {
    const stage = await staged(['ada', 'ben']);
    stage.source.remove('ada');
    stage.source.put(team('crew', ['ben']));
    await stage.cycle();
    await stage.clock.advance(24 * hour);
    stage.source.put(login('ada2', 'ada'));
    const { report } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), ['relink ada2']);
    assert.deepEqual(users(stage)[0], ['user-1', 'ada2', 'ada@example.org', true]);
  });

  it('who comes disabled takes the account over, and its access ends in the same cycle', async () => {
    const stage = await staged(['ada', 'ben']);
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada', { status: 'off' }));
    assert.deepEqual(
      operationsOf((await stage.cycle()).report.applied).filter((one) => !one.startsWith('members')),
      ['relink ada2', 'deactivate ada2'],
    );
    assert.deepEqual(users(stage)[0], ['user-1', 'ada2', 'ada@example.org', false]);
  });

  it('passes over when the answer is lost and the process ends, and departs when the newcomer leaves too', async () => {
    const stage = await staged(['ada', 'ben']);
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada'));
    stage.target.setHook((call) =>
      call.method === 'update' ? { when: 'after', result: new Error('the process ended') } : undefined,
    );
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.remove('ada2');
    await stage.cycle();
    assert.equal(users(stage)[0]?.[3], false);
  });

  it('gets no second account when the answer is lost and the login changes before the next cycle', async () => {
    const stage = await staged(['ada', 'ben'], { match: ['userName'] });
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada'));
    stage.source.put(team('crew', ['ada2', 'ben']));
    stage.target.setHook((call) =>
      call.method === 'update' ? { when: 'after', result: { class: 'unknown', detail: 'cut' } } : undefined,
    );
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.put(login('ada2', 'adeline'));
    const { report } = await stage.cycle({ attempt: 'asked' });
    assert.deepEqual(
      [operationsOf(report.applied), users(stage)],
      [
        ['relink ada2'],
        [
          ['user-1', 'ada2', 'adeline@example.org', true],
          ['user-2', 'ben', 'ben@example.org', true],
        ],
      ],
    );
    assert.equal((await stage.store.links('wiki', ['ada2'])).get('ada2')?.heir, undefined);
  });

  it('rests when it is refused, also for somebody who is disabled', async () => {
    const stage = await staged(['ada', 'ben']);
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada', { status: 'off' }));
    stage.source.put(team('crew', ['ben']));
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    await stage.cycle();
    assert.deepEqual(inShort((await stage.cycle()).calls), []);
  });

  it('of groups keeps who is in them', async () => {
    const stage = await staged(['ada', 'ben']);
    stage.source.remove('crew');
    stage.source.put({ ...team('crew2', ['ada', 'ben']), attributes: team('crew', ['ada', 'ben']).attributes });
    const { report, calls } = await stage.cycle();
    assert.deepEqual([operationsOf(report.applied), inShort(calls)], [['relink crew2'], ['update group-3']]);
    assert.deepEqual((await stage.cycle()).calls, []);
  });
});

describe('a group that loses members together with one who comes in the place of another', () => {
  const two = { limits: { ...noLimits, members: { percent: 25, atLeast: 2 } } };

  it('has no more members than it has: who passes over is not counted under both names', async () => {
    const stage = await staged(['ada', 'ben', 'cy'], two);
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada', { status: 'off' }));
    stage.source.put(team('crew'));
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.hold?.findings.map(({ kind, planned, population, allowed }) => [kind, planned, population, allowed]),
      [['members', 2, 3, 1]],
    );
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'crew'), ['ben', 'cy']);
  });

  it('is emptied when nobody but those stay away: that is counted', async () => {
    const stage = await staged(['ada', 'ben'], { limits: { ...noLimits, memberships: { percent: 10, atLeast: 0 } } });
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada'));
    stage.source.put(team('crew'));
    const { report } = await stage.cycle();
    assert.ok(report.hold?.findings.some(({ kind }) => kind === 'emptied'));
  });
});

describe('who comes in the place of another and leaves a group with that', () => {
  const membersOf = (stage: ReturnType<typeof cycleStage>, id = 'group-3') =>
    stage.target
      .groups()
      .filter((group) => group.id === id)
      .flatMap(({ members }) => members ?? []);
  /** Refuses whatever would change such an account or group, but for its members. */
  const refuseUpdates = (stage: ReturnType<typeof cycleStage>) =>
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
  const replaced = (stage: ReturnType<typeof cycleStage>, members: readonly string[]) => {
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada'));
    stage.source.put(team('crew', members));
  };

  it('is out in the same cycle, before the account passes over', async () => {
    const stage = await staged(['ada', 'ben']);
    replaced(stage, ['ben']);
    const { report, calls } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.applied), inShort(calls)],
      [
        ['members crew', 'relink ada2'],
        ['members group-3 + -user-1', 'update user-1'],
      ],
    );
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'crew'), ['ben']);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is out when the account is refused to pass over, once', async () => {
    const stage = await staged(['ada', 'ben']);
    replaced(stage, ['ben']);
    refuseUpdates(stage);
    const { report, calls } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.applied), inShort(calls)],
      [['members crew'], ['members group-3 + -user-1', 'update user-1']],
    );
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'crew'), ['ben']);
    const again = await stage.cycle({ attempt: 'everything' });
    assert.deepEqual([operationsOf(again.report.applied), inShort(again.calls)], [[], ['update user-1']]);
  });

  it('is counted and logged as the plan names them', async () => {
    const stage = await staged(['ada', 'ben']);
    replaced(stage, ['ben']);
    refuseUpdates(stage);
    await stage.cycle();
    const left: string[] = [];
    for await (const batch of stage.store.logged(0)) left.push(...batch.flatMap((entry) => entry.left ?? []));
    assert.deepEqual(left, ['ada2']);
  });

  it('is out while a person has yet to decide whose the account is', async () => {
    const stage = await staged(['ada', 'ben', 'cy', 'dan'], {
      limits: { ...noLimits, relinks: { percent: 0, atLeast: 1 } },
    });
    for (const id of ['ada', 'ben']) {
      stage.source.remove(id);
      stage.source.put(login(`${id}2`, id));
    }
    stage.source.put(team('crew', ['ben2', 'cy', 'dan']));
    const { report, calls } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.applied), inShort(calls), operationsOf(report.hold?.operations ?? [])],
      [['members crew'], ['members group-5 + -user-1'], ['relink ada2', 'relink ben2']],
    );
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is out of a group that left, too', async () => {
    const stage = await staged(['ada', 'ben'], { removal: { leaves: 'delete', groups: 'empty' } });
    stage.source.put(team('club'));
    await stage.cycle();
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada'));
    stage.source.remove('crew');
    await stage.cycle();
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'crew'), []);
    assert.deepEqual(membersOf(stage), []);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is out before others are deleted, with the same request', async () => {
    const stage = await staged(['ada', 'ben', 'cy'], { removal: { leaves: 'delete', groups: 'keep' } });
    replaced(stage, ['cy']);
    stage.source.remove('ben');
    const { calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['members group-4 + -user-1-user-2', 'remove user-2', 'update user-1']);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('joins another one once the account is theirs, in the same cycle', async () => {
    const stage = await staged(['ada', 'ben', 'cy']);
    stage.source.put(team('club', ['ben', 'cy']));
    await stage.cycle();
    replaced(stage, ['ben', 'cy']);
    stage.source.put(team('club', ['cy', 'ada2']));
    const { calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), [
      'members group-5 + -user-2',
      'members group-4 + -user-1',
      'update user-1',
      'members group-5 +user-1 -',
    ]);
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'club'), ['cy', 'ada2']);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is out of a group that itself comes in the place of another, whose joins wait for that', async () => {
    for (const refused of [false, true]) {
      const stage = await staged(['ada', 'ben']);
      stage.source.put(person('cy'));
      await stage.cycle();
      stage.source.remove('crew');
      stage.source.remove('ada');
      stage.source.put(login('ada2', 'ada'));
      stage.source.put({ ...team('crew2', ['ben', 'cy']), attributes: team('crew', ['ben', 'cy']).attributes });
      if (refused) refuseUpdates(stage);
      const { calls } = await stage.cycle();
      assert.deepEqual(inShort(calls), [
        'members group-3 + -user-1',
        'update user-1',
        'update group-3',
        ...(refused ? [] : ['members group-3 +user-4 -']),
      ]);
      const group = refused ? 'crew' : 'crew2';
      assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', group), refused ? ['ben'] : ['ben', 'cy']);
      if (!refused) assert.deepEqual((await stage.cycle()).calls, []);
    }
  });

  it('stays in a group of which a person has yet to decide whose it is', async () => {
    const stage = cycleStage(
      [...['ada', 'ben'].map((id) => person(id)), team('crew', ['ada', 'ben']), team('club', ['ada', 'ben'])],
      { limits: { ...noLimits, relinks: { percent: 0, atLeast: 1 } } },
    );
    await stage.cycle();
    await stage.clock.advance(hour);
    for (const id of ['crew', 'club']) {
      stage.source.remove(id);
      const { attributes } = team(id, ['ben']);
      stage.source.put({ ...team(`${id}2`), attributes });
    }
    const { report, calls } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.hold?.operations ?? []), calls],
      [['members club2', 'members crew2', 'relink club2', 'relink crew2'], []],
    );
  });

  it('is out when disabled, although nothing else of the account can be changed', async () => {
    const stage = await staged(['ada', 'ben']);
    replaced(stage, ['ben']);
    stage.source.put(login('ada2', 'ada', { status: 'off' }));
    refuseUpdates(stage);
    const { calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['members group-3 + -user-1', 'update user-1']);
    assert.deepEqual(membersOf(stage).length, 1);
  });

  it('stays in doubt under the name that the state knows when the answer is lost', async () => {
    const stage = await staged(['ada', 'ben']);
    replaced(stage, ['ben']);
    stage.target.setHook((call) =>
      call.method === 'changeMembers' ? { when: 'before', result: { class: 'unknown', detail: 'cut' } } : undefined,
    );
    const { report } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), ['relink ada2']);
    assert.deepEqual((await stage.store.links('wiki', ['crew'])).get('crew')?.unsettled, ['ada2']);
    stage.target.setHook(undefined);
    assert.deepEqual(inShort((await stage.cycle({ attempt: 'everything' })).calls), ['members group-3 + -user-1']);
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'crew'), ['ben']);
  });
});

describe('nobody takes over an account', () => {
  it('whose entry is still there, whatever its login', async () => {
    const stage = await staged(['ada', 'ben']);
    stage.source.put(login('ada', 'adeline'));
    stage.source.put(login('eve', 'ada'));
    const { report } = await stage.cycle();
    assert.deepEqual(
      operationsOf(report.applied).filter((one) => !one.startsWith('members')),
      ['update ada'],
    );
    assert.equal(users(stage)[0]?.[1], 'ada');
    assert.doesNotMatch(report.rejected[0]?.reasons[0]?.text ?? '', /state relink/);
  });

  it('by giving oneself the mail of somebody who has left: a linked entry keeps its own account', async () => {
    const stage = await staged(['ada', 'ben'], { removal: { leaves: 'deactivate', groups: 'keep' } });
    stage.source.remove('ada');
    stage.source.put(login('ben', 'ada'));
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.applied.filter(({ verb }) => verb === 'relink'),
      [],
    );
    assert.deepEqual(users(stage)[0], ['user-1', 'ada', 'ada@example.org', false]);
  });

  it('that two newcomers could have had', async () => {
    const stage = await staged(['ada', 'ben'], { match: ['userName', 'title'] });
    stage.source.put(person('ada', { title: 'T' }));
    await stage.cycle();
    stage.source.remove('ada');
    stage.source.put(login('eve', 'eve', { title: 'T' }));
    stage.source.put(login('mal', 'ada', { title: 'M' }));
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.applied.filter(({ verb }) => verb === 'relink'),
      [],
    );
  });

  it('where existing accounts are not taken over: the command that decides it is named', async () => {
    const policy = { match: ['userName'], adopt: 'never', create: true } as const;
    const stage = await staged(['ada', 'ben'], { match: ['userName'], policy: { user: policy, group: policy } });
    stage.source.remove('ada');
    stage.source.put(login('ada2', 'ada'));
    const { report } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), ['deactivate ada', 'members crew']);
    assert.match(report.rejected[0]?.reasons[0]?.text ?? '', /dir2scim state relink ada ada2$/);
  });

  it('when a directory was built anew: that is held, and said in one sentence', async () => {
    const ids = Array.from({ length: 12 }, (_, at) => `p${at}`);
    const limits = cycleStage([]).setup.limits;
    const policy = { match: ['userName'], adopt: 'never', create: true } as const;
    const stage = await staged(ids, {
      limits: { ...limits, removals: { percent: 10, atLeast: 5 } },
      policy: { user: policy, group: policy },
    });
    for (const id of ids) {
      stage.source.remove(id);
      stage.source.put(login(`${id}-new`, id));
    }
    const { report } = await stage.cycle();
    assert.match(
      report.hold?.remark ?? '',
      /^the directory seems to have been built anew: 12 of 12 departures have a successor/,
    );
    assert.deepEqual(
      users(stage).map(([, externalId]) => externalId),
      ids.toSorted(),
    );
    assert.deepEqual(
      users(stage).filter(([, , , active]) => active === false),
      [],
    );
  });

  it('beyond the limit for relinks without an approval: nothing is done about them until then', async () => {
    const ids = Array.from({ length: 12 }, (_, at) => `p${at}`);
    const stage = await staged(ids, {
      limits: { ...cycleStage([]).setup.limits, relinks: { percent: 10, atLeast: 5 } },
    });
    for (const id of ids) {
      stage.source.remove(id);
      stage.source.put(login(`${id}-new`, id));
    }
    stage.source.put(
      team(
        'crew',
        ids.map((id) => `${id}-new`),
      ),
    );
    const { report, calls } = await stage.cycle();
    assert.deepEqual([report.applied, calls], [[], []]);
    assert.match(report.hold?.remark ?? '', /12 of 12 departures/);
    assert.deepEqual(
      report.hold?.findings.map(({ kind }) => kind),
      ['relinks'],
    );
  });
});
