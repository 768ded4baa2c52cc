import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BridgeError, type ErrorCode } from '../../../src/core/model/errors.ts';
import { createBell } from '../../../src/daemon/watch-bell.ts';
import { createWatching } from '../../../src/daemon/watch.ts';
import type { DirectorySource, WatchEnd } from '../../../src/ports/directory-source.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';

const failure = (code: ErrorCode): BridgeError => new BridgeError(code, 'it ended', '');
const unavailable: WatchEnd = { kind: 'unavailable', because: 'nothing of the kind' };

interface Attempt {
  readonly at: number;
  readonly onChange: () => void;
  readonly end: (end: WatchEnd | BridgeError) => void;
}

/** Watching of one directory, whose watches the test ends as it likes. */
function watching() {
  const clock = fakeClock();
  const { log, lines } = logLines('debug');
  const stop = new AbortController();
  const attempts: Attempt[] = [];
  const source: DirectorySource = {
    name: 'corp',
    inspect: () => Promise.reject(new Error('not asked here')),
    read: () => Promise.reject(new Error('not asked here')),
    watch: (onChange, signal) =>
      new Promise((resolve, reject) => {
        attempts.push({
          at: clock.monotonic(),
          onChange,
          end: (end) => {
            if ('code' in end) reject(end);
            else resolve(end);
          },
        });
        signal.addEventListener('abort', () => {
          resolve({ kind: 'aborted' });
        });
      }),
  };
  let rings = 0;
  const { observer, run } = createWatching({ clock, log });
  const ended = run([source], () => (rings += 1), stop.signal);
  return {
    clock,
    stop,
    ended,
    attempts,
    readable: () => {
      observer({
        kind: 'directory_read',
        directory: 'corp',
        verdict: 'complete',
        users: 0,
        groups: 0,
        milliseconds: 1,
      });
    },
    refused: () => {
      observer({ kind: 'directory_failed', directory: 'corp', code: 'D2S_DIRECTORY_AUTH', message: 'no' });
    },
    rings: () => rings,
    told: () => lines().map(({ level, event }) => `${String(level)} ${String(event)}`),
    /** The pauses after watches that end at once, like this. */
    async pauses(end: WatchEnd | BridgeError, count: number): Promise<number[]> {
      await clock.advance(2_000);
      const pauses: number[] = [];
      for (let last = attempts.length; pauses.length < count; last = attempts.length) {
        const from = clock.monotonic();
        attempts.at(-1)?.end(end);
        while (attempts.length === last) await clock.advance(1_000);
        pauses.push((attempts.at(-1)?.at ?? 0) - from);
      }
      return pauses;
    },
  };
}

describe('watching', () => {
  it('begins when a directory could be read, and rings soon after something happened', async () => {
    const it = watching();
    await it.clock.advance(60_000);
    assert.equal(it.attempts.length, 0);
    it.readable();
    await it.clock.advance(1_000);
    assert.equal(it.attempts.length, 1);
    it.attempts[0]?.onChange();
    it.attempts[0]?.onChange();
    await it.clock.advance(99);
    assert.equal(it.rings(), 0);
    await it.clock.advance(1);
    assert.equal(it.rings(), 1);
    assert.deepEqual(it.told(), ['info watch_started']);
  });

  it('begins again after 1, 2, 4 … seconds, at most 5 minutes, and says so once', async () => {
    const it = watching();
    it.readable();
    const seconds = (await it.pauses(failure('D2S_DIRECTORY_UNREACHABLE'), 11)).map((pause) => pause / 1_000);
    assert.deepEqual(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert.deepEqual(
      it.told().filter((line) => line.startsWith('info')),
      ['info watch_ended'],
    );
  });

  it('begins anew with a second after a watch that lived for a while', async () => {
    const it = watching();
    it.readable();
    await it.pauses(failure('D2S_DIRECTORY_UNREACHABLE'), 5);
    await it.clock.advance(60_000);
    const from = it.clock.monotonic();
    it.attempts.at(-1)?.end(failure('D2S_DIRECTORY_READ_INCOMPLETE'));
    await it.clock.advance(5_000);
    assert.equal((it.attempts.at(-1)?.at ?? 0) - from, 1_000);
  });

  it('waits a quarter of an hour after a refused password, and for as long as it is refused', async () => {
    const it = watching();
    it.readable();
    assert.deepEqual(await it.pauses(failure('D2S_DIRECTORY_AUTH'), 2), [900_000, 900_000]);
    it.refused();
    const { length } = it.attempts;
    it.attempts.at(-1)?.end(failure('D2S_DIRECTORY_UNREACHABLE'));
    await it.clock.advance(7_200_000);
    assert.equal(it.attempts.length, length);
    it.readable();
    await it.clock.advance(1_000);
    assert.equal(it.attempts.length, length + 1);
  });

  it('asks a server that cannot be watched once an hour, and says so once', async () => {
    const it = watching();
    it.readable();
    assert.deepEqual(await it.pauses(unavailable, 2), [3_600_000, 3_600_000]);
    assert.deepEqual(it.told(), ['info watch_unavailable', 'debug watch_unavailable']);
  });

  it('ends with the signal, whatever it is doing, and without a word', async () => {
    for (const prepare of [
      () => Promise.resolve(),
      (it: ReturnType<typeof watching>) => {
        it.readable();
        return it.clock.advance(1_000);
      },
      async (it: ReturnType<typeof watching>) => {
        it.readable();
        await it.clock.advance(1_000);
        it.attempts[0]?.onChange();
      },
    ]) {
      const it = watching();
      await prepare(it);
      const said = it.told();
      it.stop.abort();
      await it.ended;
      assert.equal(it.clock.sleeping(), 0);
      assert.deepEqual(it.told(), said);
      assert.equal(it.rings(), 0);
    }
  });
});

/** When a bell rings that is touched every 50 ms for two minutes, and the bell. */
async function touchedAlways(readingTook: number) {
  const clock = fakeClock();
  const rings: number[] = [];
  const { signal } = new AbortController();
  const touch = createBell({
    clock,
    readingTook: () => readingTook,
    ring: () => rings.push(clock.monotonic()),
    signal,
  });
  for (let step = 0; step < 2_400; step += 1) {
    touch();
    await clock.advance(50);
  }
  return { clock, rings, touch, gaps: rings.map((at, index) => at - (rings[index - 1] ?? 0)) };
}

describe('the bell', () => {
  it('rings twice a second at first where messages keep coming, then every five, and soon again after a rest', async () => {
    const { clock, rings, touch, gaps } = await touchedAlways(10);
    assert.deepEqual(gaps.slice(0, 6), [100, 500, 500, 500, 500, 500]);
    assert.deepEqual(gaps.slice(-6).map(Math.round), [5_000, 5_000, 5_000, 5_000, 5_000, 5_000]);
    await clock.advance(60_000);
    const from = clock.monotonic();
    touch();
    await clock.advance(1_000);
    assert.equal((rings.at(-1) ?? 0) - from, 100);
  });

  it('leaves a directory whose reading takes long alone for ten times as long', async () => {
    const { gaps } = await touchedAlways(3_000);
    assert.deepEqual(gaps, [100, 30_000, 30_000, 30_000]);
  });

  it('rings for what came after the ring before', async () => {
    const clock = fakeClock();
    let rings = 0;
    const touch = createBell({
      clock,
      readingTook: () => 10,
      ring: () => (rings += 1),
      signal: new AbortController().signal,
    });
    touch();
    await clock.advance(100);
    touch();
    await clock.advance(10_000);
    assert.equal(rings, 2);
  });
});
