import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { createHeldMatches } from '../../../src/cycle/match/held-matches.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { cycleStage, inShort, minute, operationsOf, person, team } from '../../support/cycle-stage.ts';
import { decide } from '../../support/decision-stage.ts';
import { definition } from '../../support/entries.ts';
import { noLimits } from '../../support/limits.ts';

describe('a daemon whose directory shows nothing new', () => {
  const settled = async () => {
    const stage = cycleStage([person('ann'), person('cy'), team('staff', ['ann'])], {
      removal: { leaves: 'deactivate', deleteAfter: 30 * minute, groups: 'keep' },
    });
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    await stage.cycle(memory);
    await stage.cycle(memory);
    stage.events.splice(0);
    return { ...stage, memory };
  };
  const planned = ({ events }: Pick<Awaited<ReturnType<typeof settled>>, 'events'>): boolean =>
    events.some(({ kind }) => kind === 'plan_made');

  it('plans nothing, sends nothing, and says that all is well', async () => {
    const stage = await settled();
    const { report, calls } = await stage.cycle(stage.memory);
    assert.deepEqual([report.result, calls, planned(stage)], ['success', [], false]);
  });

  it('keeps the times in the state young', async () => {
    const stage = await settled();
    await stage.clock.advance(5 * minute);
    await stage.cycle(stage.memory);
    assert.equal((await stage.store.target('wiki')).lastSuccessAt, new Date(stage.clock.now()).toISOString());
  });

  it('plans again after a change, some time, and in a full cycle', async () => {
    type Stage = Awaited<ReturnType<typeof settled>>;
    const disturbances: readonly ((stage: Stage) => Promise<void>)[] = [
      (stage) => {
        stage.source.put(person('bo'));
        return Promise.resolve();
      },
      (stage) => stage.clock.advance(11 * minute),
    ];
    for (const disturb of disturbances) {
      const stage = await settled();
      await disturb(stage);
      await stage.cycle(stage.memory);
      assert.ok(planned(stage), String(disturb));
    }
    const stage = await settled();
    await stage.cycle({ ...stage.memory, mode: 'full' });
    assert.ok(planned(stage), 'full');
  });

  it('does not forget whose time to be deleted comes', async () => {
    const stage = await settled();
    stage.source.remove('ann');
    stage.source.put(team('staff'));
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(stage.memory);
    assert.equal(stage.target.users().find((user) => user['userName'] === 'ann@example.org')?.['active'], false);
    await stage.clock.advance(31 * minute);
    await stage.cycle(stage.memory);
    assert.deepEqual(
      stage.target.users().map((user) => user['userName']),
      ['cy@example.org'],
    );
  });

  it('switches an account off in the first cycle after it expired, and plans only then', async () => {
    // As Active Directory has it: 100 ns since 1601.
    const inMinutes = (minutes: number): string =>
      `${cycleStage([]).clock.now() + minutes * minute + 11_644_473_600_000}0000`;
    const users = { userName: 'lower(mail)', active: '!expired(accountExpires)' };
    const stage = cycleStage([person('ann', { accountExpires: inMinutes(3) }), person('cy', { accountExpires: '0' })], {
      definition: definition({ users }),
    });
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    const planned: string[] = [];
    const sent: string[] = [];
    for (let cycle = 0; cycle < 7; cycle += 1) {
      stage.events.splice(0);
      sent.push(...inShort((await stage.cycle(memory)).calls).map((call) => `${cycle}: ${call}`));
      if (stage.events.some(({ kind }) => kind === 'plan_made')) planned.push(String(cycle));
      await stage.clock.advance(minute);
    }
    // The first creates; what was sent is looked at once more.
    assert.deepEqual(planned, ['0', '1', '3', '4']);
    const ann = stage.target.users().find((user) => user['userName'] === 'ann@example.org');
    assert.deepEqual([sent.at(-1), ann?.['active']], [`3: update ${String(ann?.['id'])}`, false]);
  });

  it('gives back at once what a clock that ran ahead took away', async () => {
    const ends = `${cycleStage([]).clock.now() + 60 * minute + 11_644_473_600_000}0000`;
    const users = { userName: 'lower(mail)', active: '!expired(accountExpires)' };
    const stage = cycleStage([person('ann', { accountExpires: ends })], { definition: definition({ users }) });
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    const settle = async (): Promise<unknown> => {
      for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
      return stage.target.users()[0]?.['active'];
    };
    assert.equal(await settle(), true);
    stage.clock.jumpWallClock(120 * minute);
    assert.equal(await settle(), false);
    stage.clock.jumpWallClock(-120 * minute);
    assert.equal(await settle(), true);
  });

  it('looks for whoever was found unfit when their pause is over: the account in their way may have been deleted', async () => {
    const policy = { match: ['userName'], adopt: 'never', create: true } as const;
    const stage = cycleStage([person('ann'), person('bob')], {
      match: ['userName'],
      policy: { user: policy, group: policy },
      removal: { leaves: 'delete', groups: 'keep' },
    });
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    stage.source.remove('ann');
    stage.source.put(person('new', { mail: 'ann@example.org' }));
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    assert.deepEqual((await stage.cycle(memory)).calls, []);
    await stage.clock.advance(minute);
    await stage.cycle(memory);
    assert.ok(stage.target.users().some(({ externalId }) => externalId === 'new'));
  });

  it('is not quiet while something is left to do', async () => {
    const stage = cycleStage([person('ann')]);
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    stage.target.setHook((call) =>
      call.method === 'create'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    stage.target.setHook(undefined);
    await stage.clock.advance(10 * minute);
    await stage.cycle(memory);
    assert.equal(stage.target.users().length, 1);
  });
});

describe('a daemon whose directory shows a change', () => {
  const boss = (status: string) => person('boss', { status });
  const settled = async (...entries: readonly ReturnType<typeof person>[]) => {
    const stage = cycleStage(entries);
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    const asked: string[] = [];
    // The state is asked about those whom the plan is about, and nobody else.
    const store = {
      ...stage.store,
      links: (target: string, ids: readonly string[]) => (asked.push(...ids), stage.store.links(target, ids)),
    };
    return { ...stage, asked, next: () => stage.cycle({ ...memory, store }) };
  };

  it('plans whom it concerns, and looks at those once more', async () => {
    const stage = await settled(
      person('ann'),
      person('bo', { manager: 'CN=ann,OU=Staff,DC=corp' }),
      person('cy'),
      team('staff', ['ann']),
    );
    stage.source.put(person('bo', { manager: 'CN=ann,OU=Staff,DC=corp', title: 'new' }));
    assert.equal((await stage.next()).report.applied.length, 1);
    assert.deepEqual([...new Set(stage.asked)].sort(), ['ann', 'bo']);
    stage.asked.splice(0);
    assert.equal((await stage.next()).report.planId !== undefined, true);
    assert.deepEqual([...new Set(stage.asked)].sort(), ['ann', 'bo']);
    assert.equal((await stage.next()).report.planId, undefined);
  });

  it('looks once more at those who left and for whom something was sent: what comes next for them is not put off', async () => {
    const stage = cycleStage([person('ann'), person('bo'), person('cy')], {
      removal: { leaves: 'deactivate', deleteAfter: 1_000, groups: 'keep' },
    });
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    stage.source.remove('bo');
    assert.deepEqual(operationsOf((await stage.cycle(memory)).report.applied), ['deactivate bo']);
    await stage.clock.advance(2_000);
    assert.deepEqual(operationsOf((await stage.cycle(memory)).report.applied), ['delete bo']);
  });

  it('completes, in the same plan, those who refer to somebody who comes', async () => {
    const stage = await settled(
      boss('off'),
      person('ann', { manager: 'CN=boss,OU=Staff,DC=corp' }),
      person('cy'),
      team('staff', ['boss', 'ann']),
    );
    stage.source.put(boss('on'));
    const { report } = await stage.next();
    assert.deepEqual(operationsOf(report.applied), ['create boss', 'update ann', 'members staff']);
    assert.equal(stage.asked.includes('cy'), false);
  });

  it('waits for nobody who stays away, and so remains in step', async () => {
    const stage = await settled(boss('off'), person('ann', { manager: 'CN=boss,OU=Staff,DC=corp' }));
    stage.source.put(person('ann', { manager: 'CN=boss,OU=Staff,DC=corp', title: 'new' }));
    const { report } = await stage.next();
    assert.deepEqual([operationsOf(report.applied), report.waiting], [['update ann'], 0]);
    const { pending, pendingResources } = await stage.store.target('wiki');
    assert.deepEqual([pending, pendingResources], [0, { user: 0, group: 0 }]);
  });

  it("writes to nobody who comes to bear a colleague's name; the colleague, whose account has it, goes on", async () => {
    const stage = await settled(person('ann'), person('bo'));
    stage.source.put(person('bo', { mail: 'ann@example.org' }));
    const { report } = await stage.next();
    assert.deepEqual([operationsOf(report.applied), report.rejected.map(({ sourceId }) => sourceId)], [[], ['bo']]);
  });

  it('notices who leaves, and guards the plan with the numbers of everyone', async () => {
    const stage = await settled(...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => person(id)), team('staff', ['a', 'b']));
    stage.source.remove('a');
    const { report } = await stage.next();
    assert.deepEqual(operationsOf(report.applied), ['deactivate a', 'members staff']);
  });
});

