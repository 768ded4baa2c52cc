import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, day, hour, inShort, minute, operationsOf, person, team } from '../../support/cycle-stage.ts';
import type { FakeCall, FakeFault } from '../../support/fake-target.ts';
import { definition } from '../../support/entries.ts';
import { noLimits, sameLimits } from '../../support/limits.ts';

const signal = new AbortController().signal;
const lost = (status: number): FakeFault => ({
  when: 'before',
  result: { class: 'transient', status, detail: 'made to fail' },
});
const account = (userName: string, more: readonly (readonly [string, ScimValue])[] = []) =>
  new Map<string, ScimValue>([['userName', userName], ['active', true], ...more]);

describe('the search for who exists already', () => {
  it('looks once for someone inactive, not in every cycle; again when asked for everything, after a day, or when they change', async () => {
    const stage = cycleStage([person('anna', { status: 'off' })]);
    assert.deepEqual(inShort((await stage.cycle()).calls), ['find externalId anna', 'find userName anna@example.org']);
    await stage.clock.advance(hour);
    assert.deepEqual((await stage.cycle()).calls, []);
    assert.deepEqual((await stage.cycle({ attempt: 'asked' })).calls, []);
    assert.equal((await stage.cycle({ attempt: 'everything' })).calls.length, 2);
    await stage.clock.advance(day);
    assert.equal((await stage.cycle()).calls.length, 2);
    stage.source.put(person('anna', { status: 'off', mail: 'anna.new@example.org' }));
    assert.equal((await stage.cycle()).calls.length, 2);
    stage.source.put(person('anna', { status: 'off', mail: 'anna.new@example.org', title: 'Boss' }));
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('asks the target nothing about someone whom it refused, until the pause is over, they change, or a person asks', async () => {
    const stage = cycleStage([person('anna')]);
    stage.target.setHook((call) =>
      call.method === 'create'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    assert.equal((await stage.cycle()).report.failed.length, 1);
    const { report, calls } = await stage.cycle();
    assert.deepEqual([calls, report.deferred, report.applied, report.failed], [[], 1, [], []]);
    const { pending, pendingResources } = await stage.store.target('wiki');
    assert.deepEqual([pending, pendingResources], [1, { user: 1, group: 0 }]);
    assert.equal((await stage.cycle({ attempt: 'asked' })).report.failed.length, 1);
    stage.source.put(person('anna', { title: 'Boss' }));
    assert.equal((await stage.cycle()).report.failed.length, 1);
    await stage.clock.advance(minute);
    assert.equal((await stage.cycle()).report.failed.length, 1);
  });

  it('rejects whoever has several matches, and adopts once the surplus is gone and somebody asks', async () => {
    const stage = cycleStage([person('anna')], { target: { unique: false } });
    const surplus = await stage.target.create('user', account('anna@example.org'), signal);
    await stage.target.create('user', account('Anna@example.org'), signal);
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.rejected.map(({ reasons }) => reasons[0]?.code),
      ['ambiguous_match'],
    );
    assert.equal(surplus.kind, 'applied');
    await stage.target.remove('user', surplus.id, signal);
    const silent = await stage.cycle();
    assert.deepEqual(
      [silent.calls, silent.report.rejected.length, (await stage.store.target('wiki')).rejected],
      [[], 1, { ambiguous_match: 1 }],
    ); // it stands, and is counted
    assert.deepEqual(
      (await stage.cycle({ attempt: 'asked' })).report.applied.map(({ verb }) => verb),
      ['adopt'],
    );
    assert.equal((await stage.store.target('wiki')).rejected, undefined);
  });

  it('does not give one account to two entries', async () => {
    const stage = cycleStage([person('anna')], { match: ['userName'] });
    await stage.cycle();
    stage.source.put(person('anna', { mail: 'anna.new@example.org' }));
    stage.source.put(person('ben', { mail: 'anna@example.org' }));
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code]),
      [['ben', 'match_taken']],
    );
    assert.deepEqual(
      (await stage.cycle({ attempt: 'asked' })).report.applied.map(({ verb, sourceId }) => `${verb} ${sourceId}`),
      ['create ben'],
    );
  });

  it('adopts nobody where adopt is never, but what carries our own id', async () => {
    const policy = { match: ['userName'], adopt: 'never', create: true } as const;
    const stage = cycleStage([person('anna'), person('ben')], {
      match: ['userName'],
      policy: { user: policy, group: policy },
    });
    await stage.target.create('user', account('anna@example.org'), signal);
    await stage.target.create('user', account('ben@example.org', [['externalId', 'ben']]), signal);
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code]),
      [['anna', 'adoption_off']],
    );
    assert.deepEqual(
      report.applied.map(({ verb, sourceId }) => `${verb} ${sourceId}`),
      ['adopt ben'],
    );
  });

  it('creates nobody where the target makes its own, and adopts who is made there', async () => {
    const user = { match: ['userName'], adopt: 'first-match', create: false } as const;
    const stage = cycleStage([person('anna'), team('staff', ['anna'])], {
      policy: { user, group: { ...user, match: ['displayName'], create: true } },
    });
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code]),
      [['anna', 'not_created']],
    );
    assert.deepEqual(operationsOf(report.applied), ['create staff']);
    await stage.target.create('user', account('anna@example.org'), signal);
    assert.deepEqual(operationsOf((await stage.cycle({ attempt: 'asked' })).report.applied), [
      'adopt anna',
      'members staff',
    ]);
  });

  it('quarantines for a refused search that entry alone', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    const isSearch = (method: string): boolean => method === 'find' || method === 'inventory';
    stage.target.setHook((call) =>
      isSearch(call.method) ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } } : undefined,
    );
    stage.source.put(person('anna', { title: 'Boss' }));
    stage.source.put(person('ben'));
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code]),
      [['ben', 'search_refused']],
    );
    assert.deepEqual(
      report.applied.map(({ verb, sourceId }) => `${verb} ${sourceId}`),
      ['update anna'],
    );
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('asks a target that refuses every search in the same words about few, and about the others later', async () => {
    const stage = cycleStage(Array.from({ length: 90 }, (_, at) => person(`p${at}`)));
    const isSearch = (method: string): boolean => method === 'find' || method === 'inventory';
    stage.target.setHook((call) =>
      isSearch(call.method)
        ? { when: 'before', result: { class: 'rejected', status: 403, detail: 'not enabled' } }
        : undefined,
    );
    const { report, calls } = await stage.cycle();
    assert.ok(calls.length < 120, String(calls.length));
    assert.equal(report.rejected.length + (report.unreached[0]?.count ?? 0), 90);
    stage.target.setHook(undefined);
    await stage.clock.advance(30 * 24 * 60 * minute);
    await stage.cycle();
    assert.equal(stage.target.users().length, 90);
  });

  it('looks through a list instead, as soon as a target refused some searches in the same words', async () => {
    const stage = cycleStage(
      Array.from({ length: 90 }, (_, at) => person(`p${at}`)),
      { match: ['userName'] },
    );
    for (let number = 1; number <= 150; number += 1)
      await stage.target.create('user', account(`q${number}@example.org`), signal);
    stage.target.setHook((call) =>
      call.method === 'find' ? { when: 'before', result: { class: 'unsupported', detail: 'no' } } : undefined,
    );
    const { calls } = await stage.cycle();
    assert.ok(inShort(calls).filter((call) => call.startsWith('find')).length < 60);
    assert.equal(stage.target.users().length, 240);
  });

  it('looks through a list of everybody where the target cannot be searched', async () => {
    const stage = cycleStage([person('anna'), person('ben')], { match: ['userName'] });
    for (let number = 1; number <= 150; number += 1)
      await stage.target.create('user', account(`p${number}@example.org`), signal);
    await stage.target.create('user', account('anna@example.org'), signal);
    stage.target.setHook((call) =>
      call.method === 'find' ? { when: 'before', result: { class: 'unsupported', detail: 'no' } } : undefined,
    );
    const { report, calls } = await stage.cycle();
    assert.deepEqual(report.applied.map(({ verb, sourceId }) => `${verb} ${sourceId}`).sort(), [
      'adopt anna',
      'create ben',
    ]);
    assert.deepEqual(
      inShort(calls).filter((call) => call.startsWith('inventory')),
      ['inventory user'],
    );
  });

  it('looks through a list of everybody for whom it cannot search by one of the match attributes', async () => {
    const stage = cycleStage([person('ben')], { match: ['externalId', 'userName'] });
    await stage.cycle();
    await stage.target.create('user', account('anna@example.org'), signal);
    stage.source.put(person('anna'));
    stage.target.setHook((call) =>
      call.method === 'find' && call.attribute === 'userName'
        ? { when: 'before', result: { class: 'unsupported', status: 400, detail: 'no' } }
        : undefined,
    );
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['adopt anna']);
  });

  it('searches nobody in a list because the target cannot be searched by externalId', async () => {
    const stage = cycleStage([person('ben')]);
    await stage.cycle();
    stage.source.put(person('anna'));
    stage.target.setHook((call) =>
      call.method === 'find' && call.attribute === 'externalId'
        ? { when: 'before', result: { class: 'unsupported', status: 400, detail: 'no' } }
        : undefined,
    );
    const { report, calls } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.applied), inShort(calls).filter((call) => call.startsWith('inventory'))],
      [['create anna'], []],
    );
  });

  it('does not believe a list of fewer people than it knows', async () => {
    const stage = cycleStage([person('anna'), person('ben')], { match: ['userName'] });
    await stage.cycle();
    await stage.target.remove('user', 'user-1', signal);
    for (const id of ['cleo', 'dan', 'eva']) stage.source.put(person(id));
    const { report, calls } = await stage.cycle();
    assert.equal(report.applied.length, 3);
    assert.deepEqual(inShort(calls).filter((call) => call.startsWith('find')).length, 3);
  });

  it('finds somebody in a list by any of several mails', async () => {
    const stage = cycleStage([person('anna'), person('ben'), person('cleo')], {
      match: ['emails.value'],
      definition: definition({
        users: { userName: 'lower(mail)', 'emails.value': 'mail' },
        match: { user: ['emails.value'] },
      }),
    });
    const mails = (...values: string[]): ScimValue => values.map((value) => ({ value }));
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([
        ['userName', 'a'],
        ['emails', mails('x@example.org', 'ANNA@example.org')],
      ]),
      signal,
    );
    const { report } = await stage.cycle();
    assert.deepEqual(report.applied.map(({ verb, sourceId }) => `${verb} ${sourceId}`).sort(), [
      'adopt anna',
      'create ben',
      'create cleo',
    ]);
  });

  it('falls back to look-ups when a list fails', async () => {
    const stage = cycleStage(['anna', 'ben', 'cleo'].map((id) => person(id)));
    await stage.target.create('user', account('ben@example.org'), signal);
    stage.target.setHook((call) => (call.method === 'inventory' ? lost(500) : undefined));
    const { report } = await stage.cycle();
    assert.deepEqual(
      [report.result, operationsOf(report.applied).sort()],
      ['success', ['adopt ben', 'create anna', 'create cleo']],
    );
  });

  for (const [what, isLost] of [
    [
      'one of them',
      (call: FakeCall) =>
        (call.method === 'find' && call.value.startsWith('bad')) ||
        (call.method === 'inventory' && call.type === 'user'),
    ],
    ['everybody', (call: FakeCall) => call.method === 'find' || call.method === 'inventory'],
    ['groups', (call: FakeCall) => (call.method === 'find' || call.method === 'inventory') && call.type === 'group'],
  ] as const) {
    it(`keeps nobody's access, and no change, because ${what} cannot be searched`, async () => {
      const stage = cycleStage([person('dan'), person('eva'), team('old', ['dan'])]);
      await stage.cycle();
      stage.target.setHook((call) => (isLost(call) ? lost(500) : undefined));
      for (const id of ['bad', 'new']) stage.source.put(person(id));
      stage.source.put(team('crew', ['eva']));
      stage.source.put(person('dan', { status: 'off' }));
      stage.source.put(person('eva', { title: 'Boss' }));
      const { report } = await stage.cycle();
      const applied = operationsOf(report.applied);
      assert.deepEqual(
        [applied.includes('deactivate dan'), applied.includes('update eva'), report.result, report.error],
        [true, true, 'partial', undefined],
      );
      assert.deepEqual(
        report.unreached.map(({ type, count, failure }) => [type, count, failure.status]),
        {
          'one of them': [['user', 1, 500]],
          everybody: [
            ['user', 2, 500],
            ['group', 1, 500],
          ],
          groups: [['group', 1, 500]],
        }[what],
      );
      stage.target.setHook(undefined);
      await stage.clock.advance(minute);
      assert.equal((await stage.cycle()).report.result, 'success');
      assert.deepEqual([stage.target.users().length, stage.target.groups().length], [4, 2]);
    });
  }

  it('leaves groups out where the target has none, as soon as a search has found that out, and that is a success', async () => {
    const stage = cycleStage([person('anna'), team('crew', ['anna']), team('staff')], { target: { groups: false } });
    const first = await stage.cycle();
    assert.deepEqual(
      [first.report.result, operationsOf(first.report.applied), first.report.leftOut, first.report.rejected],
      ['success', ['create anna'], 2, []],
    );
    const second = await stage.cycle({ attempt: 'asked' });
    assert.deepEqual([second.report.result, second.report.leftOut, second.calls], ['success', 2, []]);
  });

  it('asks a target that answers nobody about a few only, and lets those who could not be looked for rest', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    for (let number = 0; number < 100; number += 1) stage.source.put(person(`p${number}`));
    stage.source.put(person('anna', { title: 'Boss' }));
    stage.target.setHook((call) => (call.method === 'find' || call.method === 'inventory' ? lost(503) : undefined));
    const first = await stage.cycle();
    assert.deepEqual(
      first.calls.filter(({ method }) => method !== 'update').map(({ method }) => method),
      ['inventory', 'find', 'find', 'find'],
    );
    stage.target.setHook(undefined);
    const second = await stage.cycle();
    assert.equal(second.report.applied.length, 97); // the three who were asked about rest for ten seconds
    await stage.clock.advance(minute);
    assert.equal((await stage.cycle()).report.applied.length, 3);
  });

  it("shows the target's own words to whoever looks, and keeps them out of what is logged and stored", async () => {
    const words = 'SCIM is not enabled on your plan, Anna';
    for (const [failureClass, status] of [
      ['rejected', 403],
      ['auth', 401],
      ['transient', 500],
    ] as const) {
      const stage = cycleStage([person('anna')]);
      stage.target.setHook(() => ({ when: 'before', result: { class: failureClass, status, detail: words } }));
      const { report } = await stage.cycle();
      const shown = [
        ...report.rejected.flatMap(({ reasons }) => reasons.map(({ text }) => text)),
        report.error?.line ?? '',
      ].join();
      assert.ok(shown.includes(words), `${status}: ${shown}`);
      assert.ok(
        !JSON.stringify([stage.events, report.error?.message, await stage.store.target('wiki')]).includes(words),
      );
    }
  });

  it('ends the cycle when the target does not answer', async () => {
    const stage = cycleStage([person('anna')]);
    stage.target.setHook(() => ({ when: 'before', result: { class: 'transient', status: 503, detail: 'down' } }));
    const { report } = await stage.cycle();
    assert.deepEqual([report.result, report.error?.code], ['error', 'D2S_TARGET_UNREACHABLE']);
  });

  it('does not look in every cycle for those whom the target lost while creating them again is held, and looks before it does', async () => {
    const none = { percent: 0, atLeast: 0 };
    const stage = cycleStage([person('anna')], { limits: noLimits });
    await stage.cycle();
    await stage.clock.advance(10 * minute);
    await stage.target.remove('user', 'user-1', signal);
    stage.source.put(person('anna', { title: 'Boss' }));
    await stage.cycle();
    const strict = { prepare: () => Promise.resolve({ ...stage.setup, limits: sameLimits(none) }) };
    const held = (await stage.cycle(strict)).report.hold;
    assert.deepEqual(
      held?.operations.map(({ verb }) => verb),
      ['create'],
    );
    assert.deepEqual((await stage.cycle(strict)).calls, []);
    await stage.target.create('user', account('anna@example.org', [['externalId', 'anna']]), signal);
    await stage.store.decide({
      target: 'wiki',
      holdId: held.holdId,
      decision: 'approve',
      at: new Date(stage.clock.now()).toISOString(),
    });
    const { report } = await stage.cycle(strict);
    assert.deepEqual([report.applied.map(({ verb }) => verb), stage.target.users().length], [['create'], 1]);
  });
});
