import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Operation } from '../../../../src/core/model/plan.ts';
import type { GuardInput } from '../../../../src/core/planning/guard-input.ts';
import { guard } from '../../../support/in-one-go.ts';
import { creation, guardInput, members, people, populationOf, removal, update } from '../../../support/operations.ts';

const findings = (operations: readonly Operation[], rest: Partial<GuardInput> = {}) =>
  guard(guardInput(operations, rest)).hold?.findings.map(
    ({ kind, planned, allowed }) => `${kind} ${planned}/${allowed}`,
  ) ?? [];
const reactivations = (count: number): Operation[] =>
  people(count).map((id) => ({ ...update(id), verb: 'reactivate' }));
const clears = (count: number, path = 'title'): Operation[] =>
  people(count).map((id) => ({ ...update(id), changes: [{ path, change: 'clear' }] }));
const relink = (id: string): Operation => ({
  ...update(id),
  verb: 'relink',
  replaces: `old-${id}`,
  targetId: id,
  matchedBy: 'userName',
});
const adoption = (id: string): Operation => {
  const { type, sourceId, directory, label, reason, stage } = update(id);
  return {
    type,
    sourceId,
    directory,
    label,
    reason,
    stage,
    verb: 'adopt',
    targetId: id,
    matchedBy: 'userName',
    targetActive: true,
    changes: [],
    attributes: new Map(),
  };
};

describe('guard, memberships of all groups', () => {
  const eight = people(8);
  const fifty = people(50, 100);
  const acknowledged = new Map(fifty.map((id) => [id, new Set(eight)]));
  const population = populationOf({ memberships: 400, groupsWithMembers: 50 });

  it('holds 50 groups of 8 that lose everybody, and 50 that lose one each', () => {
    assert.deepEqual(
      findings(
        fifty.map((id) => members(id, [], eight)),
        { members: acknowledged, population },
      ).filter((one) => !one.startsWith('members ')),
      ['memberships 400/40', 'emptied 50/20'],
    );
    assert.deepEqual(
      findings(
        fifty.map((id) => members(id, [], ['p0'])),
        { members: acknowledged, population },
      ),
      ['memberships 50/40'],
    );
    assert.deepEqual(
      findings(
        fifty.slice(0, 40).map((id) => members(id, [], ['p0'])),
        { members: acknowledged, population },
      ),
      [],
    );
  });
  it('counts the members behind a group that is deleted', () => {
    const deletions = fifty.slice(0, 6).map((id) => removal(id, 'delete', 'group'));
    const many = populationOf({ active: { user: 100, group: 100 }, memberships: 400, groupsWithMembers: 50 });
    assert.deepEqual(findings(deletions, { members: acknowledged, population: many }), ['memberships 48/40']);
    assert.deepEqual(findings(deletions.slice(0, 5), { members: acknowledged, population: many }), []);
  });
  it('counts what left in the last 24 hours', () => {
    const recent = [{ kind: 'memberships', type: 'group', count: 30 } as const];
    assert.deepEqual(
      findings(
        fifty.slice(0, 14).map((id) => members(id, [], ['p0'])),
        { members: acknowledged, population, recent },
      ),
      ['memberships 14/43'],
    );
  });
  it('holds the emptying of a group of four, and never the leaving of one', () => {
    const group = (size: number) => ({ members: new Map([['g', new Set(people(size))]]) });
    assert.deepEqual(findings([members('g', [], people(4))], group(4)), ['members 4/2']);
    assert.deepEqual(findings([members('g', [], people(1))], group(1)), []);
  });
});

describe('guard, one attribute', () => {
  it('that empties is held attribute by attribute, of those who have a value there', () => {
    assert.deepEqual(findings(clears(12), { population: populationOf({ holders: () => 12 }) }), ['clears 12/5']);
    assert.deepEqual(
      findings([...clears(5), ...clears(5, 'nickName').map((one) => ({ ...one, sourceId: `${one.sourceId}0` }))], {
        population: populationOf({ holders: () => 12 }),
      }),
      [],
    );
    assert.deepEqual(findings(clears(4), { population: populationOf({ holders: () => 6 }) }), ['clears 4/3']);
  });
  it('is held alone: what else changes of the same people goes on', () => {
    const both = clears(12).map((one): Operation =>
      one.verb === 'update'
        ? { ...one, changes: [...one.changes, { path: 'nickName', change: 'set', value: 'x', had: true }] }
        : one,
    );
    const { proceed, hold } = guard(guardInput(both));
    const paths = (operations: readonly Operation[]) =>
      new Set(operations.flatMap((one) => (one.verb === 'update' ? one.changes.map(({ path }) => path) : [])));
    assert.deepEqual([[...paths(proceed)], [...paths(hold?.operations ?? [])]], [['nickName'], ['title']]);
  });
});

