import type { BridgeError } from '../core/model/errors.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleMode } from '../ports/cycle-observer.ts';
import type { CycleControl } from './run-daemon.ts';

export interface LanesOptions {
  readonly targets: readonly string[];
  readonly clock: Clock;
  /** How long a round waits for its slowest target before the others may go on without it. */
  readonly patienceMilliseconds: number;
  /** Whether a target may run now; one whose directory must rest may not. */
  readonly mayRun: (target: string) => boolean;
  readonly start: (
    mode: CycleMode,
    targets: readonly string[],
    control: CycleControl,
  ) => Promise<ReadonlyMap<string, Promise<CycleReport>>>;
}

export interface Lanes {
  /**
   * Starts a cycle for every target that is not busy with the one before. Whoever is when everything is to be read, or
   * whose directory rests, does so in the first round after.
   * @throws BridgeError when a cycle has met what no further one can mend: a state that is unusable
   */
  round(mode: CycleMode, control: CycleControl): Promise<void>;
  /** Resolves when no cycle is under way any more. */
  settled(): Promise<void>;
}

/** One lane a target: a slow target keeps its own lane busy, and nobody else's. */
export function createLanes({ targets, clock, patienceMilliseconds, mayRun, start }: LanesOptions): Lanes {
  const busy = new Map<string, Promise<void>>();
  /** Targets that could not take part in the last full round: they owe one. */
  const owed = new Set<string>();
  let fatal: BridgeError | undefined;

  const follow = (target: string, report: Promise<CycleReport>): void => {
    const lane = report
      .then(({ error }) => {
        if (error?.exitCode === 4 && error.code !== 'D2S_STATE_UNWRITABLE') fatal ??= error;
      })
      .finally(() => busy.delete(target));
    busy.set(target, lane);
  };

  return {
    async round(mode, control) {
      if (mode === 'full') for (const target of targets) owed.add(target);
      const idle = targets.filter((target) => !busy.has(target) && mayRun(target));
      const byMode = Map.groupBy(idle, (target): CycleMode => (owed.delete(target) ? 'full' : 'incremental'));
      for (const [own, group] of byMode) {
        for (const [target, report] of await start(own, group, control)) follow(target, report);
      }
      if (idle.length > 0) {
        await settledWithin(
          patienceMilliseconds,
          idle.flatMap((target) => busy.get(target) ?? []),
          clock,
        );
      }
      if (fatal !== undefined) throw fatal;
    },
    async settled() {
      await Promise.all(busy.values());
    },
  };
}

async function settledWithin(milliseconds: number, lanes: readonly Promise<void>[], clock: Clock): Promise<void> {
  const over = new AbortController();
  const patience = clock.sleep(milliseconds, over.signal).catch(() => undefined);
  await Promise.race([Promise.all(lanes), patience]);
  over.abort();
}
