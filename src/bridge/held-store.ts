import type { App } from './app.ts';
import type { StateStore } from '../ports/state-store.ts';

/** The daemon's state, open for as long as it runs. */
export interface HeldStore {
  /** The store; opened anew after a failed write (a full disk), so that the daemon recovers by itself. */
  current(): Promise<StateStore>;
  close(): Promise<void>;
}

/** @param isSound false after a write that failed */
export async function holdStore(app: App, isSound: () => boolean): Promise<HeldStore> {
  let store: StateStore | undefined = await app.openStore();
  return {
    async current() {
      if (store !== undefined && isSound()) return store;
      await store?.close().catch(() => undefined); // what it could not write is what failed before
      store = undefined;
      store = await app.openStore();
      return store;
    },
    close: async () => store?.close(),
  };
}
