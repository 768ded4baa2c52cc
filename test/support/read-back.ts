import { readDirectories } from '../../src/cycle/read/read-directories.ts';
import type { TargetSetup } from '../../src/cycle/shared/target-setup.ts';
import { verifyTarget, type VerifiedTarget, type VerifyInput } from '../../src/cycle/verify-target.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
import type { StateStore } from '../../src/ports/state-store.ts';

/** A comparison of a target with what the directory `corp` and the state say, as `verify` makes it. */
export async function readBack(
  world: {
    readonly setup: TargetSetup;
    readonly store: StateStore;
    readonly source: DirectorySource;
    readonly clock: Clock;
  },
  more: Partial<VerifyInput> = {},
): Promise<VerifiedTarget> {
  const { setup, store, source, clock } = world;
  const { signal } = new AbortController();
  const control = { clock, store, signal, observer: () => undefined };
  const { complete } = await readDirectories([setup.definition], new Map([['corp', source]]), control);
  return verifyTarget({
    setup,
    readings: [...complete.values()],
    store,
    storeAfter: () => Promise.resolve(store),
    clock,
    signal,
    isStopping: () => false,
    ...more,
  });
}
