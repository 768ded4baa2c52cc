import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Operation } from '../../../../src/core/model/plan.ts';
import { Reference } from '../../../../src/core/model/resource.ts';
import { holdId, type TextHash } from '../../../../src/core/planning/plan-id.ts';
import { planId } from '../../../support/in-one-go.ts';
import { creation, members, people, removal, sha256, update } from '../../../support/operations.ts';

const id = (...operations: Operation[]) => planId(operations, sha256);
const manager = (value: string | Reference): Operation => ({
  ...update('a'),
  changes: [{ path: 'manager', change: 'set', value, had: true }],
});

describe('planId', () => {
  it('is short, and the same for the same changes', () => {
    assert.match(id(removal('a'), update('b')), /^plan-[0-9a-f]{12}$/);
    assert.equal(
      id(removal('a'), update('b')),
      id(update('b'), { ...removal('a'), label: 'Anna', reason: 'other words', stage: 3 }),
    );
  });
  it('does not depend on the order of members', () => {
    assert.equal(id(members('g', ['a', 'b'], ['c', 'd'])), id(members('g', ['b', 'a'], ['d', 'c'])));
  });
  const others: readonly [string, Operation, Operation][] = [
    ['who it concerns', removal('a'), removal('b')],
    ['the type', removal('a'), removal('a', 'deactivate', 'group')],
    ['what is done', removal('a'), removal('a', 'delete')],
    ['a value', update('a', 'Engineer'), update('a', 'Boss')],
    ['a value and no value', update('a'), { ...update('a'), changes: [{ path: 'title', change: 'clear' }] }],
    ['a reference and text that looks like one', manager(new Reference('b')), manager('-> b')],
    ['who joins and who leaves', members('g', ['a'], []), members('g', [], ['a'])],
    ['what is created', creation('a'), { ...creation('a'), verb: 'create', attributes: new Map(), again: false }],
  ];
  for (const [what, one, other] of others) it(`differs with ${what}`, () => assert.notEqual(id(one), id(other)));
  it('needs no text of all operations, which could be longer than any text may be', () => {
    const longest = { characters: 0 };
    const spy: TextHash = (text) => {
      const pieces = typeof text === 'string' ? [text] : [...text];
      longest.characters = Math.max(longest.characters, ...pieces.map(({ length }) => length));
      return sha256(pieces);
    };
    const operations = people(1_000).map((one) => creation(one));
    assert.equal(planId(operations, spy), planId(operations.toReversed(), sha256));
    holdId('wiki', operations, spy);
    assert.ok(longest.characters < 1_000, `a text of ${longest.characters} characters`);
  });
  it('differs when one operation comes twice', () => assert.notEqual(id(removal('a')), id(removal('a'), removal('a'))));
});

describe('holdId', () => {
  const hold = (...operations: Operation[]) => holdId('wiki', operations, sha256);
  const set = (path: string, value = 'x', who = 'a'): Operation => ({
    ...update(who),
    changes: [{ path, change: 'set', value, had: true }],
  });
  it('cannot be taken for the id of a plan', () => {
    assert.match(hold(removal('a')), /^hold-[0-9a-f]{12}$/);
    assert.notEqual(hold(removal('a')).slice(5), id(removal('a')).slice(5));
  });
  const same: readonly [string, Operation, Operation][] = [
    ['why access ends', removal('a'), { ...removal('a'), cause: 'disabled' }],
    ['values', update('a', 'Engineer'), update('a', 'Boss')],
    [
      'names and words',
      removal('a'),
      { ...removal('a'), label: 'Anna', reason: 'other words', stage: 3, directory: 'lab' },
    ],
    ['the order of members', members('g', [], ['c', 'd']), members('g', [], ['d', 'c'])],
  ];
  for (const [what, one, other] of same) it(`is the same whatever ${what}`, () => assert.equal(hold(one), hold(other)));
  const others: readonly [string, Operation, Operation][] = [
    ['who it concerns', removal('a'), removal('b')],
    ['the type', removal('a'), removal('a', 'deactivate', 'group')],
    ['what is done', removal('a'), removal('a', 'delete')],
    ['which members leave', members('g', [], ['a']), members('g', [], ['b'])],
    ['who joins and who leaves', members('g', ['a'], []), members('g', [], ['a'])],
    ['which attribute changes', set('title'), set('displayName')],
    ['an attribute set and cleared', set('title'), { ...update('a'), changes: [{ path: 'title', change: 'clear' }] }],
  ];
  for (const [what, one, other] of others) it(`differs with ${what}`, () => assert.notEqual(hold(one), hold(other)));
  it('is the one that versions before gave: people may approve what was held by them', () => {
    const marks = [
      '["change","user","b","title",""]',
      '["deactivate","user","a"]',
      '["members","group","g","+","c"]',
      '["members","group","g","-","d"]',
    ];
    const before = sha256(JSON.stringify(['wiki', marks])).slice(0, 12);
    assert.equal(hold(removal('a'), set('title', 'b', 'b'), members('g', ['c'], ['d'])), `hold-${before}`);
  });
  it('is one target’s', () =>
    assert.notEqual(holdId('wiki', [removal('a')], sha256), holdId('chat', [removal('a')], sha256)));
});
