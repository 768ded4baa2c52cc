import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { SourceId } from '../core/model/entry.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import { readingsOf } from '../cycle/read/target-readings.ts';
import { runCycles } from '../cycle/run-cycles.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import { verifyTarget, type VerifiedTarget } from '../cycle/verify-target.ts';
import { markDrift, noteNotTaken } from '../cycle/verify/mark-drift.ts';
import type { StateStore, StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { readAll } from './read-all.ts';
import type { Ending } from './sync.ts';
import { chosenTargets } from './targets.ts';

export interface VerifyRequest {
  /** Of this target only. */
  readonly target?: string | undefined;
  /** Put right what drifted, under the guard. */
  readonly repair: boolean;
}

/** What became of one target. */
export interface VerifiedOne {
  readonly verified: VerifiedTarget;
  /** The cycle that put it right, where one ran. */
  readonly repair?: Repair | undefined;
}

export interface Repair {
  readonly report: CycleReport;
  /** What still differs although the target acknowledged it. */
  readonly notTaken: VerifiedTarget['drift'];
}

export interface VerifyAnswer {
  readonly targets: readonly VerifiedOne[];
  /** What is wrong with targets and directories that could not be asked. */
  readonly failures: readonly BridgeError[];
}

/**
 * Compares what targets have with what they should have. Writes nothing, but notes to go on by when it is cut short, unless
 * it is to repair: then what drifted is given to a cycle, which looks at it once more and goes by the guard.
 */
export async function verify(app: App, request: VerifyRequest, ending: Ending): Promise<VerifyAnswer> {
  const targets = chosenTargets(app, request.target);
  return request.repair ? verifyAndRepair(app, targets, ending) : verifyOnly(app, targets, ending);
}

async function verifyOnly(app: App, targets: readonly string[], ending: Ending): Promise<VerifyAnswer> {
  const view = await app.openView();
  let after: StateView | undefined;
  try {
    // A daemon may have gone on meanwhile.
    const storeAfter = async (): Promise<StateView> => {
      await after?.close();
      return (after = await app.openView());
    };
    return await verifyAll(app, targets, view, storeAfter, ending, (verified) => Promise.resolve({ verified }));
  } finally {
    await after?.close();
    await view.close();
  }
}

async function verifyAndRepair(app: App, targets: readonly string[], ending: Ending): Promise<VerifyAnswer> {
  const store = await app.openStore();
  const storeAfter = (): Promise<StateView> => Promise.resolve(store);
  try {
    return await verifyAll(app, targets, store, storeAfter, ending, async (verified, again) => ({
      verified,
      repair: await repair(verified, again, app, store, ending),
    }));
  } finally {
    await store.close();
  }
}

/** Compares these resources of the same target once more. */
type Again = (only: ReadonlySet<SourceId>) => Promise<VerifiedTarget>;

async function verifyAll(
  app: App,
  targets: readonly string[],
  store: StateView,
  storeAfter: () => Promise<StateView>,
  { stopping, aborting }: Ending,
  finish: (verified: VerifiedTarget, again: Again) => Promise<VerifiedOne>,
): Promise<VerifyAnswer> {
  const { setups, readings, failures } = await readAll(app, targets, { store, signal: stopping });
  const verifyOne = async (setup: TargetSetup, own: readonly CompleteReading[]): Promise<VerifiedOne> => {
    const { clock, comparedNotes: notes } = app;
    const how = { setup, readings: own, store, storeAfter, notes, clock, signal: aborting };
    const isStopping = (): boolean => stopping.aborted;
    const verified = await verifyTarget({ ...how, isStopping });
    return finish(verified, (only) => verifyTarget({ ...how, only, isStopping }));
  };
  const verified: VerifiedOne[] = [];
  for (const setup of setups) {
    const own = readingsOf(setup.definition, readings);
    if (own === undefined) continue;
    try {
      verified.push(await verifyOne(setup, own));
    } catch (thrown) {
      failures.push(toBridgeError(thrown));
    }
  }
  return { targets: verified, failures };
}

/** Undefined where nothing drifted that may be put right. */
async function repair(
  { target, found, notCompared }: VerifiedTarget,
  again: Again,
  app: App,
  store: StateStore,
  { stopping, aborting }: Ending,
): Promise<Repair | undefined> {
  if (stopping.aborted && notCompared.left > 0) return undefined;
  const marked = await markDrift(found, target, store);
  if (marked.size === 0) return undefined;
  const [report] = await runCycles([target], {
    ...app,
    mode: 'incremental',
    attempt: 'asked',
    repaired: new Map([[target, marked]]),
    store,
    signal: aborting,
    isStopping: () => stopping.aborted,
  });
  if (report === undefined) throw new Error('a cycle ended without a report');
  const done = new Set(report.applied.map(({ sourceId }) => sourceId));
  const left = await again(marked.intersection(done));
  await noteNotTaken(left.found, target, store);
  return { report, notTaken: left.drift };
}
