import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { runCycles } from '../../../src/cycle/run-cycles.ts';
import type { CycleReport } from '../../../src/cycle/cycle-report.ts';
import { day, hour, minute, operationsOf, person } from '../../support/cycle-stage.ts';
import { applied, comeBack, decide, held, leave, loaded, waiting } from '../../support/decision-stage.ts';
import { createFakeTarget } from '../../support/fake-target.ts';

describe('an approval', () => {
  it('that was not used ends when the directory heals: the same accident is held again', async () => {
    const stage = await loaded();
    const holdId = await held(stage, 'a', 'b', 'c');
    await decide(stage, holdId, 'approve');
    comeBack(stage, 'a', 'b', 'c');
    assert.equal((await stage.cycle()).report.result, 'success');
    assert.deepEqual(await waiting(stage), []);
    const again = await held(stage, 'a', 'b', 'c');
    assert.equal(again, holdId);
    assert.deepEqual(
      (await stage.store.target('wiki')).decided?.map(({ end, by: who }) => [end, who?.user]),
      [['void', 'olga']],
    );
  });

  it('ends also in a daemon, where the cycle that finds everything well is no plan at all', async () => {
    const stage = await loaded();
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    leave(stage, 'a', 'b', 'c');
    const { report } = await stage.cycle(memory);
    comeBack(stage, 'a', 'b', 'c');
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    await decide(stage, report.hold?.holdId, 'approve');
    await stage.cycle(memory);
    assert.deepEqual(await waiting(stage), []);
    leave(stage, 'a', 'b', 'c');
    assert.equal((await stage.cycle(memory)).report.result, 'held');
  });

  it('covers, operation by operation, only what has stood since: who came back is held when they leave again', async () => {
    const stage = await loaded();
    await decide(stage, await held(stage, 'a', 'b', 'c'), 'approve');
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'before', result: { class: 'transient', status: 503, detail: 'no' } }
        : undefined,
    );
    assert.equal((await stage.cycle()).report.failed.length, 3);
    stage.target.setHook(undefined);
    comeBack(stage, 'a', 'b', 'c');
    await stage.cycle({ attempt: 'asked' });
    leave(stage, 'a', 'b', 'c');
    assert.equal((await stage.cycle({ attempt: 'asked' })).report.result, 'held');
  });

  it('carries on after a part of it failed, and one more who leaves is judged alone', async () => {
    const stage = await loaded();
    await decide(stage, await held(stage, 'a', 'b', 'c'), 'approve');
    const cut = await stage.cycle({ isStopping: () => stage.target.calls.length > 0 });
    assert.deepEqual(applied(cut.report), ['deactivate a']);
    leave(stage, 'd');
    assert.deepEqual(applied((await stage.cycle()).report), ['deactivate b', 'deactivate c', 'deactivate d']);
    assert.equal((await stage.store.target('wiki')).approvals, undefined);
    assert.equal(
      (await stage.store.removals('wiki')).reduce((sum, { count }) => sum + count, 0),
      1,
      'what was approved does not count',
    );
  });

  it('is void when what is held has changed', async () => {
    const stage = await loaded();
    await decide(stage, await held(stage, 'a', 'b', 'c'), 'approve');
    leave(stage, 'd');
    const { report } = await stage.cycle();
    assert.deepEqual(
      [report.result, operationsOf(report.hold?.operations ?? []).length, await waiting(stage)],
      ['held', 4, []],
    );
  });

  it('is for one target: another one with the same hold needs its own', async () => {
    const stage = await loaded();
    const chat = createFakeTarget({ name: 'chat', concurrency: 1 });
    const both = async (): Promise<readonly CycleReport[]> =>
      runCycles(['wiki', 'chat'], {
        mode: 'incremental',
        attempt: 'due',
        sources: new Map([['corp', stage.source]]),
        prepare: (name) => Promise.resolve(name === 'wiki' ? stage.setup : { ...stage.setup, target: chat }),
        store: stage.store,
        clock: stage.clock,
        observer: () => undefined,
        signal: new AbortController().signal,
        isStopping: () => false,
      });
    await both();
    leave(stage, 'a', 'b', 'c');
    const [wiki, other] = (await both()).map(({ hold }) => hold?.holdId);
    assert.notEqual(wiki, other);
    await decide(stage, wiki, 'approve');
    assert.deepEqual(
      (await both()).map(({ result }) => result),
      ['success', 'held'],
    );
    await decide(stage, other, 'reject', { target: 'chat' });
    assert.deepEqual(
      (await both()).map(({ result }) => result),
      ['success', 'success'],
    );
    assert.equal(
      chat.users().every((user) => user['active'] === true),
      true,
    );
    assert.equal(stage.target.users().filter((user) => user['active'] === false).length, 3);
  });

  it('given under the id of another target does nothing', async () => {
    const stage = await loaded();
    const holdId = await held(stage, 'a', 'b', 'c');
    await decide(stage, holdId, 'approve', { target: 'chat' });
    assert.equal((await stage.cycle()).report.result, 'held');
  });

  it('stands whatever the cause of a removal comes to be, and so does the time since it is held', async () => {
    const stage = await loaded();
    const holdId = await held(stage, 'a', 'b', 'c');
    const { held: first } = await stage.store.target('wiki');
    await stage.clock.advance(5 * minute);
    // Disabled, in place of gone.
    for (const id of ['a', 'b', 'c']) stage.source.put(person(id, { status: 'off' }));
    assert.equal((await stage.cycle()).report.hold?.holdId, holdId);
    assert.equal((await stage.store.target('wiki')).held?.since, first?.since);
    leave(stage, 'd', 'e');
    assert.notEqual((await stage.cycle()).report.hold?.holdId, holdId);
    assert.equal((await stage.store.target('wiki')).held?.since, first?.since, 'what was held before still is');
  });
});

