import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAnswerPlaces, type TargetPlaces } from '../../../../src/adapters/scim/shared/answer-places.ts';

/** A call that reads a long answer and goes on until it is let go. */
function callOf(target: TargetPlaces): { readonly isIn: () => boolean; end(): Promise<void> } {
  let isIn = false;
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const call = target.ofCall(async () => {
    await Promise.race([
      target
        .current()
        .places.enter('long')
        .then(() => (isIn = true)),
      held,
    ]);
    await target.current().places.enter('medium');
    await held;
  });
  return {
    isIn: () => isIn,
    end: async () => {
      letGo();
      await call;
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('places for answers that are longer than usual', () => {
  it('are as many as there are, and held until the call has ended', async () => {
    const target = createAnswerPlaces({ medium: 10, long: 2 }).open();
    const calls = [callOf(target), callOf(target), callOf(target), callOf(target)];
    await settle();
    assert.deepEqual(
      calls.map((one) => one.isIn()),
      [true, true, false, false],
    );
    await calls[2]?.end(); // gave up waiting
    await calls[0]?.end();
    await settle();
    assert.deepEqual(
      calls.map((one) => one.isIn()),
      [true, true, false, true],
    );
    await Promise.all(calls.map((one) => one.end()));
    const next = callOf(target);
    await settle();
    assert.equal(next.isIn(), true);
    await next.end();
  });

  it('are enough for one call of each target, whatever the others hold', async () => {
    const places = createAnswerPlaces({ medium: 1, long: 1 });
    const greedy = places.open();
    const held = Array.from({ length: 50 }, () => callOf(greedy));
    const others = Array.from({ length: 5 }, () => callOf(places.open()));
    await settle();
    assert.equal(held.filter((one) => one.isIn()).length, 1);
    assert.ok(others.every((one) => one.isIn()));
    await Promise.all([...held, ...others].map((one) => one.end()));
  });

  it('go to whoever has the fewest', async () => {
    const places = createAnswerPlaces({ medium: 100, long: 4 });
    const [first, second] = [places.open(), places.open()];
    const many = Array.from({ length: 10 }, () => callOf(first));
    const few = Array.from({ length: 3 }, () => callOf(second));
    await settle();
    assert.deepEqual(
      [many, few].map((calls) => calls.filter((one) => one.isIn()).length),
      [4, 1],
    );
    await many[0]?.end();
    await many[1]?.end();
    await settle();
    assert.equal(few.filter((one) => one.isIn()).length, 2);
    await Promise.all([...many, ...few].map((one) => one.end()));
  });

  it('are of the call: its second answer waits for nobody', async () => {
    const target = createAnswerPlaces({ medium: 1, long: 1 }).open();
    await target.ofCall(async () => {
      await target.current().places.enter('long');
      await target.current().places.enter('long');
      assert.equal(target.current().isOwn, false);
    });
    const { places, isOwn } = target.current();
    assert.equal(isOwn, true);
    await places.enter('long');
    places.leave();
    await target.ofCall(() => target.current().places.enter('long'));
  });

  it('of one call are never waited for by those who have a longer one', async () => {
    const target = createAnswerPlaces({ medium: 1, long: 1 }).open();
    const other = target.current().places;
    await other.enter('medium');
    await target.ofCall(async () => {
      await target.current().places.enter('long');
      await target.current().places.enter('medium');
    });
    other.leave();
  });

  it('tell who has to wait for one', async () => {
    const target = createAnswerPlaces({ medium: 1, long: 1 }).open();
    const [first, second] = [target.current().places, target.current().places];
    let waits = 0;
    const count = (): void => void (waits += 1);
    await first.enter('long', count);
    const entered = second.enter('long', count);
    assert.equal(waits, 1);
    first.leave();
    await entered;
    second.leave();
  });
});
