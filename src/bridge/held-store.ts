import { BridgeError } from '../core/model/errors.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { App } from './app.ts';

/** The daemon's state, open for as long as it runs. */
export interface HeldStore {
  /** The store; opened anew after a failed write (a full disk), so that the daemon recovers by itself. */
  current(): Promise<StateStore>;
  close(): Promise<void>;
}

/** A command that took the state in the moment in which the daemon opened it anew ends soon. */
const patienceMilliseconds = 30_000;
const lookMilliseconds = 200;

/**
 * @param isSound false after a write that failed
 * @param waiting until when another process that has the state is waited for, because this one had it before; undefined:
 *   not at all
 * @param onHeld told whether this process has the state, and with it the right to write to the targets, whenever that changes
 */
export async function holdStore(
  app: Pick<App, 'openStore' | 'clock'>,
  isSound: () => boolean,
  waiting: () => AbortSignal | undefined,
  onHeld: (isHeld: boolean) => void = () => undefined,
): Promise<HeldStore> {
  const open = async (): Promise<StateStore> => {
    const until = app.clock.monotonic() + patienceMilliseconds;
    for (;;) {
      const signal = waiting();
      try {
        const opened = await app.openStore();
        onHeld(true);
        return opened;
      } catch (error) {
        const isTaken = error instanceof BridgeError && error.code === 'D2S_STATE_LOCKED';
        if (!isTaken || signal === undefined || app.clock.monotonic() >= until) throw error;
        await app.clock.sleep(lookMilliseconds, signal);
      }
    }
  };
  let store: StateStore | undefined = await open();
  /** One for all who ask meanwhile: a process that opens it twice keeps itself out. */
  let reopening: Promise<StateStore> | undefined;
  const reopen = async (): Promise<StateStore> => {
    await store?.close().catch(() => undefined); // what it could not write is what failed before
    onHeld(false);
    store = undefined;
    return (store = await open());
  };
  return {
    async current() {
      if (reopening === undefined && store !== undefined && isSound()) return store;
      reopening ??= reopen().finally(() => (reopening = undefined));
      return reopening;
    },
    async close() {
      await reopening?.catch(() => undefined); // who asked for it is told
      await store?.close();
      onHeld(false);
    },
  };
}