describe('guard, access that comes back', () => {
  it('is held as a share of those without it', () => {
    const population = populationOf({ deactivated: { user: 60, group: 0 } });
    assert.deepEqual(findings(reactivations(60), { population }), ['reactivations 60/6']);
    assert.deepEqual(findings(reactivations(6), { population }), []);
    assert.deepEqual(findings(reactivations(4), { population: populationOf({ deactivated: { user: 4, group: 0 } }) }), [
      'reactivations 4/2',
    ]);
    assert.deepEqual(
      findings(reactivations(1), { population: populationOf({ deactivated: { user: 1, group: 0 } }) }),
      [],
    );
  });
});

describe('guard, newcomers', () => {
  const population = populationOf({ active: { user: 40, group: 0 } });
  it('are free until the first load is over, and limited after it', () => {
    const plan = [...people(200).map((id) => creation(id)), ...people(20, 500).map(adoption)];
    assert.deepEqual(findings(plan, { population, established: false }), []);
    assert.deepEqual(findings(plan, { population }), ['creations 200/50', 'adoptions 20/5']);
  });
  it('are those as well whom the target lost and who are made again, who change something besides', () => {
    const limits = { ...guardInput([]).limits, creations: { percent: 1, atLeast: 2 } };
    const lost = people(15).map((id) => creation(id, true));
    assert.deepEqual(findings(lost, { population, limits }), ['creations 15/2']);
    assert.deepEqual(findings(lost, { population, limits, established: false }), []);
    assert.deepEqual(
      findings(
        people(21).map((id) => creation(id, true)),
        { population },
      ),
      ['updates 21/20'],
    );
    const changed = people(10, 500).map((id) => update(id));
    assert.deepEqual(findings([...lost, ...changed], { population, limits }), ['creations 15/2']);
  });
  it('who take over the account of another entry are counted apart', () => {
    assert.deepEqual(findings(people(11).map(relink)), ['relinks 11/10']);
    assert.deepEqual(findings(people(5).map(relink), { population: populationOf({ active: { user: 6, group: 0 } }) }), [
      'relinks 5/3',
    ]);
  });
  it('that are held keep their memberships and references waiting', () => {
    const plan = [
      ...people(60).map((id) => creation(id)),
      members('g', ['p0', 'old'], []),
      { ...update('u'), changes: [{ path: 'title', change: 'set', value: 'x', had: true }] } as Operation,
    ];
    const { proceed } = guard(guardInput(plan, { population }));
    assert.deepEqual(
      proceed.map((one) => (one.verb === 'members' ? one.add : one.verb)),
      [['old'], 'update'],
    );
  });
});

describe('guard, accounts that were switched off before', () => {
  it('are deleted as a share of everyone who is linked, apart from those who lose access', () => {
    const gone = people(5).map((id) => removal(id, 'delete'));
    const links = new Map(
      people(5).map((id) => [id, { lifecycle: 'deactivated', directory: 'corp', type: 'user' } as const]),
    );
    const population = populationOf({ active: { user: 3, group: 0 }, deactivated: { user: 5, group: 0 } });
    assert.deepEqual(findings(gone, { links, population }), []);
    assert.deepEqual(findings(gone, { links, population, isLeap: () => true }), [], 'not by the clock');
    const late = gone.map((one) => ({ ...one, afterGrace: true as const }));
    assert.deepEqual(findings(late, { links, population, isLeap: () => true }), ['clock_leap 5/0']);
  });
});

describe('guard, a group by which the scope goes', () => {
  it('that was emptied holds those who left the scope, and nobody else', () => {
    const emptiedScopes = [{ dn: 'CN=wiki', type: 'user' } as const];
    const { proceed, hold } = guard(
      guardInput([{ ...removal('a'), cause: 'left_scope' }, removal('b')], { emptiedScopes }),
    );
    assert.deepEqual(
      [hold?.findings.map(({ kind }) => kind), proceed.map(({ sourceId }) => sourceId)],
      [['empty_scope'], ['b']],
    );
  });
});

describe('guard, the rest of a plan that was cut short', () => {
  it('counts the leaving of those who are switched on again, and not of those who stay off', () => {
    const links = new Map(
      people(2).map((id) => [id, { lifecycle: 'deactivated', directory: 'corp', type: 'user' } as const]),
    );
    const rest = {
      links,
      members: new Map([['g', new Set(['p0', 'p1'])]]),
      population: populationOf({ active: { user: 100, group: 20 }, deactivated: { user: 2, group: 0 } }),
      begun: { measured: [], drew: { removed: ['p0', 'p1'], changes: [] } },
    };
    assert.deepEqual(findings([members('g', [], ['p0', 'p1'])], rest), []);
    const back = { ...update('p0'), verb: 'reactivate' } as const;
    assert.deepEqual(
      findings([members('g', [], ['p0', 'p1']), back, { ...back, sourceId: 'p1' }], rest).filter((one) =>
        one.startsWith('members'),
      ),
      ['members 2/1'],
    );
  });
});
