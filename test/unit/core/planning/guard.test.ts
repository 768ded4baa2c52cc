import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Operation } from '../../../../src/core/model/plan.ts';
import type { GuardInput } from '../../../../src/core/planning/guard-input.ts';
import { guard } from '../../../support/in-one-go.ts';
import { partContext } from '../../../../src/core/planning/part-context.ts';
import { tally } from '../../../../src/core/planning/tally.ts';
import { limitsWith } from '../../../support/limits.ts';
import { creation, guardInput, members, people, populationOf, removal, update } from '../../../support/operations.ts';
import { inShort } from '../../../support/plan-input.ts';

const judge = (operations: readonly Operation[], rest: Partial<GuardInput> = {}) => guard(guardInput(operations, rest));
const kinds = (operations: readonly Operation[], rest: Partial<GuardInput> = {}) =>
  judge(operations, rest).hold?.findings.map((finding) => finding.kind) ?? [];
const removals = (count: number, from = 0) => people(count, from).map((id) => removal(id));
const updates = (count: number) => people(count).map((id) => update(id));
/** All that a plan does, one line an effect, so that parts can be compared with the whole. */
const effects = (operations: readonly Operation[]) =>
  operations
    .flatMap((one) =>
      one.verb === 'members'
        ? [...one.add.map((id) => `${one.sourceId} + ${id}`), ...one.remove.map((id) => `${one.sourceId} - ${id}`)]
        : [`${one.verb} ${one.sourceId}`],
    )
    .sort();

describe('guard, first run', () => {
  it('holds every removal and every member who would leave, whatever the numbers', () => {
    assert.deepEqual(kinds([removal('a')], { firstRun: true }), ['first_run']);
    assert.deepEqual(kinds([members('g', [], ['a'])], { firstRun: true }), ['first_run']);
  });
  it('lets creations, new members and updates pass', () => {
    assert.deepEqual(kinds([creation('a'), update('b'), members('g', ['a'], [])], { firstRun: true }), []);
  });
});

describe('guard, empty reading', () => {
  const linked = new Map([['a', { lifecycle: 'active', directory: 'corp', type: 'user' } as const]]);
  it('holds removals of the type that the directory did not show, and no others', () => {
    const { proceed, hold } = judge([removal('a'), removal('g', 'delete', 'group')], {
      isEmpty: (_, type) => type === 'user',
      links: linked,
    });
    assert.deepEqual([inShort(proceed), inShort(hold?.operations ?? [])], [['delete g'], ['deactivate a']]);
  });
  it('holds members who would leave, even out of small groups', () => {
    assert.deepEqual(kinds([members('g', ['b'], ['a'])], { isEmpty: (_, type) => type === 'user', links: linked }), [
      'empty_reading',
    ]);
  });
});

describe('guard, removals', () => {
  it('holds what is more than the share, counted with the last 24 hours', () => {
    assert.deepEqual(kinds(removals(10)), []);
    assert.deepEqual(kinds(removals(11)), ['removals']);
    const recent = [{ kind: 'removals', type: 'user', count: 6 } as const];
    // Six of 106 are gone already: 10 % of those who were there a day ago.
    assert.deepEqual(kinds(removals(4), { recent }), []);
    assert.deepEqual(kinds(removals(5), { recent }), ['removals']);
  });
  it('does not ask for the share below the absolute number', () => {
    const population = populationOf({ active: { user: 10, group: 1 } });
    assert.deepEqual(kinds(removals(5), { population }), []);
    assert.deepEqual(kinds(removals(6), { population }), ['removals']);
  });
  it('counts deletions and emptied groups, each type by itself', () => {
    const groups = [
      ...people(3).map((id) => removal(id, 'delete', 'group')),
      ...people(3, 3).map((id) => members(id, [], ['x'], 'departed')),
    ];
    assert.deepEqual(kinds([...removals(10), ...groups.slice(1)]), []);
    const { hold, proceed } = judge([...removals(10, 100), ...groups]);
    assert.deepEqual([hold?.operations.length, hold?.findings[0]?.type, proceed.length], [6, 'group', 10]);
  });
  it('tells the numbers that it compared', () => {
    const { hold } = judge(removals(40));
    assert.deepEqual(hold?.findings, [
      {
        kind: 'removals',
        type: 'user',
        evidence: 'absence',
        sourceId: undefined,
        path: undefined,
        planned: 40,
        recent: 0,
        population: 100,
        before: 100,
        allowed: 10,
        text: '40 of 100 users would lose access; allowed are 10 (10 %, at least 5)',
      },
    ]);
  });
});

