import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { BridgeError, type ErrorCode } from '../../../src/core/model/errors.ts';
import { runDaemon, type CycleControl, type DaemonParts } from '../../../src/daemon/run-daemon.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';

type RunCycles = DaemonParts['runCycles'];

/** A daemon that polls every 10 s by a clock that stands still. */
function daemon(runCycles: RunCycles, rest: Partial<DaemonParts> = {}) {
  const clock = fakeClock();
  const signals = new EventEmitter();
  const log = logLines('debug');
  let open = false;
  let over = false;
  const ended = runDaemon({
    poll: { kind: 'interval', milliseconds: 10_000 },
    full: undefined,
    clock,
    log: log.log,
    runCycles,
    settled: () => Promise.resolve(),
    startHttp: () => {
      open = true;
      return Promise.resolve({
        close: () => {
          open = false;
          return Promise.resolve();
        },
      });
    },
    signals,
    onHangup: () => log.log.info({ event: 'hangup' }),
    onStopping: () => undefined,
    writesInFlight: () => 1,
    ...rest,
  }).finally(() => (over = true));
  const told = (): unknown[] => log.lines().map((line) => line['event']);
  return { ...log, clock, signals, ended, told, isOpen: () => open, isOver: () => over };
}

/** A round that takes its time and minds the signal. */
function slow(
  clock: () => { sleep(milliseconds: number, signal: AbortSignal): Promise<void> },
  milliseconds: number,
  seen: CycleControl[],
): RunCycles {
  return async (_mode, control) => {
    seen.push(control);
    await clock().sleep(milliseconds, control.signal);
  };
}

