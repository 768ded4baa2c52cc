import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import { cycleStage, inShort, minute, operationsOf, person, team } from '../../support/cycle-stage.ts';
import { acknowledgedMembers } from '../../support/acknowledged-members.ts';

const signal = new AbortController().signal;
const lost: Failure = { class: 'unknown', detail: 'no answer' };
const five = ['a', 'b', 'c', 'd', 'e'];
const active = (users: readonly Readonly<Record<string, unknown>>[]): unknown[] => users.map((user) => user['active']);

describe('an operation whose answer is lost', () => {
  it('is made undone when the directory takes the change back before the next try', async () => {
    const stage = cycleStage([person('anna', { title: 'Boss' })]);
    await stage.cycle();
    stage.target.setHook(() => ({ when: 'after', result: lost }));
    stage.source.put(person('anna', { title: 'Intern' }));
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.put(person('anna', { title: 'Boss' }));
    await stage.cycle();
    assert.deepEqual(
      stage.target.users().map(({ title }) => title),
      ['Boss'],
    );
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('leaves nobody switched off who is enabled again, and nobody switched on who is disabled again', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    for (const [now, later] of [
      ['off', 'on'],
      ['on', 'on'],
      ['off', 'off'],
      ['on', 'off'],
    ] as const) {
      stage.target.setHook(() => ({ when: 'after', result: lost }));
      stage.source.put(person('anna', { status: now }));
      await stage.cycle();
      stage.target.setHook(undefined);
      stage.source.put(person('anna', { status: later }));
      await stage.clock.advance(minute);
      await stage.cycle();
      assert.deepEqual(active(stage.target.users()), [later === 'on'], `${now}, then ${later}`);
    }
  });

  it('keeps nobody in a group who leaves it before the next try', async () => {
    const stage = cycleStage([person('anna'), team('staff')]);
    await stage.cycle();
    stage.target.setHook(() => ({ when: 'after', result: lost }));
    stage.source.put(team('staff', ['anna']));
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.put(team('staff'));
    await stage.cycle();
    assert.equal(stage.target.groups()[0]?.['members'], undefined);
  });

  it('remembers no account that was deleted when who was switched off comes back as disabled', async () => {
    const stage = cycleStage([person('anna'), person('ben')], { removal: { leaves: 'delete', groups: 'keep' } });
    await stage.cycle();
    stage.source.put(person('anna', { status: 'off' }));
    await stage.cycle();
    stage.source.remove('anna');
    stage.target.setHook((call) => (call.method === 'remove' ? { when: 'after', result: lost } : undefined));
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.put(person('anna', { status: 'off' }));
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await stage.clock.advance(minute);
      await stage.cycle();
    }
    assert.equal(stage.target.users().length, 1);
    assert.ok(((await stage.store.links('wiki', ['anna'])).get('anna')?.lifecycle ?? 'lost') === 'lost');
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('loses nobody who was deleted and comes back before the next try', async () => {
    const stage = cycleStage([person('anna'), person('zoe')], { removal: { leaves: 'delete', groups: 'keep' } });
    await stage.cycle();
    await stage.clock.advance(10 * minute);
    stage.target.setHook(() => ({ when: 'after', result: lost }));
    stage.source.remove('anna');
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.put(person('anna'));
    await stage.cycle();
    await stage.cycle();
    assert.deepEqual(active(stage.target.users()), [true, true]);
  });
});

describe('operations on what the target has', () => {
  it('send members in pieces, record each, and go on with the rest when one piece fails', async () => {
    const stage = cycleStage([...five.map((id) => person(id)), team('staff', five)], {
      target: { memberChunk: 2, concurrency: 1 },
    });
    let pieces = 0;
    stage.target.setHook((call) => {
      if (call.method === 'changeMembers') pieces += 1;
      return call.method === 'changeMembers' && pieces === 2
        ? { when: 'before', result: { class: 'throttled', status: 429, detail: 'slow down' } }
        : undefined;
    });
    assert.equal((await stage.cycle()).report.failed.length, 1);
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'staff'), ['a', 'b']);
    await stage.clock.advance(minute);
    assert.deepEqual(inShort((await stage.cycle()).calls), [
      'members group-6 +user-3+user-4 -',
      'members group-6 +user-5 -',
    ]);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('give everybody else their membership when the target refuses one of them', async () => {
    const stage = cycleStage([...five.map((id) => person(id)), team('staff', five)], { target: { concurrency: 1 } });
    stage.target.setHook((call) =>
      call.method === 'changeMembers' && call.add.includes('user-4')
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'a guest cannot be a member' } }
        : undefined,
    );
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.failed.map(({ failure }) => failure.class),
      ['rejected'],
    );
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'staff'), ['a', 'b', 'c', 'e']);
    stage.target.setHook(undefined);
    await stage.clock.advance(10 * minute);
    assert.deepEqual(inShort((await stage.cycle()).calls), ['members group-6 +user-4 -']);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('forget nobody who may be in a group by a request that was lost, when adding them again is refused', async () => {
    const stage = cycleStage([person('anna'), person('ben'), team('staff', ['ben'])]);
    await stage.cycle();
    stage.source.put(team('staff', ['anna', 'ben']));
    stage.target.setHook((call) => (call.method === 'changeMembers' ? { when: 'after', result: lost } : undefined));
    await stage.cycle();
    stage.target.setHook((call) =>
      call.method === 'changeMembers'
        ? { when: 'before', result: { class: 'rejected', status: 409, detail: 'a member already' } }
        : undefined,
    );
    await stage.cycle({ attempt: 'asked' });
    stage.target.setHook(undefined);
    stage.source.put(team('staff', ['ben']));
    const { calls } = await stage.cycle({ attempt: 'asked' });
    assert.deepEqual(inShort(calls), ['members group-3 + -user-1']);
  });

  it('put back at once whom a new name cost their membership', async () => {
    const stage = cycleStage([person('anna'), team('staff', ['anna'])]);
    await stage.cycle();
    const update: typeof stage.target.update = async (...args) => {
      const outcome = await stage.target.update(...args);
      return outcome.kind === 'applied' && args[0] === 'group' ? { ...outcome, shown: { members: [] } } : outcome;
    };
    const target = Object.assign(Object.create(stage.target) as typeof stage.target, { update });
    const { attributes, ...rest } = team('staff', ['anna']);
    stage.source.put({ ...rest, attributes: new Map([...attributes, ['cn', ['crew']]]) });
    const { calls } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    assert.deepEqual(inShort(calls), ['update group-2', 'members group-2 +user-1 -']);
    assert.equal((await stage.store.links('wiki', ['staff'])).get('staff')?.unsettled, undefined);
  });

  it('count nobody out of a group who is shown in it afterwards', async () => {
    const stage = cycleStage([person('anna'), person('ben'), team('staff', ['anna', 'ben'])]);
    await stage.cycle();
    const changeMembers: typeof stage.target.changeMembers = () =>
      Promise.resolve({ kind: 'applied', id: 'group-3', shown: { members: ['user-1', 'user-2'] } });
    const target = Object.assign(Object.create(stage.target) as typeof stage.target, { changeMembers });
    stage.source.put(team('staff', ['ben']));
    const { report } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    assert.deepEqual(
      report.failed.map(({ failure }) => failure.class),
      ['transient'],
    );
    await stage.cycle({ attempt: 'asked' });
    assert.deepEqual(stage.target.groups()[0]?.['members'], [{ value: 'user-2' }]);
  });

  it('only add to a group that was adopted: whoever was in it stays', async () => {
    const stage = cycleStage([person('anna'), team('staff', ['anna'])]);
    const stranger = await stage.target.create('user', new Map([['userName', 'stranger']]), signal);
    const group = await stage.target.create('group', new Map([['displayName', 'staff']]), signal);
    assert.ok(stranger.kind === 'applied' && group.kind === 'applied');
    await stage.target.changeMembers(
      group.id,
      { add: [{ id: stranger.id, type: 'user' }], remove: [], current: () => Promise.resolve([]) },
      signal,
    );
    await stage.cycle();
    assert.equal((stage.target.groups()[0]?.['members'] as unknown[]).length, 2);
    stage.source.put(team('staff'));
    await stage.cycle();
    assert.deepEqual(stage.target.groups()[0]?.['members'], [{ value: stranger.id }]);
  });

  it('leave alone what somebody made again by hand of someone deleted, until their entry comes back: then it is adopted', async () => {
    const stage = cycleStage([person('anna'), person('zoe')], { removal: { leaves: 'delete', groups: 'keep' } });
    await stage.cycle();
    stage.source.remove('anna');
    await stage.cycle();
    await stage.target.create('user', new Map([['userName', 'anna@example.org']]), signal);
    assert.deepEqual((await stage.cycle()).calls, []);
    stage.source.put(person('anna'));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['adopt anna']);
  });

  it('create anew whoever was deleted and comes back under the same id, with their groups', async () => {
    const stage = cycleStage([person('anna'), person('zoe'), team('staff', ['anna'])], {
      removal: { leaves: 'delete', groups: 'keep' },
    });
    await stage.cycle();
    stage.source.remove('anna');
    await stage.cycle();
    assert.equal(stage.target.users().length, 1);
    stage.source.put(person('anna'));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['create anna', 'members staff']);
  });

  it('keep what the target still has of a reference whose new one did not come about, so that it can be cleared', async () => {
    const manager = (id: string) => ({ manager: `CN=${id},OU=Staff,DC=corp` });
    const stage = cycleStage([person('anna'), person('ben', manager('anna'))]);
    await stage.cycle();
    stage.target.setHook((call) =>
      call.method === 'create'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    stage.source.put(person('cleo'));
    stage.source.put(person('ben', manager('cleo')));
    await stage.cycle();
    stage.source.put(person('ben'));
    stage.source.remove('cleo');
    await stage.cycle();
    const ben = stage.target.users().find(({ externalId }) => externalId === 'ben');
    assert.doesNotMatch(JSON.stringify(ben), /user-1/);
  });

  it('keep in doubt what an adopted account holds of a reference that could not be resolved, so that it can be cleared', async () => {
    const manager = { manager: 'CN=anna,OU=Staff,DC=corp' };
    const stage = cycleStage([person('anna'), person('ben', manager)]);
    await stage.cycle();
    // Both are mislaid, and only the one who refers to the other can be taken back.
    const missing = { when: 'before', result: { class: 'gone', status: 404, detail: '' } } as const;
    stage.source.put(person('anna', { title: 'Chief' }));
    stage.source.put(person('ben', { ...manager, title: 'Chief' }));
    stage.target.setHook((call) => (call.method === 'update' ? missing : undefined));
    await stage.cycle();
    stage.target.setHook((call) =>
      call.method === 'update' && call.id === 'user-1'
        ? { when: 'before', result: { class: 'protocol', detail: '' } }
        : undefined,
    );
    await stage.cycle({ attempt: 'asked' });
    stage.target.setHook(undefined);
    stage.source.put(person('ben', { title: 'Chief' }));
    await stage.cycle({ attempt: 'asked' });
    assert.doesNotMatch(JSON.stringify(stage.target.users().find(({ externalId }) => externalId === 'ben')), /user-1/);
  });

  it('count in the guard what was removed, member by member, but not who leaves the target altogether', async () => {
    const stage = cycleStage([...five.map((id) => person(id)), team('staff', five)]);
    await stage.cycle();
    stage.source.put(team('staff', ['c', 'd', 'e']));
    stage.source.put(person('c', { status: 'off' }));
    await stage.cycle();
    const removals = await stage.store.removals('wiki');
    assert.deepEqual(removals.map(({ kind, type, group, count }) => [kind, type, group, count]).sort(), [
      ['members', 'group', 'staff', 2],
      ['memberships', 'group', undefined, 2],
      ['removals', 'user', undefined, 1],
    ]);
    await stage.clock.advance(25 * 60 * minute);
    await stage.cycle();
    assert.deepEqual(await stage.store.removals('wiki'), []);
  });
});
