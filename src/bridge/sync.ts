import type { CycleReport } from '../cycle/cycle-report.ts';
import { runCycles } from '../cycle/run-cycles.ts';
import type { App } from './app.ts';
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
  try {
    return await runCycles(targets, {
      ...app,
      mode: request.full ? 'full' : 'incremental',
      attempt: request.full ? 'everything' : 'asked',
      store,
      signal: aborting,
      isStopping: () => stopping.aborted,
    });
  } finally {
    await store.close();
  }
}
