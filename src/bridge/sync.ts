import { BridgeError } from '../core/model/errors.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import { runCycles } from '../cycle/run-cycles.ts';
import { unreachedError } from '../cycle/shared/unreached.ts';
import type { App } from './app.ts';
import { noteAsked } from './asked.ts';
import { chosenTargets } from './targets.ts';

export interface SyncRequest {
  /** Of this target only. */
  readonly target?: string | undefined;
  /** Try everything again, also what failed or was not found before. */
  readonly full: boolean;
}

/** How whoever asked can end what changes something. */
export interface Ending {
  /** Aborted: nothing new starts. */
  readonly stopping: AbortSignal;
  /** Aborted: what is in flight ends. */
  readonly aborting: AbortSignal;
}

/** One cycle of each target. */
export async function sync(app: App, request: SyncRequest, { stopping, aborting }: Ending): Promise<CycleReport[]> {
  const targets = chosenTargets(app, request.target);
  const store = await app.openStore();
  const withAsked = noteAsked(app);
  try {
    const reports = await runCycles(targets, {
      ...app,
      mode: request.full ? 'full' : 'incremental',
      attempt: request.full ? 'everything' : 'asked',
      store,
      signal: aborting,
      isStopping: () => stopping.aborted,
    });
    return withAsked(reports);
  } finally {
    await store.close();
  }
}

/** Why a cycle left something undone, as errors: what ended it, or else what failed and who could not be looked for. */
export function errorsOf({ target, error, failed, applied, unreached }: CycleReport): BridgeError[] {
  const all = failed.length + applied.length;
  const what = `${failed.length} of ${all} operations on target ${target} failed`;
  const incomplete = [
    failed.length === 0
      ? undefined
      : new BridgeError(
          'D2S_OPERATIONS_FAILED',
          what,
          'the reasons are above; mend what the target refuses: what failed is tried again by itself, the rest is done',
        ),
    unreachedError(target, unreached),
  ];
  return (error === undefined ? incomplete : [error]).filter((one) => one !== undefined);
}
