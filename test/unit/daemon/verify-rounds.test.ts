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
        verify: (round) => {
          if (round === 'cut-short') return Promise.resolve(false);
          rounds.push((clock.monotonic() - began) / hour);
          return new Promise(
            (resolve) =>
              (finish = () => {
                resolve(false);
              }),
          );
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

  it('goes on with what was cut short at the start, and then every quarter of an hour until it is done', async () => {
    const clock = fakeClock();
    const over = new AbortController();
    const rounds: string[] = [];
    const began = clock.monotonic();
    const running = keepVerifying(
      {
        clock,
        schedule: { kind: 'interval', milliseconds: hour },
        verify: (round) => {
          rounds.push(`${round} after ${(clock.monotonic() - began) / 60_000} min`);
          return Promise.resolve(rounds.length < 3);
        },
      },
      over.signal,
    );
    for (let step = 0; step < 90; step += 1) await clock.advance(60_000);
    assert.deepEqual(rounds, [
      'cut-short after 0 min',
      'cut-short after 15 min',
      'cut-short after 30 min',
      'all after 60 min',
    ]);
    over.abort();
    await clock.advance(10_000);
    await running;
  });
});
