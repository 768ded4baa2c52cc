import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildPlan } from '../../../support/in-one-go.ts';
import { inShort, linkOf, match, planInput, user, type Situation } from '../../../support/plan-input.ts';

const operationsOf = (situation: Situation) => buildPlan(planInput(situation)).operations;

describe('buildPlan where several values are equally good', () => {
  const anna = { ...user('anna', { userName: 'a', title: 'x' }), choices: new Map([['userName', ['b', 'c']]]) };
  const had = (userName: string) => linkOf(user('anna', { userName, title: 'x' }));

  it('leaves the one that was sent last', () => {
    assert.deepEqual(operationsOf({ resources: [anna], links: [had('b')] }), []);
    assert.deepEqual(operationsOf({ resources: [anna], links: [had('a')] }), []);
  });
  it('sends another one when that is gone', () => {
    const [operation] = operationsOf({ resources: [anna], links: [had('old')] });
    assert.deepEqual(operation?.verb === 'update' ? operation.changes : operation, [
      { path: 'userName', change: 'set', value: 'a', had: true },
    ]);
  });
  it('leaves what an adopted account has, and remembers that', () => {
    const operations = operationsOf({
      resources: [anna],
      matches: [match('anna', true, { userName: 'c', title: 'x' })],
    });
    const [adopted] = operations;
    assert.ok(adopted?.verb === 'adopt', inShort(operations).join());
    assert.deepEqual([adopted.changes, adopted.attributes.get('userName')], [[], 'c']);
  });
});