describe('daemon', () => {
  it('ends by Ctrl+Break, and by SIGHUP where that is no wish to read the configuration again (Windows)', async () => {
    for (const signal of ['SIGBREAK', 'SIGHUP']) {
      const { signals, ended, told, clock } = daemon(() => Promise.resolve(), {
        onHangup: undefined,
        writesInFlight: () => 0,
      });
      signals.emit(signal);
      await clock.advance(1_000);
      await ended;
      assert.ok(told().includes('daemon_stopping'), signal);
    }
  });

  it('runs a round at once and then by schedule, and returns after a signal, with everything closed', async () => {
    const modes: string[] = [];
    const { clock, signals, ended, told, isOpen } = daemon(
      (mode) => {
        modes.push(mode);
        return Promise.resolve();
      },
      { full: { kind: 'interval', milliseconds: 20_000 } },
    );
    await clock.advance(25_000);
    assert.deepEqual(modes, ['incremental', 'incremental', 'full']);
    assert.equal(isOpen(), true);
    signals.emit('SIGTERM');
    await ended;
    assert.equal(isOpen(), false);
    assert.deepEqual(told(), ['daemon_started', 'daemon_stopping', 'daemon_stopped']);
    assert.equal(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT'), 0);
    assert.equal(clock.sleeping(), 0);
  });

  it('lets what is in flight finish within the grace time, and starts nothing new', async () => {
    const seen: CycleControl[] = [];
    const it = daemon(slow(() => it.clock, 20_000, seen));
    await it.clock.advance(1_000);
    assert.equal(seen[0]?.isStopping(), false);
    it.signals.emit('SIGINT');
    assert.equal(seen[0].isStopping(), true);
    await it.clock.advance(18_000);
    assert.equal(it.isOver(), false);
    assert.equal(seen[0].signal.aborted, false);
    await it.clock.advance(1_000);
    await it.ended;
    assert.equal(seen.length, 1);
    assert.deepEqual(it.told(), ['daemon_started', 'daemon_stopping', 'daemon_stopped']);
  });

  it('aborts what is in flight when the grace time is over', async () => {
    const seen: CycleControl[] = [];
    const it = daemon(
      slow(() => it.clock, 600_000, seen),
      { graceMilliseconds: 3_000 },
    );
    await it.clock.advance(0);
    it.signals.emit('SIGTERM');
    await it.clock.advance(2_999);
    assert.equal(seen[0]?.signal.aborted, false);
    await it.clock.advance(1);
    await it.ended;
    assert.equal(seen[0].signal.aborted, true);
    assert.deepEqual(it.told(), ['daemon_started', 'daemon_stopping', 'daemon_aborting', 'daemon_stopped']);
  });

  it('aborts at once on a second signal', async () => {
    const seen: CycleControl[] = [];
    const it = daemon(slow(() => it.clock, 600_000, seen));
    await it.clock.advance(0);
    it.signals.emit('SIGTERM');
    it.signals.emit('SIGINT');
    it.signals.emit('SIGINT');
    await it.ended;
    assert.equal(it.clock.monotonic(), 0);
    assert.equal(it.told().filter((event) => event === 'daemon_aborting').length, 1);
  });

  it('does not wait for ever for a round that minds no signal', async () => {
    const it = daemon(() => new Promise(() => undefined), { graceMilliseconds: 1_000 });
    await it.clock.advance(0);
    it.signals.emit('SIGTERM');
    await it.clock.advance(5_999);
    assert.equal(it.isOver(), false);
    await it.clock.advance(1);
    await it.ended;
    assert.equal(it.lines().at(-1)?.['level'], 'warn');
  });

  it('goes on after a round that throws, and tells the same failure once', async () => {
    let rounds = 0;
    const it = daemon(() => {
      rounds += 1;
      return Promise.reject(
        rounds > 3
          ? new BridgeError('D2S_DIRECTORY_UNREACHABLE', 'no answer', 'check the network')
          : new Error('a bug'),
      );
    });
    await it.clock.advance(50_000);
    assert.equal(rounds, 6);
    it.signals.emit('SIGTERM');
    await it.ended;
    const errors = it.lines().filter((line) => line['level'] === 'error');
    assert.deepEqual(
      errors.map(({ event, code, msg }) => ({ event, code, msg })),
      [
        {
          event: 'cycle_crashed',
          code: 'D2S_INTERNAL',
          msg: 'Error (what it says is left out: it may quote values); this is a bug in dir2scim; please report it with the log',
        },
        { event: 'cycle_crashed', code: 'D2S_DIRECTORY_UNREACHABLE', msg: 'no answer; check the network' },
      ],
    );
    const frames = it.lines().find((line) => 'stack' in line);
    assert.match(JSON.stringify(frames?.['stack']), /run-daemon\.test\.ts/);
    assert.doesNotMatch(JSON.stringify(frames), /a bug/);
  });

  it('tells a failure again that comes back after a round without it', async () => {
    let rounds = 0;
    const it = daemon(() => {
      rounds += 1;
      return rounds === 2
        ? Promise.resolve()
        : Promise.reject(new BridgeError('D2S_DIRECTORY_UNREACHABLE', 'no answer', 'check the network'));
    });
    await it.clock.advance(35_000);
    it.signals.emit('SIGTERM');
    await it.ended;
    assert.equal(it.lines().filter((line) => line['level'] === 'error').length, 2);
  });

  it('ends with the error of a round that no other round can do better', async () => {
    for (const code of ['D2S_STATE_DAMAGED', 'D2S_CONFIG_INVALID'] satisfies ErrorCode[]) {
      const it = daemon(() => Promise.reject(new BridgeError(code, 'no way', 'do something')));
      await assert.rejects(it.ended, { code });
      assert.equal(it.isOpen(), false);
      assert.equal(it.signals.listenerCount('SIGTERM'), 0);
    }
  });

  it('goes on when the disk is full: there may be room again', async () => {
    let rounds = 0;
    const it = daemon(() => {
      rounds += 1;
      return Promise.reject(new BridgeError('D2S_STATE_UNWRITABLE', 'no space', 'make room'));
    });
    await it.clock.advance(25_000);
    assert.equal(rounds, 3);
    it.signals.emit('SIGTERM');
    await it.ended;
  });

  it('waits for what a round left under way, within the grace time', async () => {
    const under = Promise.withResolvers<undefined>();
    const it = daemon(() => Promise.resolve(), { settled: () => under.promise });
    await it.clock.advance(1_000);
    it.signals.emit('SIGTERM');
    await it.clock.advance(20_000);
    assert.equal(it.isOver(), false);
    assert.equal(it.isOpen(), true);
    under.resolve(undefined);
    await it.ended;
    assert.deepEqual(it.told(), ['daemon_started', 'daemon_stopping', 'daemon_stopped']);
  });

  it('does not start when the health server cannot', async () => {
    let rounds = 0;
    const it = daemon(
      () => {
        rounds += 1;
        return Promise.resolve();
      },
      { startHttp: () => Promise.reject(new BridgeError('D2S_LISTEN_FAILED', 'taken', 'choose another')) },
    );
    await assert.rejects(it.ended, { code: 'D2S_LISTEN_FAILED' });
    assert.equal(rounds, 0);
    assert.equal(it.signals.listenerCount('SIGTERM'), 0);
  });

  it('hands its heartbeat and a trigger to whoever serves them', async () => {
    let rounds = 0;
    let handed: Parameters<DaemonParts['startHttp']>[0] | undefined;
    const it = daemon(
      () => {
        rounds += 1;
        return Promise.resolve();
      },
      {
        startHttp: (scheduler) => {
          handed = scheduler;
          return Promise.resolve({ close: () => Promise.resolve() });
        },
      },
    );
    await it.clock.advance(5_000);
    assert.equal(handed?.heartbeat(), 5_000);
    handed.trigger('incremental');
    await it.clock.advance(0);
    assert.equal(rounds, 2);
    it.signals.emit('SIGTERM');
    await it.ended;
  });

  it('waits for nothing where no request is in flight, once that has lasted for half a second', async () => {
    const seen: CycleControl[] = [];
    let requests = 1;
    const it = daemon(
      slow(() => it.clock, 15 * 60_000, seen),
      { writesInFlight: () => requests },
    );
    await it.clock.advance(1_000);
    it.signals.emit('SIGTERM');
    await it.clock.advance(3_000);
    assert.equal(seen[0]?.signal.aborted, false);
    requests = 0;
    await it.clock.advance(400);
    requests = 1; // the next request of the same operation
    await it.clock.advance(400);
    assert.equal(seen[0].signal.aborted, false);
    requests = 0;
    await it.clock.advance(1_000);
    await it.ended;
    assert.match(String(seen[0].signal.reason), /stopped before the work was done/);
    const aborting = it.lines().find(({ event }) => event === 'daemon_aborting');
    assert.deepEqual(
      [aborting?.['level'], aborting?.['msg']],
      ['info', 'nothing that changes a target is in flight; what waits is left for the next run'],
    );
  });

  it('lives on after SIGHUP, which is told', async () => {
    const it = daemon(() => Promise.resolve());
    await it.clock.advance(1_000);
    it.signals.emit('SIGHUP');
    await it.clock.advance(20_000);
    assert.equal(it.isOver(), false);
    assert.deepEqual(it.told(), ['daemon_started', 'hangup']);
    it.signals.emit('SIGTERM');
    await it.ended;
    assert.equal(it.signals.listenerCount('SIGHUP'), 0);
  });

  describe('with a successor that is ready', () => {
    /** Two generations; the first one's round takes its time. */
    function succeeded(milliseconds: number, requests: () => number) {
      const seen: CycleControl[] = [];
      const ready = new AbortController();
      const told: string[] = [];
      const it = daemon(
        async (mode, control) => {
          told.push('first');
          await slow(() => it.clock, milliseconds, seen)(mode, control);
        },
        {
          writesInFlight: requests,
          settled: () => Promise.resolve(void told.push('settled')),
          successor: {
            isReady: ready.signal,
            takeOver: () => {
              told.push('taken over');
              return Promise.resolve({
                poll: { kind: 'interval', milliseconds: 60_000 },
                full: undefined,
                runCycles: () => Promise.resolve(void told.push('second')),
                settled: () => Promise.resolve(),
              });
            },
          },
        },
      );
      return { ...it, seen, ready, order: told };
    }

    it('ends the round that runs, then runs by the other schedule, over the same HTTP', async () => {
      const it = succeeded(2_000, () => 1);
      await it.clock.advance(1_000);
      it.ready.abort();
      assert.equal(it.seen[0]?.isStopping(), true);
      assert.deepEqual(it.order, ['first']);
      await it.clock.advance(1_500);
      assert.deepEqual(it.order, ['first', 'settled', 'taken over', 'second']);
      assert.equal(it.isOpen(), true);
      await it.clock.advance(60_000);
      assert.deepEqual(it.order.slice(4), ['second']);
      it.signals.emit('SIGTERM');
      await it.ended;
      assert.equal(it.clock.sleeping(), 0);
    });

    it('cuts what only waits, and lets requests that change something end', async () => {
      let requests = 1;
      const it = succeeded(10 * 60_000, () => requests);
      await it.clock.advance(1_000);
      it.ready.abort();
      await it.clock.advance(3_000);
      assert.equal(it.seen[0]?.signal.aborted, false);
      requests = 0;
      await it.clock.advance(1_000);
      assert.equal(it.seen[0].signal.aborted, true);
      assert.deepEqual(it.order, ['first', 'settled', 'taken over', 'second']);
      it.signals.emit('SIGTERM');
      await it.ended;
    });

    it('ends by a signal as ever', async () => {
      const it = succeeded(1_000, () => 0);
      await it.clock.advance(500);
      it.ready.abort();
      it.signals.emit('SIGTERM');
      await it.clock.advance(2_000);
      await it.ended;
      assert.deepEqual(it.order, ['first', 'settled']);
    });
  });
});