describe('an approval before any cycle has held it', () => {
  it('waits for the cycle that holds exactly that', async () => {
    const stage = await loaded();
    const planned = await held(await loaded(), 'a', 'b', 'c');
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    await decide(stage, planned, 'approve', { early: true });
    await stage.clock.advance(30 * minute);
    await stage.cycle(memory);
    assert.deepEqual(await waiting(stage), [planned], 'what the daemon knows may be older than what was planned');
    leave(stage, 'a', 'b', 'c');
    const { report } = await stage.cycle(memory);
    assert.deepEqual([applied(report).length, await waiting(stage)], [3, []]);
  });

  it('ends once everything was read after it and does not show that', async () => {
    const stage = await loaded();
    const planned = await held(await loaded(), 'a', 'b', 'c');
    await decide(stage, planned, 'approve', { early: true });
    await stage.clock.advance(minute);
    await stage.cycle();
    assert.deepEqual(await waiting(stage), []);
    leave(stage, 'a', 'b', 'c');
    assert.equal((await stage.cycle()).report.result, 'held');
  });

  it('has a daemon read everything, and ends at once when that does not show it', async () => {
    const stage = await loaded();
    const planned = await held(await loaded(), 'a', 'b', 'c');
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    await decide(stage, planned, 'approve', { early: true });
    await stage.clock.advance(10_000);
    stage.events.splice(0);
    await stage.cycle(memory);
    assert.deepEqual(
      stage.events.flatMap((event) => (event.kind === 'directory_read' ? [event.verdict] : [])),
      ['complete'],
    );
    assert.deepEqual(await waiting(stage), []);
    leave(stage, 'a', 'b', 'c');
    assert.equal((await stage.cycle(memory)).report.result, 'held');
  });

  it('ends after an hour in a daemon, whose readings compare everything as often', async () => {
    const stage = await loaded();
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    await decide(stage, 'hold-000000000000', 'approve', { early: true });
    await stage.clock.advance(61 * minute);
    await stage.cycle(memory);
    assert.deepEqual(await waiting(stage), []);
  });

  it('and a decision that expired or fits nothing keep no daemon from its quiet polls', async () => {
    const stage = await loaded();
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    await decide(stage, 'hold-000000000001', 'approve', { early: true });
    await decide(stage, 'hold-000000000002', 'reject', { at: new Date(stage.clock.now() - 2 * day).toISOString() });
    await decide(stage, 'hold-000000000003', 'approve');
    await decide(stage, 'hold-000000000004', 'approve', { target: 'gone' });
    await stage.clock.advance(1_000);
    stage.events.splice(0);
    for (let poll = 0; poll < 7; poll += 1) await stage.cycle(memory);
    assert.equal(
      stage.events.filter(({ kind }) => kind === 'plan_made').length,
      1,
      'once, for what somebody decided just now',
    );
    assert.deepEqual(
      stage.events.flatMap((event) => (event.kind === 'decided' ? [[event.record.holdId, event.record.end]] : [])),
      [
        ['hold-000000000002', 'expired'],
        ['hold-000000000001', 'void'],
        ['hold-000000000003', 'void'],
      ],
    );
    assert.deepEqual(await waiting(stage), ['hold-000000000004']);
    await stage.clock.advance(day);
    await stage.cycle(memory);
    assert.deepEqual(await waiting(stage), []);
  });
});

describe('a decision and a clock that jumps', () => {
  for (const [what, jump, result] of [
    ['older than a day', day + minute, 'held'],
    ['an hour old', hour, 'success'],
    ['dated a little ahead', -10 * minute, 'success'],
    ['dated far ahead', -2 * day, 'held'],
  ] as const) {
    it(`is ${result === 'held' ? 'not gone by' : 'gone by'} when it is ${what}`, async () => {
      const stage = await loaded();
      await decide(stage, await held(stage, 'a', 'b', 'c'), 'approve');
      stage.clock.jumpWallClock(jump);
      assert.equal((await stage.cycle()).report.result, result);
      assert.deepEqual(await waiting(stage), []);
    });
  }

  it('does not let an approval under way live for longer than a day because the clock was set back', async () => {
    const stage = await loaded();
    await decide(stage, await held(stage, 'a', 'b', 'c'), 'approve');
    await stage.cycle({ isStopping: () => stage.target.calls.length > 0 });
    stage.clock.jumpWallClock(-2 * day);
    assert.equal((await stage.cycle()).report.result, 'held');
  });
});
