import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createShares } from '../../../../src/core/memory/shares.ts';

describe('shares of memory', () => {
  it('let one take all while the others have nothing, and each its own part whatever the others have', () => {
    const shares = createShares({ total: 100, each: 10 });
    const [greedy, modest] = [shares.open(), shares.open()];
    assert.equal(greedy.take(90), true);
    assert.equal(greedy.take(20), false);
    assert.equal(greedy.take(10), true);
    assert.equal(modest.take(10), true);
    assert.equal(modest.take(1), false);
    greedy.release();
    assert.equal(modest.take(50), true);
    assert.equal(greedy.take(41), false);
    assert.equal(greedy.take(40), true);
  });

  it('give nothing back twice', () => {
    const shares = createShares({ total: 10, each: 0 });
    const one = shares.open();
    assert.equal(one.take(10), true);
    one.release();
    one.release();
    assert.equal(one.take(10), true);
    assert.equal(shares.open().take(1), false);
  });
});