describe('guard, members', () => {
  const acknowledged = new Map([
    ['g', new Set(people(100))],
    ['h', new Set(people(100))],
  ]);
  const wide = { members: acknowledged, limits: limitsWith({ memberships: { percent: 100, atLeast: 0 } }) };
  it('holds group by group, and lets those who join pass', () => {
    const plan = [members('g', ['new'], people(21)), members('h', [], people(20))];
    const { proceed, hold } = judge(plan, wide);
    assert.deepEqual(
      hold?.findings.map(({ sourceId, planned, population }) => [sourceId, planned, population]),
      [['g', 21, 100]],
    );
    assert.deepEqual(
      hold.operations.map((one) => one.verb === 'members' && [one.add.length, one.remove.length]),
      [[0, 21]],
    );
    assert.deepEqual(
      proceed.map((one) => one.verb === 'members' && [one.add.length, one.remove.length]),
      [
        [1, 0],
        [0, 20],
      ],
    );
  });
  it('counts the last 24 hours of the same group', () => {
    const recent = [{ kind: 'members', type: 'group', group: 'g', count: 15 } as const];
    assert.deepEqual(kinds([members('g', [], people(9))], { ...wide, recent }), ['members']);
    assert.deepEqual(kinds([members('h', [], people(9))], { ...wide, recent }), []);
  });
});

describe('guard, updates', () => {
  it('holds what is more than the share, creations of what was lost included, counted with the last 24 hours', () => {
    assert.deepEqual(kinds(updates(30)), []);
    assert.deepEqual(kinds([...updates(29), creation('x', true), creation('y', true)]), ['updates']);
    const recent = [{ kind: 'updates', type: 'user', count: 10 } as const];
    assert.deepEqual(kinds(updates(20), { recent }), []);
    assert.deepEqual(kinds(updates(21), { recent }), ['updates']);
  });
  /** Has another title, and loses the manager. */
  const loses = (id: string, leaver: string): Operation => {
    const whole = update(id);
    return { ...whole, changes: [...whole.changes, { path: 'manager', change: 'clear', leaver }] };
  };
  it('does not clear references to those whose removal is held, and lets the rest of the update pass', () => {
    const { proceed, hold } = judge([...removals(11), loses('anna', 'p0'), loses('bert', 'someone else')]);
    assert.deepEqual(
      hold?.findings.map(({ kind }) => kind),
      ['removals'],
    );
    assert.deepEqual(
      proceed.map((one) => one.verb === 'update' && one.changes.map(({ path }) => path)),
      [['title'], ['title', 'manager']],
    );
    assert.deepEqual(
      hold.operations.flatMap((one) => (one.verb === 'update' ? one.changes.map(({ path }) => path) : [])),
      ['manager'],
    );
  });
  it('does not count references that are cleared with a removal, and holds none of them when updates are too many', () => {
    const clearing = people(40, 100).map((id): Operation => ({
      ...update(id),
      changes: [{ path: 'manager', change: 'clear', leaver: 'p0' }],
    }));
    assert.deepEqual(kinds([removal('p0'), ...clearing]), []);
    const { proceed } = judge([removal('p0'), ...clearing, ...updates(31)]);
    assert.equal(proceed.length, 41);
  });
  it('does not count what completes newcomers, however many there are', () => {
    const plan = people(500).flatMap((id) => [creation(id), update(id)]);
    assert.deepEqual(
      kinds(plan, { established: false, population: populationOf({ active: { user: 0, group: 0 } }) }),
      [],
    );
    assert.deepEqual(kinds([...plan, ...people(30, 1_000).map((id) => update(id))], { established: false }), []);
  });
  it('holds what completes a newcomer together with the creation', () => {
    const plan = people(40).flatMap((id) => [creation(id, true), update(id)]);
    const { proceed, hold } = judge(plan);
    assert.deepEqual([proceed.length, hold?.operations.length, hold?.findings[0]?.planned], [0, 80, 40]);
  });
});

