import type { StateTools } from '../../ports/state-tools.ts';
import { openNewState } from './new-state.ts';
import { openStateStore, type StateStoreOptions } from './open-store.ts';
import { stateChanges } from './open-view.ts';

/** What people do with a state as a whole. */
export function createStateTools(options: StateStoreOptions): StateTools {
  return {
    changes: () => stateChanges(options),
    begin: () => openNewState(options),
    erase: async (ids) => {
      const store = await openStateStore(options);
      try {
        return await store.erase(ids);
      } finally {
        await store.close();
      }
    },
  };
}
