import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holdStore } from '../../../src/bridge/held-store.ts';
import { BridgeError } from '../../../src/core/model/errors.ts';
import type { StateStore } from '../../../src/ports/state-store.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const locked = (): BridgeError => new BridgeError('D2S_STATE_LOCKED', 'process 7 uses the state', 'wait for it');

describe('the state of a daemon', () => {
  it('is waited for while a command has it, where the daemon had it before: at a reload', async () => {
    const clock = fakeClock();
    let tries = 0;
    const opened = createMemoryStore();
    const openStore = (): Promise<StateStore> => (++tries < 4 ? Promise.reject(locked()) : Promise.resolve(opened));
    const held = holdStore(
      { openStore, clock },
      () => true,
      () => new AbortController().signal,
    );
    await clock.advance(10_000);
    assert.equal(await (await held).current(), opened);
    assert.equal(tries, 4);
  });

  it('is refused at the start, and after half a minute', async () => {
    const clock = fakeClock();
    const openStore = (): Promise<StateStore> => Promise.reject(locked());
    await assert.rejects(
      holdStore(
        { openStore, clock },
        () => true,
        () => undefined,
      ),
      { code: 'D2S_STATE_LOCKED' },
    );
    const waiting = assert.rejects(
      holdStore(
        { openStore, clock },
        () => true,
        () => new AbortController().signal,
      ),
      { code: 'D2S_STATE_LOCKED' },
    );
    await clock.advance(31_000);
    await waiting;
  });

  it('is opened once for all who ask for it after a failed write, and closed by whoever ends meanwhile', async () => {
    const clock = fakeClock();
    let isOpen = false;
    let closed = 0;
    let isSound = true;
    const told: boolean[] = [];
    const openStore = async (): Promise<StateStore> => {
      await Promise.resolve();
      if (isOpen) throw locked();
      isOpen = true;
      const close = async (): Promise<void> => {
        await Promise.resolve();
        closed += 1;
        isOpen = false;
      };
      return { ...createMemoryStore(), close };
    };
    const held = await holdStore(
      { openStore, clock },
      () => isSound,
      () => undefined,
      (isHeld) => told.push(isHeld),
    );
    const before = await held.current();
    isSound = false;
    const [one, other] = await Promise.all([held.current(), held.current()]);
    assert.equal(one, other);
    assert.notEqual(one, before);
    assert.equal(closed, 1);
    assert.deepEqual(told, [true, false, true], 'there is one who leads, but while nobody has the state');
    const reopening = held.current();
    await held.close();
    await reopening;
    assert.deepEqual([isOpen, closed], [false, 3]);
  });
});
