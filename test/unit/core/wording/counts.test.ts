import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Verb } from '../../../../src/core/model/plan.ts';
import { count, inWords } from '../../../../src/core/wording/count.ts';
import { countsDone, countsToDo, type Counted } from '../../../../src/core/wording/operation-counts.ts';

const operation = (verb: Verb, type: 'user' | 'group', sourceId: string): Counted => ({ verb, type, sourceId });

describe('counts', () => {
  it('have the right noun', () => {
    assert.deepEqual(
      [count(0, 'user'), count(1, 'user'), count(12_000, 'user')],
      ['0 users', '1 user', '12,000 users'],
    );
    assert.deepEqual([count(1, 'entry'), count(2, 'entry')], ['1 entry', '2 entries']);
  });

  it('are put together as people say them', () => {
    assert.deepEqual(
      [inWords([]), inWords(['a']), inWords(['a', 'b']), inWords(['a', 'b', 'c'], 'or')],
      ['', 'a', 'a and b', 'a, b or c'],
    );
  });

  it('of operations name users and groups apart, what is risky first', () => {
    const operations = [
      operation('create', 'user', 'a'),
      operation('create', 'user', 'b'),
      operation('create', 'group', 'n'),
      operation('members', 'group', 'n'),
      operation('members', 'group', 'g'),
      operation('members', 'group', 'g'),
      operation('deactivate', 'user', 'c'),
    ];
    assert.equal(
      countsToDo(operations),
      '1 user to deactivate, 2 users and 1 group to create, members of 1 group to change',
    );
    assert.equal(
      countsDone(operations, []),
      '1 user deactivated, 2 users and 1 group created, members of 1 group changed',
    );
    assert.deepEqual([countsToDo([]), countsDone([], [])], ['nothing to do', 'nothing was sent']);
    // A creation that was answered with 500 may have taken effect.
    assert.equal(countsDone([], ['failed']), 'nothing was acknowledged');
  });
});
