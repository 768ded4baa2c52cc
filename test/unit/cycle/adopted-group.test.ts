import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, inShort, person, team } from '../../support/cycle-stage.ts';

const signal = new AbortController().signal;

/** A group that was there before, with ada and a guest in it. */
async function withGroup() {
  const stage = cycleStage([person('ada'), person('ben')]);
  await stage.target.create('user', new Map<string, ScimValue>([['userName', 'guest']]), signal);
  await stage.cycle();
  await stage.target.create('group', new Map<string, ScimValue>([['displayName', 'crew']]), signal);
  await stage.target.changeMembers('group-4', { add: ['user-1', 'user-2'].map((id) => ({ id, type: 'user' as const })), remove: [], current: () => Promise.resolve([]) }, signal);
  return stage;
}
const membersOf = ({ target }: Awaited<ReturnType<typeof withGroup>>) => target.groups()[0]?.['members'];

describe('a group that is adopted', () => {
  it('keeps who is in it; nobody is put in who is there, and the guest is counted', async () => {
    const stage = await withGroup();
    stage.source.put(team('crew', ['ada', 'ben']));
    const { report, calls } = await stage.cycle();
    const adoption = report.applied.find(({ verb }) => verb === 'adopt');
    assert.ok(adoption?.verb === 'adopt');
    assert.deepEqual([adoption.present, adoption.strangers], [['ada'], 1]);
    assert.deepEqual(inShort(calls).filter((call) => call.startsWith('members')), ['members group-4 +user-3 -']);
    assert.deepEqual(membersOf(stage), ['user-1', 'user-2', 'user-3'].map((value) => ({ value })));
    assert.deepEqual((await stage.store.members('wiki', 'crew')).toSorted(), ['ada', 'ben']);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('lets go of whoever leaves it later, though nobody here put them in', async () => {
    const stage = await withGroup();
    stage.source.put(team('crew', ['ada']));
    await stage.cycle();
    stage.source.put(team('crew', []));
    await stage.cycle();
    assert.deepEqual(membersOf(stage), [{ value: 'user-1' }]);
  });

  it('that turned up after a creation was refused gets nobody twice either', async () => {
    const stage = await withGroup();
    stage.source.put(team('crew', ['ada', 'ben']));
    let isHidden = true;
    stage.target.setHook((call) => {
      if (call.method === 'create') isHidden = false;
      return isHidden && (call.method === 'find' || call.method === 'inventory') ? { when: 'before', result: { class: 'unsupported', status: 404, detail: '' } } : undefined;
    });
    const { calls } = await stage.cycle();
    assert.deepEqual(inShort(calls).filter((call) => call.startsWith('members') && call !== 'members group-4 +user-3 -'), []);
  });
});