describe('guard, memberships of those who are removed in the same plan', () => {
  const leavers = people(40);
  const memberCounts = new Map([['g', new Set([...leavers, 'mover', ...people(11, 100)])]]);
  const massLeave = [members('g', ['new'], [...leavers, 'mover']), ...leavers.map((id) => removal(id))];

  it('holds them with the removal, and does not count them as members who leave', () => {
    const { proceed, hold } = judge(massLeave, { members: memberCounts });
    assert.deepEqual(
      hold?.findings.map(({ kind }) => kind),
      ['removals'],
    );
    assert.deepEqual(effects(proceed), ['g + new', 'g - mover']);
    assert.deepEqual(effects([...proceed, ...hold.operations]), effects(massLeave));
  });
  it('lets them pass with removals within the limit although others of the group are held', () => {
    const plan = [members('g', [], [...people(11, 100), 'p0']), removal('p0')];
    const { proceed, hold } = judge(plan, { members: memberCounts });
    assert.deepEqual(effects(proceed), ['deactivate p0', 'g - p0']);
    assert.equal(hold?.operations.length, 1);
  });
  it('does not take those among them for members of whom nobody knows whether they joined', () => {
    const known = new Map([['g', new Set(['a', 'b', 'c'])]]);
    const limits = limitsWith({ members: { percent: 0, atLeast: 5 } });
    const plan = [members('g', [], ['a', 'b', 'p0']), removal('p0')];
    const { hold } = judge(plan, { members: known, limits });
    assert.deepEqual(
      hold?.findings.map(({ kind, planned, population, allowed }) => [kind, planned, population, allowed]),
      [['members', 2, 3, 1]],
    );
    const both = judge([members('g', [], ['a', 'p0'])], { members: known, limits });
    assert.equal(both.hold, undefined);
  });
  it('keeps the id when their memberships, or anything that is not held, changes', () => {
    const id = judge(massLeave, { members: memberCounts }).hold?.holdId;
    const others = [
      members('g', [], leavers.slice(5)),
      members('h', ['x'], ['p1']),
      creation('c'),
      update('u'),
      ...massLeave.slice(1),
    ];
    assert.equal(judge(others, { members: memberCounts }).hold?.holdId, id);
    assert.notEqual(judge([...massLeave, removal('another')], { members: memberCounts }).hold?.holdId, id);
  });
  it('says in the reason of a divided operation what that part does', () => {
    const { proceed, hold } = judge(massLeave, { members: memberCounts });
    assert.deepEqual([proceed[0]?.reason, hold?.operations[0]?.reason], ['1 joined, 1 left', '40 left']);
  });
});

describe('tally', () => {
  it('counts by kind and type, and members by group', () => {
    const plan = [
      removal('a'),
      removal('b', 'delete'),
      removal('h', 'delete', 'group'),
      members('g', ['x'], ['a', 'y']),
      update('u'),
      creation('c'),
    ];
    assert.deepEqual(tally(plan, partContext(plan, new Map(), new Map())), [
      { kind: 'removals', type: 'user', evidence: 'absence', count: 2 },
      { kind: 'removals', type: 'group', evidence: 'absence', count: 1 },
      { kind: 'members', type: 'group', group: 'g', count: 1 },
      { kind: 'memberships', type: 'group', count: 1 },
      { kind: 'updates', type: 'user', count: 1 },
      { kind: 'creations', type: 'user', count: 1 },
    ]);
  });
  it('knows from the whole plan what only follows, when a part is counted', () => {
    const left = members('g', [], ['a']);
    assert.deepEqual(
      tally([left], partContext([left], new Map(), new Map())).map(({ kind }) => kind),
      ['members', 'memberships', 'emptied'],
    );
    assert.equal(tally([left], partContext([left, removal('a')], new Map(), new Map())).length, 0);
  });
});
