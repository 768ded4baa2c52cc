import { BridgeError, toBridgeError } from '../core/model/errors.ts';
import type { Finding } from '../core/model/finding.ts';
import { readDirectories } from '../cycle/read/read-directories.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { DirectoryFacts } from '../ports/directory-source.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { checkTarget, errorPart, type TargetCheck } from './check-target.ts';
import { lintDirectory } from './lint.ts';
import { chosenTargets } from './targets.ts';

export interface DirectoryCheck {
  readonly directory: string;
  readonly facts?: DirectoryFacts;
  readonly findings?: readonly Finding[];
  readonly error?: BridgeError;
}

export interface CheckAnswer {
  /** The configuration's file. */
  readonly config: string;
  readonly directories: readonly DirectoryCheck[];
  readonly targets: readonly TargetCheck[];
}

/** Tries everything that can be tried without writing: of all targets with their directories, or of one. */
export async function check(app: App, target: string | undefined, signal: AbortSignal): Promise<CheckAnswer> {
  const names = chosenTargets(app, target);
  const inspected = await Promise.all(directoriesOf(app, names).map((name) => checkDirectory(app, name, signal)));
  const view = await openView(app);
  try {
    const { targets, unread } = await checkTargets(app, view, names, inspected, signal);
    const directories = inspected.map((one): DirectoryCheck => ({
      ...one,
      ...errorPart(one.error ?? unread.get(one.directory)),
    }));
    signal.throwIfAborted();
    return { config: app.configuration.file, directories, targets };
  } finally {
    await view?.close();
  }
}

function directoriesOf(app: App, targets: readonly string[]): string[] {
  return [...new Set(targets.flatMap((target) => app.configuration.targets.get(target)?.from ?? []))];
}

async function checkDirectory(app: App, directory: string, signal: AbortSignal): Promise<DirectoryCheck> {
  try {
    const facts = await app.inspect(directory, signal);
    return { directory, facts, findings: lintDirectory(app.configuration, directory, facts) };
  } catch (thrown) {
    return { directory, error: toBridgeError(thrown) };
  }
}

/** @returns the targets, and why directories that could be asked could not be read */
async function checkTargets(
  app: App,
  view: StateView | undefined,
  names: readonly string[],
  inspected: readonly DirectoryCheck[],
  signal: AbortSignal,
): Promise<{ readonly targets: TargetCheck[]; readonly unread: ReadonlyMap<string, BridgeError> }> {
  const setups = new Map<string, TargetSetup>();
  const failed = new Map<string, BridgeError>();
  for (const name of names) {
    try {
      setups.set(name, await app.prepare(name, signal));
    } catch (thrown) {
      failed.set(name, toBridgeError(thrown));
    }
  }
  const definitions = [...setups.values()].map((setup) => setup.definition);
  const readings = await readDirectories(definitions, app.sources, { ...app, store: view ?? noState, signal });
  const broken = new Set([
    ...inspected.filter(({ error }) => error !== undefined).map(({ directory }) => directory),
    ...readings.failed.keys(),
  ]);
  const targets = await Promise.all(
    names.map(async (target): Promise<TargetCheck> => {
      const section = app.configuration.targets.get(target);
      const from = section?.from ?? [];
      const waitsFor = from.filter((name) => broken.has(name));
      const setup = setups.get(target);
      // What ails a directory is told there.
      if (setup === undefined || section === undefined)
        return waitsFor.length > 0 ? { target, waitsFor } : { target, ...errorPart(failed.get(target)) };
      const facts = inspected.filter(({ directory }) => from.includes(directory)).flatMap((one) => one.facts ?? []);
      return checkTarget({ setup, section, waitsFor, directories: facts, readings, view, clock: app.clock, signal });
    }),
  );
  return { targets, unread: readings.failed };
}

async function openView(app: App): Promise<StateView | undefined> {
  try {
    return await app.openView();
  } catch (thrown) {
    if (thrown instanceof BridgeError) return undefined;
    throw thrown;
  }
}

/** Nobody is linked yet. */
async function* nobody(): AsyncGenerator<never> {
  // nothing to give
}

const noState = {
  identity: () => Promise.resolve(undefined),
  linkTotals: () => Promise.resolve([]),
  openMarks: () =>
    Promise.resolve({
      mark: () => Promise.resolve(),
      unmarkedLinks: nobody,
      unmarkedQuarantine: nobody,
      unmarkedNames: nobody,
      close: () => Promise.resolve(),
    }),
  members: () => Promise.resolve(new Map<never, never>()),
  names: () => Promise.resolve(new Map<never, never>()),
  digest: (text: string) => text,
};
