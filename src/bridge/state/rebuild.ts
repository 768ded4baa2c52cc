import type { BridgeError } from '../../core/model/errors.ts';
import { readDirectories } from '../../cycle/read/read-directories.ts';
import { requiredReadings } from '../../cycle/read/target-readings.ts';
import { rebuildTarget, type RebuiltTarget } from '../../cycle/rebuild-target.ts';
import type { NewState } from '../../ports/state-tools.ts';
import type { App } from '../app.ts';
import { prepareAll } from '../read-all.ts';
import { replaceState, type Replaced, type StateThere } from './replace.ts';

export type { RebuiltTarget };

/**
 * Makes the state again from the directories and what the targets have, in place of the one there is, whatever condition
 * that is in. Removes nothing anywhere. All targets of the configuration, or none.
 *
 * @returns undefined when it was not wanted
 * @throws BridgeError when a directory or target cannot be asked: nothing is changed
 */
export function rebuildState(
  app: App,
  isWanted: (there: StateThere) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Replaced<readonly RebuiltTarget[]> | undefined> {
  return replaceState(app, isWanted, (state) => rebuildAll(app, state, signal));
}

/** A person waits for it. */
const patienceMilliseconds = 2 * 60_000;

async function rebuildAll(app: App, { store }: NewState, signal: AbortSignal): Promise<RebuiltTarget[]> {
  const failures: BridgeError[] = [];
  const setups = await prepareAll(app, [...app.targets.keys()], failures, signal);
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const readings = await readDirectories(
    setups.map(({ definition }) => definition),
    app.sources,
    { ...app, store, signal },
  );
  const rebuilt: RebuiltTarget[] = [];
  for (const setup of setups) {
    const own = requiredReadings(setup.definition, readings);
    rebuilt.push(
      await rebuildTarget(setup, { readings: own, store, now: app.clock.now(), patienceMilliseconds, signal }),
    );
  }
  return rebuilt;
}
