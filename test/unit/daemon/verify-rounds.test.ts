import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepVerifying } from '../../../src/daemon/verify-rounds.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const hour = 60 * 60_000;

describe('comparing by schedule', () => {
  it('happens at its times, one round at a time, and times that pass meanwhile are one round', async () => {
    const clock = fakeClock();
    const over = new AbortController();
    const rounds: number[] = [];
    let finish = (): void => undefined;
    const began = clock.monotonic();
    const running = keepVerifying(
      {
        clock,
        schedule: { kind: 'interval', milliseconds: hour },
        verify: () => {
          rounds.push((clock.monotonic() - began) / hour);
          return new Promise<void>((resolve) => (finish = resolve));
        },
      },
      over.signal,
    );
    await clock.advance(hour / 2);
    assert.deepEqual(rounds, []);
    await clock.advance(hour / 2);
    assert.deepEqual(rounds, [1]);
    await clock.advance(3 * hour);
    assert.deepEqual(rounds, [1], 'the one that is under way is waited for');
    finish();
    await clock.advance(1_000);
    assert.equal(rounds.length, 2);
    finish();
    over.abort();
    await clock.advance(10_000);
    await running;
  });
});
