import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import { readDirectories, type DirectoryReadings } from '../cycle/read/read-directories.ts';
import type { ReadControl } from '../cycle/read/read-directory.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { App } from './app.ts';

/** What several targets go by, as far as it can be had. */
export interface AllRead {
  readonly setups: readonly TargetSetup[];
  readonly readings: DirectoryReadings;
  /** What is wrong with targets and directories; whoever finds more of it adds it. */
  readonly failures: BridgeError[];
}

/** Prepares targets and reads their directories once. Of whom something cannot be had, `failures` tells. */
export async function readAll(
  app: App,
  targets: readonly string[],
  { store, also, signal }: Pick<ReadControl, 'store' | 'also' | 'signal'>,
): Promise<AllRead> {
  const failures: BridgeError[] = [];
  const setups = await prepareAll(app, targets, failures, signal);
  const definitions = setups.map(({ definition }) => definition);
  const readings = await readDirectories(definitions, app.sources, { ...app, store, also, signal });
  for (const failure of readings.failed.values()) failures.push(failure);
  return { setups, readings, failures };
}

/** Everything that the targets' plans go by, of those of which it can be had. One fault of a directory is told once. */
export async function prepareAll(
  app: Pick<App, 'prepare'>,
  targets: readonly string[],
  failures: BridgeError[],
  signal: AbortSignal,
): Promise<TargetSetup[]> {
  const prepared = await Promise.all(targets.map((target) => app.prepare(target, signal).catch(toBridgeError)));
  const lines = new Set<string>();
  return prepared.flatMap((one) => {
    if ('target' in one) return [one];
    if (!lines.has(one.line)) failures.push(one);
    lines.add(one.line);
    return [];
  });
}
