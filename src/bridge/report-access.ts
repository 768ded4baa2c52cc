import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import { readAccessTimes } from '../cycle/access-times.ts';
import { callingNames } from '../cycle/explain-target.ts';
import { readingsOf } from '../cycle/read/target-readings.ts';
import { accessOn, surveyDirectories, type Directories, type TargetAccess } from '../cycle/report-access.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { readAll } from './read-all.ts';
import { chosenTargets } from './targets.ts';

export interface AccessRequest {
  /** Of this target only. */
  readonly target?: string | undefined;
}

export interface AccessAnswer {
  readonly targets: readonly TargetAccess[];
  /** What is wrong with directories: of their targets, the answer has what the state alone knows. */
  readonly failures: readonly BridgeError[];
}

/**
 * Who has what on each target, and what gives it: from the state and the directories. Asks no target for anything, and
 * writes nothing.
 */
export async function reportAccess(app: App, request: AccessRequest, signal: AbortSignal): Promise<AccessAnswer> {
  const names = chosenTargets(app, request.target);
  const view = await app.openView();
  try {
    const { directories, failures } = await directoriesOf(app, view, names, signal);
    const times = await readAccessTimes(names, view, signal);
    const targets: TargetAccess[] = [];
    for (const target of names) {
      signal.throwIfAborted();
      const { removal } = app.configuration.targets.get(target) ?? {};
      if (removal === undefined) continue;
      const own = directories.get(target);
      const now = app.clock.now();
      targets.push(await accessOn({ target, removal, directories: own, times, store: view, now }));
    }
    return { targets, failures };
  } finally {
    await view.close();
  }
}

/** What directories say, by target; without those of which one cannot be read, or not be believed. */
async function directoriesOf(
  app: App,
  view: StateView,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly directories: ReadonlyMap<string, Directories>; readonly failures: readonly BridgeError[] }> {
  const { setups, readings, failures } = await readAll(app, targets, { store: view, also: callingNames, signal });
  const directories = new Map<string, Directories>();
  for (const setup of setups) {
    const own = readingsOf(setup.definition, readings);
    if (own === undefined) continue;
    try {
      directories.set(setup.target.name, await surveyDirectories(setup, own, view, app.clock.now()));
    } catch (thrown) {
      failures.push(toBridgeError(thrown));
    }
  }
  return { directories, failures };
}
