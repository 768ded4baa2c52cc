import { toBridgeError } from '../core/model/errors.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import type { StateStore } from '../ports/state-store.ts';

type Job = (store: StateStore) => Promise<void>;

/** What is to be done to the state of a target while no cycle of it is under way. */
export interface NextCycle {
  /** Resolves with the report of the cycle that begins when the job is done; undefined when the job failed. */
  before(target: string, job: Job): Promise<CycleReport | undefined>;
  /** Does what waits, right before a cycle of the target. Returns whether there was anything. */
  prepare(target: string, store: StateStore): Promise<boolean>;
  /** The cycle that was prepared for. */
  started(target: string, report: Promise<CycleReport>): void;
}

export function createNextCycle(): NextCycle {
  const waiting = new Map<string, { readonly job: Job; readonly end: (report: CycleReport | undefined) => void }[]>();
  const prepared = new Map<string, ((report: CycleReport | undefined) => void)[]>();
  return {
    before(target, job) {
      return new Promise((end) => {
        waiting.set(target, [...(waiting.get(target) ?? []), { job, end }]);
      });
    },
    async prepare(target, store) {
      const jobs = waiting.get(target) ?? [];
      waiting.delete(target);
      for (const { job, end } of jobs) {
        try {
          await job(store);
          prepared.set(target, [...(prepared.get(target) ?? []), end]);
        } catch (thrown) {
          toBridgeError(thrown); // a state that cannot be written ends the cycle, which tells of it
          end(undefined);
        }
      }
      return jobs.length > 0;
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
