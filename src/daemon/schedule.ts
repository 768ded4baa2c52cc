import type { Schedule } from '../core/model/schedule.ts';
import type { Clock } from '../ports/clock.ts';
import { createDue, type Due } from './due.ts';

export interface Job<Name extends string> {
  readonly name: Name;
  readonly schedule: Schedule;
  /** Runs at once when the scheduler starts, before its first time comes. */
  readonly atStart: boolean;
}

export interface SchedulerOptions<Name extends string> {
  readonly clock: Clock;
  /** A job does the work of those after it too: when it runs, they need not. */
  readonly jobs: readonly Job<Name>[];
  readonly run: (name: Name) => Promise<void>;
}

export interface Scheduler<Name extends string> {
  /**
   * Runs jobs until the signal is aborted: then nothing starts any more, and it resolves when what runs has ended.
   * Rejects with whatever a run throws, and starts nothing after that.
   */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Runs this job now, or after what runs now. */
  readonly trigger: (name: Name) => void;
  /** When the loop last advanced, by the monotonic clock. It does so while a job runs, too. */
  readonly heartbeat: () => number;
}

/** The loop looks up at least so often, so that a heartbeat says something. */
const longestRest = 5_000;

/**
 * One thing runs at a time, whatever is due: times that come while something runs become one run right after it. No
 * pile-up, no overlap, and nothing here depends on a timer that a jump of the wall clock could stop.
 */
export function createScheduler<Name extends string>({ clock, jobs, run }: SchedulerOptions<Name>): Scheduler<Name> {
  const slots = jobs.map((job) => ({ ...job, due: createDue(job.schedule, clock), wanted: job.atStart }));
  let beat = clock.monotonic();
  let nap = new AbortController();
  let running: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const wake = (): void => {
    nap.abort();
  };

  /** Starts the first job that is wanted; it covers those after it. */
  const startNext = (): void => {
    const index = slots.findIndex((slot) => slot.wanted);
    const first = slots[index];
    if (first === undefined) return;
    for (const slot of slots.slice(index)) {
      slot.wanted = false;
      slot.due.started();
    }
    running = run(first.name)
      .catch((error: unknown) => {
        failure = { error };
      })
      .finally(() => {
        running = undefined;
        wake();
      });
  };

  const restOf = (dues: readonly Due[]): number =>
    dues.reduce((least, due) => Math.min(least, due.rest()), longestRest);

  const sleep = async (milliseconds: number): Promise<void> => {
    nap = new AbortController();
    const { signal } = nap;
    await clock.sleep(milliseconds, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };

  return {
    async run(signal) {
      signal.addEventListener('abort', wake, { once: true });
      // Functions, because the loop changes under the compiler's eyes: both are set elsewhere while it sleeps.
      const isOver = (): boolean => signal.aborted || failure !== undefined;
      while (!isOver()) {
        beat = clock.monotonic();
        for (const slot of slots) slot.wanted = slot.due.look() || slot.wanted;
        if (running === undefined) startNext();
        // What is wanted and has to wait needs no look: the end of what runs wakes the loop.
        await sleep(restOf(slots.filter((slot) => !slot.wanted).map((slot) => slot.due)));
      }
      await running;
      signal.removeEventListener('abort', wake);
      if (failure !== undefined) throw failure.error;
    },
    trigger(name) {
      for (const slot of slots) if (slot.name === name) slot.wanted = true;
      wake();
    },
    heartbeat: () => beat,
  };
}
