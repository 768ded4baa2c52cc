import { BridgeError } from '../core/model/errors.ts';
import type { SourceId } from '../core/model/entry.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import type { StateStore } from '../ports/state-store.ts';

/** Does something to the state. Returns what of that the cycle puts right, if it does. */
type Job = (store: StateStore) => Promise<ReadonlySet<SourceId>>;

interface Waiting {
  readonly job: Job;
  readonly end: (report: CycleReport | undefined) => void;
  readonly fail: (thrown: unknown) => void;
}

/** What is to be done to the state of a target while no cycle of it is under way. */
export interface NextCycle {
  /**
   * Resolves with the report of the cycle that begins when the job is done; undefined when the state could not be read or
   * written for it, of which the cycle tells. Rejects with anything else that the job threw.
   */
  before(target: string, job: Job): Promise<CycleReport | undefined>;
  /** Does what waits, right before a cycle of the target. Returns what that one puts right; undefined when nothing waited. */
  prepare(target: string, store: StateStore): Promise<ReadonlySet<SourceId> | undefined>;
  /** The cycle that was prepared for. */
  started(target: string, report: Promise<CycleReport>): void;
}

export function createNextCycle(): NextCycle {
  const waiting = new Map<string, Waiting[]>();
  const prepared = new Map<string, Waiting['end'][]>();
  return {
    before(target, job) {
      return new Promise((end, fail) => {
        waiting.set(target, [...(waiting.get(target) ?? []), { job, end, fail }]);
      });
    },
    async prepare(target, store) {
      const jobs = waiting.get(target) ?? [];
      waiting.delete(target);
      const repaired = new Set<SourceId>();
      for (const { job, end, fail } of jobs) {
        try {
          for (const id of await job(store)) repaired.add(id);
          prepared.set(target, [...(prepared.get(target) ?? []), end]);
        } catch (thrown) {
          if (isStateError(thrown)) end(undefined);
          else fail(thrown);
        }
      }
      return jobs.length > 0 ? repaired : undefined;
    },
    started(target, report) {
      const ends = prepared.get(target) ?? [];
      prepared.delete(target);
      if (ends.length === 0) return;
      void report.then((one) => {
        for (const end of ends) end(one);
      });
    },
  };
}

/** Exit code 4: the state is unusable. */
function isStateError(thrown: unknown): boolean {
  return thrown instanceof BridgeError && thrown.exitCode === 4;
}
