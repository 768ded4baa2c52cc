import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { orderRecords, type SrvRecord } from '../../../../src/adapters/ldap/connect/srv-order.ts';

const record = (name: string, priority: number, weight: number): SrvRecord => ({ name, port: 389, priority, weight });
const names = (records: readonly SrvRecord[]): string => records.map(({ name }) => name).join('');

describe('SRV records', () => {
  it('are tried by priority, whatever their weight', () => {
    const records = [record('c', 20, 100), record('a', 0, 0), record('b', 10, 1)];
    for (const random of [0, 0.5, 0.999]) assert.equal(names(orderRecords(records, () => random)), 'abc');
  });

  it('are drawn by weight within a priority (RFC 2782)', () => {
    const records = [record('a', 0, 60), record('b', 0, 20), record('c', 0, 20)];
    const first = new Map<string, number>();
    for (let step = 0; step < 101; step += 1) {
      const draws = [(step + 0.5) / 101];
      const [winner] = orderRecords(records, () => draws.shift() ?? 0);
      first.set(winner?.name ?? '', (first.get(winner?.name ?? '') ?? 0) + 1);
    }
    // Sums 60, 80, 100: numbers 0–60, 61–80 and 81–100.
    assert.deepEqual(
      [...first],
      [
        ['a', 61],
        ['b', 20],
        ['c', 20],
      ],
    );
  });

  it('of weight 0 come first only by the smallest chance, where others have weights', () => {
    const records = [record('a', 0, 10), record('b', 0, 0)];
    assert.equal(names(orderRecords(records, () => 0)), 'ba');
    assert.equal(names(orderRecords(records, () => 0.2)), 'ab');
  });

  it('are all there, once, and in the order of their priorities', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(65_535)), { maxLength: 20 }),
        fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 1 }),
        (given, draws) => {
          const records = given.map(([priority, weight], index) => record(`s${index}.`, priority, weight));
          let draw = 0;
          const ordered = orderRecords(records, () => draws[draw++ % draws.length] ?? 0);
          assert.deepEqual(new Set(ordered), new Set(records));
          assert.equal(ordered.length, records.length);
          const priorities = ordered.map(({ priority }) => priority);
          assert.deepEqual(
            priorities,
            priorities.toSorted((a, b) => a - b),
          );
        },
      ),
    );
  });
});
