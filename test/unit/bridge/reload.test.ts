import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { App } from '../../../src/bridge/app.ts';
import { createReload, hashOf, type Reload, type ReloadOutcome } from '../../../src/bridge/reload.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';

interface Stage {
  readonly reload: Reload;
  readonly clock: FakeClock;
  readonly outcomes: ReloadOutcome[];
  /** How often the configuration was read. */
  readonly read: () => number;
  readonly write: (text?: string) => void;
  /** Lets a reading that was stopped go on. */
  readonly hold: () => () => void;
  readonly stop: () => void;
}

function stage(): Stage {
  const clock = fakeClock();
  const outcomes: ReloadOutcome[] = [];
  let text: string | undefined = 'as it was';
  let reads = 0;
  let isStopping = false;
  let gate: Promise<unknown> = Promise.resolve();
  const app = {
    configuration: {
      file: 'dir2scim.yaml',
      state: { path: 'state' },
      http: { listen: { host: '127.0.0.1', port: 1 } },
      log: { format: 'json' },
    },
    checkSecrets: () => Promise.resolve(),
    close: () => Promise.resolve(),
  } as unknown as App;
  const reload = createReload(app, 'as it was', {
    log: createLog({ level: 'info', format: 'json', destination: { isTTY: false, write: () => undefined } }),
    clock,
    open: async () => {
      reads++;
      const now = text;
      await gate;
      if (now === undefined || now === 'wrong') throw new Error('it cannot be read');
      return app;
    },
    text: () => (text === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(text)),
    onTrying: () => undefined,
    onTried: (outcome) => outcomes.push(outcome),
    isStopping: () => isStopping,
  });
  return {
    reload,
    clock,
    outcomes,
    read: () => reads,
    write: (now) => void (text = now),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      gate = promise;
      return () => {
        resolve(undefined);
      };
    },
    stop: () => void (isStopping = true),
  };
}

/** Runs the watch meanwhile. */
async function watching({ reload }: Stage, act: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const watch = reload.watch(over.signal);
  await act();
  over.abort(new Error('over'));
  await watch;
}

describe('reading the configuration again', () => {
  it('hands on the text that was read, not the one that the file has by the time of the take-over', async () => {
    const { reload, write } = stage();
    write('first');
    await reload.request('the file has changed');
    write('second');
    const next = reload.take();
    assert.equal(next?.text, 'first', 'so that the next one sees that the file is another one');
  });

  it('tries once more when somebody asks while one is under way, or before it is taken over', async () => {
    const busy = stage();
    busy.write('wrong');
    const go = busy.hold();
    const first = busy.reload.request('SIGHUP');
    await busy.clock.advance(0);
    busy.write('right');
    void busy.reload.request('SIGHUP');
    void busy.reload.request('SIGHUP');
    go();
    await first;
    assert.deepEqual(
      busy.outcomes.map(({ isSuccess }) => isSuccess),
      [false, true],
    );
    assert.equal(busy.read(), 2);

    const ready = stage();
    ready.write('first');
    await ready.reload.request('the file has changed');
    await ready.reload.request('SIGHUP');
    assert.equal(ready.read(), 1, 'one is ready');
    assert.equal(ready.reload.take()?.again, 'SIGHUP');
  });

  it('tells when the file is gone, and when the same one is back', async () => {
    const here = stage();
    await watching(here, async () => {
      here.write();
      await here.clock.advance(1_000);
      assert.deepEqual([...here.outcomes], [], 'it may be in the middle of being replaced');
      await here.clock.advance(5_000);
      assert.deepEqual([...here.outcomes], [{ isSuccess: false, hash: hashOf('as it was') }], 'told once');
      here.write('as it was');
      await here.clock.advance(3_000);
      assert.deepEqual(here.outcomes.at(-1), { isSuccess: true, hash: hashOf('as it was') });
    });
  });

  it('takes up nothing once the process is about to end', async () => {
    const here = stage();
    here.write('first');
    const go = here.hold();
    const trying = here.reload.request('SIGHUP');
    await here.clock.advance(0);
    here.stop();
    go();
    await trying;
    assert.deepEqual([...here.outcomes], []);
    assert.equal(here.reload.isReady.aborted, false);
    assert.equal(here.reload.take(), undefined);
  });
});
