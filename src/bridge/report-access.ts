import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { readAccessTimes } from '../cycle/access-times.ts';
import { callingNames } from '../cycle/explain-target.ts';
import { readDirectories } from '../cycle/read/read-directories.ts';
import { accessOn, surveyDirectories, type Directories, type TargetAccess } from '../cycle/report-access.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { prepareAll } from './plan-all.ts';
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
  const failures: BridgeError[] = [];
  const setups = await prepareAll(app, targets, failures, signal);
  const { complete, failed } = await readDirectories(
    setups.map(({ definition }) => definition),
    app.sources,
    { ...app, store: view, also: callingNames, signal },
  );
  for (const failure of failed.values()) failures.push(failure);
  const directories = new Map<string, Directories>();
  for (const setup of setups) {
    const readings = readingsOf(setup, complete);
    if (readings === undefined) continue;
    try {
      directories.set(setup.target.name, await surveyDirectories(setup, readings, view, app.clock.now()));
    } catch (thrown) {
      failures.push(toBridgeError(thrown));
    }
  }
  return { directories, failures };
}

function readingsOf(
  { definition }: TargetSetup,
  complete: ReadonlyMap<string, CompleteReading>,
): CompleteReading[] | undefined {
  const own = [...definition.maps.keys()].map((name) => complete.get(name));
  return own.every((reading): reading is CompleteReading => reading !== undefined) ? own : undefined;
}
