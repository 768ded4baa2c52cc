import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPace } from '../../../../src/adapters/scim/pace.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

const { signal } = new AbortController();

describe('the pace of a target', () => {
  it('lets everybody go at once without a rate', async () => {
    const pace = createPace(fakeClock(), undefined);
    assert.deepEqual(await Promise.all([pace.turn(0, signal), pace.turn(0, signal)]), [true, true]);
  });

  it('never lets two go closer together than the rate, also after a pause came in between', async () => {
    const clock = fakeClock();
    const pace = createPace(clock, 10);
    const gone: number[] = [];
    const callers = Array.from({ length: 5 }, async () => {
      await pace.turn(60_000, signal);
      gone.push(clock.monotonic());
    });
    await clock.advance(100);
    assert.deepEqual(gone, [0, 100]);
    pace.pause(1000);
    await clock.advance(1000); // their old places in the queue are no longer good
    assert.deepEqual(gone, [0, 100]);
    await clock.advance(400);
    await Promise.all(callers);
    const [, , third = 0, ...rest] = gone;
    assert.ok(third > 1100 && third <= 1200, String(third));
    assert.deepEqual(rest.map((at) => Math.round(at - third)), [100, 200]);
  });

  it('keeps the longer of two pauses', async () => {
    const clock = fakeClock();
    const pace = createPace(clock, undefined);
    pace.pause(5000);
    pace.pause(1000);
    const turn = pace.turn(60_000, signal);
    await clock.advance(4999);
    assert.equal(clock.sleeping(), 1);
    await clock.advance(501);
    assert.equal(await turn, true);
  });

  it('sees a pause that is prolonged while somebody waits', async () => {
    const clock = fakeClock();
    const pace = createPace(clock, undefined);
    pace.pause(1000);
    const turn = pace.turn(60_000, signal);
    pace.pause(5000);
    await clock.advance(4999);
    assert.equal(clock.sleeping(), 1);
    await clock.advance(501);
    assert.equal(await turn, true);
  });

  it('tells the impatient at once', async () => {
    const pace = createPace(fakeClock(), undefined);
    pace.pause(5000);
    assert.equal(await pace.turn(4000, signal), false);
  });
});
