import type { CycleReport } from '../cycle/cycle-report.ts';
import type { DirectoryCaches } from '../cycle/read/directory-caches.ts';
import { readDirectories } from '../cycle/read/read-directories.ts';
import { requiredReadings } from '../cycle/read/target-readings.ts';
import { verifyTarget, type VerifiedTarget } from '../cycle/verify-target.ts';
import { isCutShort } from '../cycle/verify/compared-before.ts';
import { markDrift, noteNotTaken } from '../cycle/verify/mark-drift.ts';
import { toBridgeError } from '../core/model/errors.ts';
import { countDrift, type Drift } from '../core/model/drift.ts';
import type { SourceId } from '../core/model/entry.ts';
import type { Operation } from '../core/model/plan.ts';
import type { VerifiedRecord } from '../ports/state-records.ts';
import type { App } from './app.ts';
import type { HeldStore } from './held-store.ts';
import type { NextCycle } from './next-cycle.ts';

export interface ScheduledVerify {
  readonly app: App;
  readonly store: HeldStore;
  readonly directoryCaches: DirectoryCaches;
  readonly nextCycle: NextCycle;
  /** Whether the directories of a target may be read now. */
  readonly mayRead: (target: string) => boolean;
  /** Asks for a cycle now. */
  readonly ring: () => void;
  readonly signal: AbortSignal;
}

/** Of which targets: all, or those alone of which the comparison before was cut short. */
export type Round = 'all' | 'cut-short';

/**
 * Compares every target that is not left out, one after the other, and gives what drifted to a cycle where that is configured.
 *
 * @returns whether a comparison was cut short, and can go on later
 */
export async function verifyScheduled(input: ScheduledVerify, round: Round = 'all'): Promise<boolean> {
  const { app, signal } = input;
  const isOver = (): boolean => signal.aborted;
  for (const [target, { drift }] of app.configuration.targets) {
    if (drift === 'off' || !input.mayRead(target) || isOver()) continue;
    if (round === 'cut-short' && !(await wasCutShort(target, input))) continue;
    try {
      await verifyOne(target, drift === 'repair', input);
    } catch (thrown) {
      if (isOver()) return true;
      tellFailure(target, thrown, app);
    }
  }
  for (const [target, { drift }] of app.configuration.targets)
    if (drift !== 'off' && (await wasCutShort(target, input))) return true;
  return false;
}

async function wasCutShort(target: string, { app, store }: ScheduledVerify): Promise<boolean> {
  const { comparedNotes: notes, clock } = app;
  try {
    const { digest } = await store.current();
    return await isCutShort({ notes, target, digest, now: () => clock.now() });
  } catch (thrown) {
    tellFailure(target, thrown, app);
    return false;
  }
}

function tellFailure(target: string, thrown: unknown, { observer }: Pick<App, 'observer'>): void {
  const { code, message, remedy } = toBridgeError(thrown);
  observer({ kind: 'verify_failed', target, code, message, remedy });
}

async function verifyOne(target: string, repairs: boolean, input: ScheduledVerify): Promise<void> {
  const { app, store, signal } = input;
  const began = app.clock.monotonic();
  const verified = await compare(target, input);
  if (signal.aborted) return; // what was compared by then says too little
  const isGivenToCycle = repairs && verified.found.some(({ drift }) => !drift.kinds.includes('identity'));
  const record = recordOf(verified, new Date(app.clock.now()).toISOString(), isGivenToCycle);
  const tell = async (one: VerifiedRecord, isNews: boolean): Promise<void> => {
    await (await store.current()).record([{ kind: 'verified', target, verified: one }]);
    const milliseconds = app.clock.monotonic() - began;
    app.observer({ kind: 'verified', target, verified: one, milliseconds, isNews });
  };
  await tell(record, true);
  if (isGivenToCycle) await tell({ ...record, ...(await repair(verified, input)) }, false);
}

async function compare(
  target: string,
  { app, store, directoryCaches, signal }: ScheduledVerify,
  only?: ReadonlySet<SourceId>,
): Promise<VerifiedTarget> {
  const setup = await app.prepare(target, signal);
  const current = await store.current();
  const control = { ...app, directoryCaches, store: current, signal };
  const readings = await readDirectories([setup.definition], app.sources, control);
  return verifyTarget({
    setup,
    readings: requiredReadings(setup.definition, readings),
    store: current,
    storeAfter: () => store.current(),
    only,
    notes: app.comparedNotes,
    isScheduled: true,
    clock: app.clock,
    signal,
    isStopping: () => signal.aborted,
  });
}

/** What differs after a cycle went through it. */
type Repaired = Pick<VerifiedRecord, 'drift' | 'isGivenToCycle'>;

/** Gives what drifted to the next cycle, which comes at once, and looks afterwards at what the target took. */
async function repair({ target, found, drift, counts }: VerifiedTarget, input: ScheduledVerify): Promise<Repaired> {
  if (input.signal.aborted) return { drift: counts, isGivenToCycle: false };
  let marked: ReadonlySet<SourceId> | undefined;
  const cycle = input.nextCycle.before(target, async (store) => {
    return (marked = await markDrift(found, target, store));
  });
  input.ring();
  const report = await unlessAborted(cycle, input.signal);
  if (marked === undefined || report === undefined) return { drift: counts, isGivenToCycle: marked !== undefined };
  const given = marked;
  const done = doneOf(given, report);
  const open = drift.filter(
    ({ kinds, sourceId }) => kinds.includes('identity') || (given.has(sourceId) && !done.has(sourceId)),
  );
  const left = done.size === 0 ? [] : await notTaken(target, done, input);
  return { drift: countDrift([...open, ...left]), isGivenToCycle: done.size < given.size };
}

/** Of whom a cycle did everything that was due: nothing of them is held, rejected by a person, or failed. */
function doneOf(given: ReadonlySet<SourceId>, report: CycleReport): ReadonlySet<SourceId> {
  const failed = report.failed.map(({ operation }) => operation);
  const notDone = [...failed, ...(report.hold?.operations ?? []), ...report.undone];
  const idsOf = (operations: readonly Operation[]): Set<SourceId> =>
    new Set(operations.map(({ sourceId }) => sourceId));
  return given.intersection(idsOf(report.applied)).difference(idsOf(notDone));
}

/** What the target acknowledged and does not have all the same; it counts as not stored from the next cycle on. */
async function notTaken(
  target: string,
  done: ReadonlySet<SourceId>,
  input: ScheduledVerify,
): Promise<readonly Drift[]> {
  const { found, drift } = await compare(target, input, done);
  if (found.length > 0)
    input.nextCycle
      .before(target, async (store) => {
        await noteNotTaken(found, target, store);
        return new Set();
      })
      .catch((thrown: unknown) => {
        tellFailure(target, thrown, input.app);
      });
  return drift;
}

/** What the work comes to; undefined where the signal comes first. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
  if (signal.aborted) return undefined;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => {
    resolve(undefined);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function recordOf(
  { compared, counts, foreign, notCompared }: VerifiedTarget,
  at: string,
  isGivenToCycle: boolean,
): VerifiedRecord {
  return {
    at,
    compared,
    drift: counts,
    foreign: Object.fromEntries(Object.entries(foreign).map(([type, { count }]) => [type, count])),
    unread: notCompared.unread,
    exceptions: notCompared.exceptions,
    isGivenToCycle,
  };
}