describe('what a daemon knows of a directory', () => {
  const names = (...user: string[]) => ({ user: new Set(user), group: new Set(['member']) });

  it('serves whoever needs no more attributes than it was made of', () => {
    const directoryCaches = createDirectoryCaches();
    const made = directoryCaches.of('corp', names('cn', 'mail'));
    assert.equal(directoryCaches.of('corp', names('cn')).directoryCache, made.directoryCache);
    assert.notEqual(directoryCaches.of('branch', names('cn')).directoryCache, made.directoryCache);
  });

  it('is made anew, of all that was ever asked for, when there is more', () => {
    const directoryCaches = createDirectoryCaches();
    const made = directoryCaches.of('corp', names('cn'));
    const wider = directoryCaches.of('corp', names('mail'));
    assert.notEqual(wider.directoryCache, made.directoryCache);
    assert.deepEqual([...wider.attributes.user].sort(), ['cn', 'mail']);
    assert.equal(directoryCaches.of('corp', names('cn')).directoryCache, wider.directoryCache);
  });
});

describe('a daemon that waits', () => {
  type Stage = ReturnType<typeof cycleStage>;
  const daemon = (stage: Stage) => {
    const memory = {
      directoryCaches: createDirectoryCaches(),
      cleanCycles: createCleanCycles(),
      heldMatches: createHeldMatches(),
    };
    /** One poll: what it reported, and whether anything was planned. */
    return async () => {
      stage.events.splice(0);
      const { report, calls } = await stage.cycle(memory);
      return { report, calls: inShort(calls), isPlanned: stage.events.some(({ kind }) => kind === 'plan_made') };
    };
  };
  const refuse = (stage: Stage, name: string): void => {
    stage.target.setHook((call) =>
      call.method === 'create' && call.attributes.get('userName') === name
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
  };

  it('for somebody whom the target refused plans nothing before it is time, and says that not all is well', async () => {
    const stage = cycleStage([person('ann'), person('bo')]);
    refuse(stage, 'ann@example.org');
    const poll = daemon(stage);
    assert.equal((await poll()).report.failed.length, 1);
    await poll();
    const { report, calls, isPlanned } = await poll();
    assert.deepEqual([report.result, report.deferred, calls, isPlanned], ['partial', 1, [], false]);
    assert.equal(report.failing?.cycles, 3);
    await stage.clock.advance(minute);
    assert.equal((await poll()).report.failed.length, 1);
    await poll();
    assert.equal((await poll()).isPlanned, false);
    stage.target.setHook(undefined);
    await stage.clock.advance(4 * minute);
    assert.deepEqual(operationsOf((await poll()).report.applied), ['create ann']);
    await poll();
    assert.deepEqual([(await poll()).report.result, stage.target.users().length], ['success', 2]);
  });

  it('for somebody whom the target refused waits for nobody when they leave', async () => {
    const stage = cycleStage([person('ann'), person('bo')]);
    refuse(stage, 'ann@example.org');
    const poll = daemon(stage);
    for (let cycle = 0; cycle < 3; cycle += 1) await poll();
    const quarantined = async () => (await stage.store.counts('wiki')).user.quarantined;
    assert.equal(await quarantined(), 1);
    stage.source.remove('ann');
    const { report } = await poll();
    assert.deepEqual([report.result, report.deferred, await quarantined()], ['success', 0, 0]);
    stage.target.setHook(undefined);
    stage.source.put(person('ann'));
    assert.deepEqual(operationsOf((await poll()).report.applied), ['create ann'], 'and come back as somebody new');
  });

  it('for a manager whom the target refused sends everything else, and the reference when they have come', async () => {
    const stage = cycleStage([person('ann'), person('bo', { manager: 'CN=ann,OU=Staff,DC=corp' })]);
    refuse(stage, 'ann@example.org');
    const poll = daemon(stage);
    for (let cycle = 0; cycle < 3; cycle += 1) await poll();
    const waiting = await poll();
    assert.deepEqual([waiting.report.waiting, waiting.isPlanned], [1, false]);
    stage.source.put(person('bo', { manager: 'CN=ann,OU=Staff,DC=corp', title: 'Boss' }));
    assert.deepEqual(operationsOf((await poll()).report.applied), ['update bo']);
    stage.target.setHook(undefined);
    await stage.clock.advance(minute);
    assert.deepEqual(operationsOf((await poll()).report.applied), ['create ann', 'update bo']);
  });

  describe('for a person', () => {
    const held = async () => {
      const stage = cycleStage(
        ['a', 'b', 'c', 'd', 'e'].map((id) => person(id)),
        { limits: { ...noLimits, removals: { percent: 0, atLeast: 1 } } },
      );
      const poll = daemon(stage);
      for (let cycle = 0; cycle < 3; cycle += 1) await poll();
      for (const id of ['a', 'b']) stage.source.remove(id);
      const { report } = await poll();
      assert.deepEqual(operationsOf(report.hold?.operations ?? []), ['deactivate a', 'deactivate b']);
      return { stage, poll, holdId: report.hold?.holdId ?? '' };
    };

    it('plans nothing, and tells of the hold', async () => {
      const { stage, poll, holdId } = await held();
      const { report, calls, isPlanned } = await poll();
      assert.deepEqual([report.result, report.hold?.holdId, calls, isPlanned], ['held', holdId, [], false]);
      assert.ok(stage.events.some(({ kind }) => kind === 'held'));
      const { held: record, lastResult, pending } = await stage.store.target('wiki');
      assert.deepEqual([record?.holdId, lastResult, pending], [holdId, 'held', 2]);
    });

    it('sends what changes, and holds the same', async () => {
      const { stage, poll, holdId } = await held();
      stage.source.put(person('c', { title: 'Boss' }));
      const { report } = await poll();
      assert.deepEqual([operationsOf(report.applied), report.hold?.holdId], [['update c'], holdId]);
    });

    it('holds nothing more when the directory does not want it any more', async () => {
      const { stage, poll } = await held();
      stage.source.put(person('a'));
      const { report } = await poll();
      assert.deepEqual([operationsOf(report.applied), report.hold], [['deactivate b'], undefined]);
    });

    for (const decision of ['approve', 'reject'] as const)
      it(`goes by what they decide at once: ${decision}`, async () => {
        const { stage, poll, holdId } = await held();
        await poll();
        await decide(stage, holdId, decision);
        const { report } = await poll();
        assert.deepEqual(
          [operationsOf(report.applied), operationsOf(report.undone)],
          decision === 'approve' ? [['deactivate a', 'deactivate b'], []] : [[], ['deactivate a', 'deactivate b']],
        );
        await poll();
        const after = await poll();
        assert.deepEqual([after.isPlanned, after.report.undone.length], [false, decision === 'approve' ? 0 : 2]);
        assert.equal((await stage.store.target('wiki')).rejections?.length ?? 0, decision === 'approve' ? 0 : 1);
      });
  });
});
