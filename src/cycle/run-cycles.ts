import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { DirectorySource } from '../ports/directory-source.ts';
import type { CycleInput } from './cycle-input.ts';
import type { DirectoryPictures } from './directory-pictures.ts';
import type { CycleReport } from './cycle-report.ts';
import { noteNames } from './former-names.ts';
import { lookThroughDecisions } from './look-through-decisions.ts';
import { pinDirectories } from './pin-directories.ts';
import { readDirectories } from './read-directories.ts';
import { rememberDirectories } from './remember-directories.ts';
import { failTarget, runTarget } from './run-target.ts';
import type { TargetSetup } from './target-setup.ts';

export type CyclesInput = Omit<CycleInput, 'cycle' | 'setup' | 'readings' | 'readSince'> & {
  readonly sources: ReadonlyMap<string, DirectorySource>;
  /** What is known of the directories from cycles before. */
  readonly pictures?: DirectoryPictures | undefined;
  /** Everything that a target's cycle goes by; may have to ask its directories what they are. */
  readonly prepare: (target: string, signal: AbortSignal) => Promise<TargetSetup>;
};

/**
 * One cycle of these targets: their directories are read once, then every target goes its own way. Resolves when the
 * directories are read, with the targets' reports to come; none of them rejects.
 */
export async function startCycles(targets: readonly string[], input: CyclesInput): Promise<ReadonlyMap<string, Promise<CycleReport>>> {
  const setups = new Map<string, TargetSetup>();
  const failures = new Map<string, BridgeError>();
  await Promise.all(
    targets.map(async (target) => {
      try {
        setups.set(target, await input.prepare(target, input.signal));
      } catch (thrown) {
        failures.set(target, toBridgeError(thrown));
      }
    }),
  );
  const definitions = [...setups.values()].map((setup) => setup.definition);
  const isAwaited = await lookThroughDecisions(targets, input);
  const began = input.clock.now();
  const fresh = input.mode === 'full' || isAwaited;
  const readings = await readDirectories(definitions, input.sources, { ...input, fresh });
  await pinDirectories(readings.identities, input.store);
  await rememberDirectories(readings.seen, input.store);
  await noteNames(readings.complete, input.store);
  const readSince = fresh || input.pictures === undefined ? began : undefined;
  const reports = new Map<string, Promise<CycleReport>>();
  for (const [target, error] of failures) {
    reports.set(target, failTarget(target, error, { ...input, cycle: cycleId(input.clock) }));
  }
  for (const [target, setup] of setups) {
    reports.set(target, runTarget({ ...input, cycle: cycleId(input.clock), setup, readings, readSince }));
  }
  return reports;
}

/** The same, awaited to the end: the reports in the order of the targets. */
export async function runCycles(targets: readonly string[], input: CyclesInput): Promise<CycleReport[]> {
  const started = await startCycles(targets, input);
  const reports = await Promise.all(started.values());
  return reports.sort((a, b) => targets.indexOf(a.target) - targets.indexOf(b.target));
}

/** Sortable by time, and unique enough to be looked up in logs. */
function cycleId(clock: Clock): string {
  const random = Math.floor(clock.random() * 36 ** 4);
  return `${clock.now().toString(36)}-${random.toString(36).padStart(4, '0')}`;
}
