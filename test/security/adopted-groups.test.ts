import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../src/core/model/resource.ts';
import type { MatchPolicy } from '../../src/cycle/shared/target-setup.ts';
import { cycleStage, operationsOf, person, team } from '../support/cycle-stage.ts';
import { decide } from '../support/decision-stage.ts';

/*
 * Whoever administers one OU makes a group with the name of one that gives rights on the target, and is a member of it.
 */

const signal = new AbortController().signal;
const users: MatchPolicy = { match: ['externalId', 'userName'], adopt: 'first-match', create: true };
const groups: MatchPolicy = { match: ['externalId', 'displayName'], adopt: 'first-match', create: true };

/** The target's own group of administrators, with one of them in it. */
async function withAdministrators(
  populated: MatchPolicy['populated'],
  { externalId, members = true }: { readonly externalId?: string; readonly members?: boolean } = {},
) {
  const stage = cycleStage([person('eve')], { policy: { user: users, group: { ...groups, populated } } });
  await stage.target.create('user', new Map<string, ScimValue>([['userName', 'root']]), signal);
  const attributes = new Map<string, ScimValue>([
    ['displayName', 'administrators'],
    ...(externalId === undefined ? [] : [['externalId', externalId] as const]),
  ]);
  await stage.target.create('group', attributes, signal);
  if (members)
    await stage.target.changeMembers(
      'group-2',
      { add: [{ id: 'user-1', type: 'user' }], remove: [], current: () => Promise.resolve([]) },
      signal,
    );
  await stage.cycle();
  stage.source.put(team('administrators', ['eve']));
  return stage;
}

const membersOf = ({ target }: Awaited<ReturnType<typeof withAdministrators>>) => target.groups()[0]?.['members'];

describe('a group with members whom nobody of ours put there', () => {
  it('is not taken over where nothing is said, and nobody joins it', async () => {
    const stage = await withAdministrators('refused');
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code]),
      [['administrators', 'adoption_off']],
    );
    assert.match(report.rejected[0]?.reasons[0]?.text ?? '', /1 member whom dir2scim did not put there/);
    assert.deepEqual([report.applied, membersOf(stage)], [[], [{ value: 'user-1' }]]);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is held, whatever the limits, where the configuration wants it adopted', async () => {
    const stage = await withAdministrators('held');
    const { report } = await stage.cycle();
    assert.deepEqual(
      [report.hold?.findings.map(({ kind }) => kind), operationsOf(report.hold?.operations ?? [])],
      [['adopted_groups'], ['adopt administrators', 'members administrators']],
    );
    assert.deepEqual(membersOf(stage), [{ value: 'user-1' }]);
    await decide(stage, report.hold?.holdId, 'approve');
    await stage.cycle();
    assert.deepEqual(membersOf(stage), [{ value: 'user-1' }, { value: 'user-3' }]);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it("is held also when everybody in it is in the directory's group", async () => {
    const stage = await withAdministrators('held');
    stage.source.put(person('root', { mail: 'root' }));
    stage.source.put(team('administrators', ['eve', 'root']));
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.hold?.findings.map(({ kind }) => kind),
      ['adopted_groups'],
    );
    assert.deepEqual(membersOf(stage), [{ value: 'user-1' }]);
  });
});

describe('a group that may be taken over', () => {
  it('is one of a first load, where the configuration wants it: that is what its plan is read for', async () => {
    const stage = cycleStage([person('eve'), team('administrators', ['eve'])], {
      policy: { user: users, group: { ...groups, populated: 'held' } },
    });
    await stage.target.create('user', new Map<string, ScimValue>([['userName', 'root']]), signal);
    await stage.target.create('group', new Map<string, ScimValue>([['displayName', 'administrators']]), signal);
    await stage.target.changeMembers(
      'group-2',
      { add: [{ id: 'user-1', type: 'user' }], remove: [], current: () => Promise.resolve([]) },
      signal,
    );
    const { report } = await stage.cycle();
    assert.deepEqual([report.hold, membersOf(stage)], [undefined, [{ value: 'user-1' }, { value: 'user-3' }]]);
  });

  it('has nobody in it', async () => {
    const stage = await withAdministrators('refused', { members: false });
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), [
      'adopt administrators',
      'members administrators',
    ]);
  });

  it('carries our own id: after the loss of a state', async () => {
    const stage = await withAdministrators('refused', { externalId: 'administrators' });
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), [
      'adopt administrators',
      'members administrators',
    ]);
  });
});
