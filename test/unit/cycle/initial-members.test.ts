import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import type { FakeCall } from '../../support/fake-target.ts';
import { cycleStage, inShort, minute, operationsOf, person, team } from '../../support/cycle-stage.ts';
import { acknowledgedMembers } from '../../support/acknowledged-members.ts';

const lost: Failure = { class: 'unknown', detail: 'no answer' };
const crew = ['a', 'b', 'c'];
const people = crew.map((id) => person(id));
const firstMembers = (calls: readonly FakeCall[]): unknown =>
  calls.flatMap((call) => (call.method === 'create' && call.type === 'group' ? [call.members] : []));
const membersOf = (groups: readonly Readonly<Record<string, unknown>>[]): unknown => groups[0]?.['members'];

describe('a new group', () => {
  it('gets its members with its creation where the target takes them so, and they are acknowledged', async () => {
    const stage = cycleStage([...people, team('staff', crew)], { target: { createWith: 5 } });
    const { report, calls } = await stage.cycle();
    assert.deepEqual(
      [firstMembers(calls), calls.filter(({ method }) => method === 'changeMembers')],
      [[['user-1', 'user-2', 'user-3']], []],
    );
    assert.deepEqual(operationsOf(report.applied).slice(-2), ['create staff', 'members staff']);
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'staff'), crew);
    assert.deepEqual((await stage.cycle()).calls, []);
    stage.source.put(team('staff', ['a', 'c']));
    assert.deepEqual(inShort((await stage.cycle()).calls), ['members group-4 + -user-2']);
  });

  it('gets as many as one request takes, and the others after', async () => {
    const stage = cycleStage([...people, team('staff', crew)], { target: { createWith: 2 } });
    const { calls } = await stage.cycle();
    assert.deepEqual(firstMembers(calls), [['user-1', 'user-2']]);
    assert.deepEqual(inShort(calls).at(-1), 'members group-4 +user-3 -');
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('gets only those who exist by then', async () => {
    const stage = cycleStage([...people, team('staff', crew)], { target: { createWith: 5 } });
    stage.target.setHook((call) =>
      call.method === 'create' && call.attributes.get('externalId') === 'b'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    assert.deepEqual(firstMembers((await stage.cycle()).calls), [['user-1', 'user-2']]);
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'staff'), ['a', 'c']);
  });

  it('whose answer was lost is found, and has everybody', async () => {
    const stage = cycleStage([...people, team('staff', crew)], { target: { createWith: 5 } });
    stage.target.setHook((call) =>
      call.method === 'create' && call.type === 'group' ? { when: 'after', result: lost } : undefined,
    );
    await stage.cycle();
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'staff'), crew);
    assert.equal((await stage.store.links('wiki', ['staff'])).get('staff')?.unsettled, undefined);
    stage.target.setHook(undefined);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('keeps nobody who was in a creation that a crash cut short and leaves before the next start', async () => {
    const stage = cycleStage([...people, team('staff', crew)], { target: { createWith: 5 } });
    stage.target.setHook((call) =>
      call.method === 'create' && call.type === 'group' ? { when: 'after', result: new Error('killed') } : undefined,
    );
    assert.equal((await stage.cycle()).report.result, 'error');
    stage.target.setHook(undefined);
    stage.source.put(team('staff', ['a']));
    await stage.cycle();
    await stage.cycle();
    assert.deepEqual(membersOf(stage.target.groups()), [{ value: 'user-1' }]);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('keeps nobody who was in a creation that did not tell who joined, and leaves before they could be added', async () => {
    const stage = cycleStage([...people, team('staff', crew)], { target: { createWith: 5 } });
    const create = stage.target.create.bind(stage.target);
    // As after a 202: it is found, and nobody knows its members.
    Object.assign(stage.target, {
      create: async (...call: Parameters<typeof create>) => {
        const outcome = await create(...call);
        return outcome.kind === 'applied' ? { kind: outcome.kind, id: outcome.id } : outcome;
      },
    });
    let isOver = false;
    stage.target.setHook(({ method, ...call }) => {
      isOver ||= method === 'create' && 'type' in call && call.type === 'group';
      return undefined;
    });
    await stage.cycle({ isStopping: () => isOver });
    assert.deepEqual(await acknowledgedMembers(stage.store, 'wiki', 'staff'), []);
    stage.source.put(team('staff', ['a']));
    await stage.cycle();
    await stage.cycle();
    assert.deepEqual(membersOf(stage.target.groups()), [{ value: 'user-1' }]);
  });

  it('that nobody wants after such a crash loses them by the policy, like any other', async () => {
    const stage = cycleStage([...people, team('other')], {
      target: { createWith: 5 },
      removal: { leaves: 'deactivate', groups: 'empty' },
    });
    await stage.cycle();
    stage.source.put(team('staff', crew));
    stage.target.setHook((call) =>
      call.method === 'create' && call.type === 'group' ? { when: 'after', result: new Error('killed') } : undefined,
    );
    assert.equal((await stage.cycle()).report.result, 'error');
    stage.target.setHook(undefined);
    stage.source.remove('staff');
    await stage.cycle();
    await stage.cycle();
    assert.deepEqual(
      stage.target.groups().map(({ members }) => members),
      [undefined, undefined],
    );
  });

  it('that the target lost is made again with its members', async () => {
    const stage = cycleStage([...people, team('staff', crew)], { target: { createWith: 5 } });
    await stage.cycle();
    await stage.clock.advance(10 * minute);
    await stage.target.remove('group', 'group-4', new AbortController().signal);
    stage.source.put(team('staff', ['a', 'b']));
    await stage.cycle();
    await stage.clock.advance(minute);
    const { calls } = await stage.cycle();
    assert.deepEqual(firstMembers(calls), [['user-1', 'user-2']]);
    assert.deepEqual((await stage.cycle()).calls, []);
  });
});

describe('someone who was deactivated and comes back', () => {
  it('is created again at once where nothing else reaches them, with their groups', async () => {
    const stage = cycleStage([...people, team('staff', crew)], { target: { recreates: true } });
    await stage.cycle();
    stage.source.put(person('b', { status: 'off' }));
    await stage.cycle();
    await stage.target.remove('user', 'user-2', new AbortController().signal); // as if: it answers to nothing
    stage.source.put(person('b'));
    const { report, calls } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), ['create b', 'members staff']);
    assert.deepEqual(
      calls.filter(({ method }) => method === 'update'),
      [],
    );
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is found and switched on where they can be found all the same', async () => {
    const stage = cycleStage([person('a'), person('b')], { target: { recreates: true } });
    await stage.cycle();
    stage.source.put(person('b', { status: 'off' }));
    await stage.cycle();
    stage.source.put(person('b'));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['adopt b']);
    assert.deepEqual(
      stage.target.users().map(({ active }) => active),
      [true, true],
    );
  });
});
