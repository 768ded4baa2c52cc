import type { SourceId } from '../core/model/entry.ts';
import type { TargetDefinition } from '../core/mapping/definition.ts';
import { toBridgeError } from '../core/model/errors.ts';
import type { DirectorySource } from '../ports/directory-source.ts';
import type { CycleInput } from './cycle-input.ts';
import type { DirectoryCaches } from './read/directory-caches.ts';
import type { CycleReport } from './cycle-report.ts';
import { cycleId } from './shared/cycle-id.ts';
import { noteNames } from './shared/former-names.ts';
import { lookThroughDecisions } from './plan/look-through-decisions.ts';
import { pinDirectories } from './read/pin-directories.ts';
import { createReadingRound, type DirectoryReadings } from './read/read-directories.ts';
import { forgetReadings, rememberDirectories } from './read/remember-directories.ts';
import { failTarget, runTarget } from './run-target.ts';
import type { TargetSetup } from './shared/target-setup.ts';

export type CyclesInput = Omit<CycleInput, 'cycle' | 'setup' | 'readings' | 'readSince' | 'repaired'> & {
  readonly sources: ReadonlyMap<string, DirectorySource>;
  /** What is known of the directories from cycles before. */
  readonly directoryCaches?: DirectoryCaches | undefined;
  /** Everything that a target's cycle goes by; may have to ask its directories what they are. */
  readonly prepare: (target: string, signal: AbortSignal) => Promise<TargetSetup>;
  /** By target: whom a verification found to differ there. */
  readonly repaired?: ReadonlyMap<string, ReadonlySet<SourceId>> | undefined;
};

/** How long targets that are ready wait for the others, so that a directory is read once with what all of them need. */
const togetherMilliseconds = 2_000;

/**
 * One cycle of these targets, each on its own: it begins when its own directories are read, whatever becomes of those of
 * others. A directory is read once for all. Resolves when all are on their way, with the reports to come; none of them
 * rejects.
 */
export async function startCycles(
  targets: readonly string[],
  input: CyclesInput,
): Promise<ReadonlyMap<string, Promise<CycleReport>>> {
  const isAwaited = await lookThroughDecisions(targets, input);
  const began = input.clock.now();
  const fresh = input.mode === 'full' || isAwaited;
  const readSince = fresh || input.directoryCaches === undefined ? began : undefined;
  const definitions: TargetDefinition[] = [];
  const round = createReadingRound(() => definitions, input.sources, { ...input, fresh });
  const note = createNoting(input.store, input.clock);
  const prepared = new Map(targets.map((target) => [target, prepare(target, input, definitions)]));
  const together = settledWithin(togetherMilliseconds, [...prepared.values()], input);
  const run = async (target: string, preparing: Promise<TargetSetup>): Promise<CycleReport> => {
    const own = { ...input, repaired: input.repaired?.get(target) };
    try {
      const setup = await preparing;
      await together;
      const readings = await round.read([setup.definition]);
      await note(readings);
      return await runTarget({ ...own, cycle: cycleId(input.clock), setup, readings, readSince });
    } catch (thrown) {
      return await failTarget(target, toBridgeError(thrown), { ...own, cycle: cycleId(input.clock) });
    }
  };
  return new Map([...prepared].map(([target, preparing]) => [target, run(target, preparing)]));
}

async function prepare(target: string, input: CyclesInput, definitions: TargetDefinition[]): Promise<TargetSetup> {
  const setup = await input.prepare(target, input.signal);
  definitions.push(setup.definition);
  return setup;
}

/** Notes in the state what the directories turned out to be, one after the other: targets share directories. */
function createNoting(
  store: CyclesInput['store'],
  clock: CyclesInput['clock'],
): (readings: DirectoryReadings) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return ({ identities, seen, complete, failed }) => {
    const own = last
      .catch(() => undefined)
      .then(async () => {
        await pinDirectories(identities, store);
        await rememberDirectories(seen, store);
        await forgetReadings(failed.keys(), store);
        await noteNames(complete, store, clock);
      });
    last = own;
    return own;
  };
}

/** Resolves when all have ended in one way or another, or the time is over. */
async function settledWithin(
  milliseconds: number,
  all: readonly Promise<unknown>[],
  { clock, signal }: Pick<CyclesInput, 'clock' | 'signal'>,
): Promise<void> {
  const over = new AbortController();
  const patience = clock.sleep(milliseconds, AbortSignal.any([signal, over.signal])).catch(() => undefined);
  await Promise.race([Promise.allSettled(all), patience]);
  over.abort();
}

/** The same, awaited to the end: the reports in the order of the targets. */
export async function runCycles(targets: readonly string[], input: CyclesInput): Promise<CycleReport[]> {
  const started = await startCycles(targets, input);
  const reports = await Promise.all(started.values());
  return reports.sort((a, b) => targets.indexOf(a.target) - targets.indexOf(b.target));
}
