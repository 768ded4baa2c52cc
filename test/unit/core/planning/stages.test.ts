import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { levels } from '../../../../src/core/planning/stages.ts';

const sorted = (graph: Record<string, string[]>) => [...levels(new Map(Object.entries(graph)))].sort();

describe('levels', () => {
  it('puts a manager before the reports, whatever else they refer to', () => {
    assert.deepEqual(sorted({ dev: ['lead', 'boss', 'stranger'], lead: ['boss', 'boss'], boss: [] }), [
      ['boss', 0],
      ['dev', 2],
      ['lead', 1],
    ]);
  });

  it('does not let a reference to oneself hold up those below', () => {
    assert.deepEqual(sorted({ boss: ['boss'], dev: ['boss'] }), [
      ['boss', 0],
      ['dev', 1],
    ]);
  });

  it('gives a circle one level, and those below it the next ones', () => {
    assert.deepEqual(sorted({ a: ['b'], b: ['a', 'root'], c: ['a'], d: ['c'], root: [] }), [
      ['a', 1],
      ['b', 1],
      ['c', 2],
      ['d', 3],
      ['root', 0],
    ]);
  });

  it('keeps circles and what stands between them together', () => {
    assert.deepEqual(sorted({ a: ['b'], b: ['a'], between: ['a'], x: ['y', 'between'], y: ['x'], below: ['x'] }), [
      ['a', 0],
      ['b', 0],
      ['below', 1],
      ['between', 0],
      ['x', 0],
      ['y', 0],
    ]);
  });

  it('walks a chain of 20,000 without recursion', () => {
    const chain = new Map(Array.from({ length: 20_000 }, (_, at) => [`${at}`, at === 0 ? [] : [`${at - 1}`]]));
    assert.equal(levels(chain).get('19999'), 19_999);
  });
});
