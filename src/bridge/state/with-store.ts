import type { StateStore } from '../../ports/state-store.ts';
import type { App } from '../app.ts';

/** With the state open for writing: no daemon runs beside it. @throws BridgeError D2S_STATE_LOCKED when one does */
export async function withStore<T>(app: App, work: (store: StateStore) => Promise<T>): Promise<T> {
  const store = await app.openStore();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** How many links the state has of a target. */
export async function linksOfTarget(target: string, store: Pick<StateStore, 'linkTotals'>): Promise<number> {
  const totals = (await store.linkTotals()).filter((total) => total.target === target);
  return totals.reduce((sum, { links }) => sum + links, 0);
}
