import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Operation } from '../../../../src/core/model/plan.ts';
import { Reference } from '../../../../src/core/model/resource.ts';
import { concerning } from '../../../../src/core/planning/concerning.ts';
import { divideDecided, minus, stillWanted, type Decided } from '../../../../src/core/planning/decided.ts';
import { partContext } from '../../../../src/core/planning/part-context.ts';
import { heldOperation } from '../../../../src/core/planning/held-operation.ts';
import { creation, members, removal, sha256, update } from '../../../support/operations.ts';
import { inShort } from '../../../support/plan-input.ts';

const contextOf = (plan: readonly Operation[]) => partContext(plan, new Map(), new Map());
const kept = (...operations: readonly Operation[]) => operations.map((operation) => heldOperation(operation, sha256));
const divide = (plan: readonly Operation[], decided: Partial<Decided>) =>
  divideDecided(plan, contextOf(plan), { approved: [], rejected: [], ...decided }, sha256);
const left = (held: readonly Operation[], plan: readonly Operation[]) =>
  stillWanted(kept(...held), plan, contextOf(plan), sha256);

describe('A plan divided by what people decided', () => {
  it('leaves everything open when nobody has decided', () => {
    const plan = [removal('a'), creation('b')];
    assert.deepEqual(divide(plan, {}), { open: plan, approved: [], rejected: [] });
  });
  it('takes what follows along: memberships, and being somebody’s manager', () => {
    const cleared: Operation = { ...update('report'), changes: [{ path: 'manager', change: 'clear', leaver: 'a' }] };
    const plan = [members('g', ['x'], ['a', 'b', 'c']), removal('a'), removal('b'), cleared];
    const { open, approved, rejected } = divide(plan, { approved: kept(removal('b')), rejected: kept(removal('a')) });
    assert.deepEqual(
      rejected.map((one) => ('remove' in one ? one.remove : one.sourceId)),
      [['a'], 'a', 'report'],
    );
    assert.deepEqual(
      approved.map((one) => ('remove' in one ? one.remove : one.sourceId)),
      [['b'], 'b'],
    );
    assert.deepEqual(
      open.map((one) => ('remove' in one ? [one.add, one.remove] : one)),
      [[['x'], ['c']]],
    );
  });
  it('knows members one by one, and attributes by path and value', () => {
    const plan = [members('g', [], ['a', 'b']), update('u', 'Boss')];
    assert.deepEqual(inShort(divide(plan, { rejected: kept(members('g', [], ['a']), update('u', 'Engineer')) }).open), [
      'members g',
      'update u',
    ]);
    assert.deepEqual(inShort(divide(plan, { rejected: kept(update('u', 'Boss')) }).open), ['members g']);
  });
  it('leaves out a value that was rejected, also when its entry gets access back in the same operation', () => {
    const cleared = { path: 'displayName', change: 'clear' } as const;
    const back: Operation = {
      ...update('u'),
      verb: 'reactivate',
      changes: [{ path: 'active', change: 'set', value: true, had: true }, cleared],
    };
    const no = { ...update('u'), changes: [cleared] };
    const { open, rejected } = divide([back], { rejected: kept(no) });
    assert.deepEqual(
      [open, rejected].map((some) => some.map((one) => ('changes' in one ? one.changes.map(({ path }) => path) : one))),
      [[['active']], [['displayName']]],
    );
    assert.deepEqual(left([no], [back]), kept(no));
  });
  it('goes by an update of an earlier version, which named no attributes', () => {
    assert.deepEqual(divide([update('u')], { approved: [{ verb: 'update', type: 'user', sourceId: 'u' }] }).open, []);
  });
  it('takes an emptied group for one thing, as long as nobody more would leave', () => {
    const emptied = (...remove: readonly string[]) => members('g', [], remove, 'departed');
    const approved = kept(emptied('a', 'b'));
    assert.deepEqual(divide([emptied('a', 'b')], { approved }).open, []);
    assert.deepEqual(divide([emptied('a')], { approved }).open, []);
    assert.equal(divide([emptied('a', 'b', 'c')], { approved }).open.length, 1);
  });
});

describe('An emptied group of which a rejection is about some', () => {
  it('keeps everybody, also those who are members under another id since', () => {
    const emptied = members('g', [], ['a', 'successor'], 'departed');
    const { open, rejected } = divide([emptied], { rejected: kept(members('g', [], ['a', 'b'], 'departed')) });
    assert.deepEqual([open, rejected], [[], [emptied]]);
  });
});

describe('What is left of operations that were decided about', () => {
  it('is what the plan would still do, member by member and value by value', () => {
    assert.deepEqual(
      left(
        [removal('a'), removal('b'), members('g', [], ['x', 'y']), update('u', 'Old')],
        [removal('a'), members('g', [], ['y', 'z']), update('u', 'New')],
      ),
      kept(removal('a'), members('g', [], ['y'])),
    );
  });
  it('is nothing that only follows by now', () => {
    assert.deepEqual(left([members('g', [], ['a'])], [members('g', [], ['a']), removal('a')]), []);
  });
  it('is without what another decision says', () => {
    assert.deepEqual(
      minus(
        kept(removal('a'), removal('b'), members('g', [], ['x', 'y'])),
        kept(removal('b'), members('g', [], ['x'])),
      ),
      kept(removal('a'), members('g', [], ['y'])),
    );
  });
});

describe('What a plan does about one entry', () => {
  const own = (id: string, plan: readonly Operation[]) => concerning(id, plan, contextOf(plan));
  it('is what it does itself, its memberships, and what only follows its removal', () => {
    const cleared: Operation = {
      ...update('report'),
      changes: [
        { path: 'manager', change: 'clear', leaver: 'a' },
        { path: 'title', change: 'set', value: 'x', had: true },
      ],
    };
    const plan = [members('g', ['c'], ['a', 'b']), removal('a'), removal('b'), cleared];
    assert.deepEqual(
      own('a', plan).map((one) =>
        'remove' in one ? [one.add, one.remove] : 'changes' in one ? one.changes.length : one.verb,
      ),
      [[[], ['a']], 'deactivate', 1],
    );
    assert.deepEqual(inShort(own('c', plan)), ['members g']);
  });
  it('is, of a group, not that somebody leaves it who is removed', () => {
    const plan = [members('g', ['c'], ['a', 'b']), removal('a')];
    assert.deepEqual(
      own('g', plan).map((one) => ('remove' in one ? [one.add, one.remove] : [])),
      [[['c'], ['b']]],
    );
  });
  it('is not that others come to refer to it', () => {
    const refers: Operation = {
      ...update('report'),
      changes: [{ path: 'manager', change: 'set', value: new Reference('boss'), had: false }],
    };
    assert.deepEqual(inShort(own('boss', [creation('boss'), refers])), ['create boss']);
  });
});
