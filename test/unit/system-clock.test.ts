import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { fakeClock } from '../support/fake-clock.ts';

describe('clocks', () => {
  it('the machine’s sleeps for as long as it was asked to, by its own measure', async () => {
    const clock = systemClock();
    const began = clock.monotonic();
    await clock.sleep(20.5, new AbortController().signal);
    assert.ok(clock.monotonic() - began >= 20.5);
    assert.ok(Math.abs(clock.now() - Date.now()) < 1_000);
  });

  for (const [name, clock] of [
    ['the machine’s', systemClock()],
    ['the tests’', fakeClock()],
  ] as const) {
    it(`${name} ends a sleep with the signal’s reason, a very long one and one that never began`, async () => {
      const reason = new Error('enough');
      const controller = new AbortController();
      const month = clock.sleep(40 * 86_400_000, controller.signal);
      controller.abort(reason);
      await assert.rejects(month, (error) => error === reason);
      await assert.rejects(clock.sleep(1, controller.signal), (error) => error === reason);
    });

    it(`${name} gives numbers from 0 up to 1`, () => {
      for (let n = 0; n < 1_000; n += 1) {
        const number = clock.random();
        assert.ok(number >= 0 && number < 1);
      }
    });
  }

  it('the tests’ wakes sleepers in order, those too who fall asleep meanwhile', async () => {
    const clock = fakeClock();
    const { signal } = new AbortController();
    const woken: string[] = [];
    const sleeper = async (name: string, ...naps: number[]): Promise<void> => {
      for (const nap of naps) {
        await clock.sleep(nap, signal);
        woken.push(`${name}@${clock.monotonic()}`);
      }
    };
    const all = [sleeper('slow', 30), sleeper('quick', 10, 10, 50), sleeper('first', 10)];
    await clock.advance(40);
    assert.deepEqual(woken, ['quick@10', 'first@10', 'quick@20', 'slow@30']);
    assert.equal(clock.sleeping(), 1);
    await clock.advance(30);
    await Promise.all(all);
    assert.equal(woken.at(-1), 'quick@70');
  });

  it('the tests’ repeats its random numbers for the same seed', () => {
    const numbers = (seed: number): number[] => {
      const clock = fakeClock({ seed });
      return [clock.random(), clock.random()];
    };
    assert.deepEqual(numbers(7), numbers(7));
    assert.notDeepEqual(numbers(7), numbers(8));
  });
});
