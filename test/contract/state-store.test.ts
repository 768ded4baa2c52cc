import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../src/adapters/lowdb/open-view.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { stateForgettingContract } from './state-store-forgetting.ts';
import { stateNamesContract } from './state-store-names.ts';
import { statePinningContract } from './state-store-pinning.ts';
import { stateStoreContract, type StateFixture } from './state-store.ts';
import { stateMarksContract } from './state-store-marks.ts';

const clock = { now: () => Date.parse('2026-11-20T08:00:00Z') };

function lowdbFixture(compactAfter?: number): () => Promise<StateFixture> {
  return async () => {
    const parent = await mkdtemp(join(tmpdir(), 'd2s-state-'));
    const folder = join(parent, 'state');
    let store: StateStore | undefined;
    return {
      open: async () => (store = await openStateStore({ folder, clock, compactAfter })),
      view: () => openStateView({ folder }),
      dispose: async () => {
        await store?.close();
        await rm(parent, { recursive: true });
      },
    };
  };
}

const stores: readonly [string, () => Promise<StateFixture>][] = [
  ['The embedded state', lowdbFixture()],
  ['The embedded state, compacting all the time', lowdbFixture(0)],
  ['The state in memory', memoryFixture],
];
for (const [name, makeFixture] of stores) {
  stateStoreContract(name, makeFixture);
  stateForgettingContract(name, makeFixture);
  statePinningContract(name, makeFixture);
  stateNamesContract(name, makeFixture);
  stateMarksContract(name, makeFixture);
}

function memoryFixture(): Promise<StateFixture> {
  let store: MemoryStore | undefined;
  return Promise.resolve({
    open: () => Promise.resolve((store = store?.reopen() ?? createMemoryStore())),
    dispose: () => Promise.resolve(),
  });
}
