import { toBridgeError } from '../core/model/errors.ts';
import type { Schedule } from '../core/model/schedule.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleMode } from '../ports/cycle-observer.ts';
import type { Log } from '../telemetry/log.ts';
import { createRepetition, type Repetition } from '../telemetry/repetition.ts';
import { stackFrames } from '../telemetry/scrub.ts';
import { createScheduler, type Job, type Scheduler } from './schedule.ts';
import { createShutdown, type Shutdown, type SignalSource } from './shutdown.ts';

export interface DaemonParts {
  /** Looks for changes. The first time at once. */
  readonly poll: Schedule;
  /** Reads everything. It takes the place of a poll that is due at the same time. */
  readonly full: Schedule | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * One round over all targets. What a target's or directory's cycle could not do is told through its events; what is
   * thrown is a trouble of the whole round.
   */
  readonly runCycles: (mode: CycleMode, control: CycleControl) => Promise<void>;
  /** Resolves when nothing that `runCycles` left under way is going on any more. */
  readonly settled: () => Promise<void>;
  readonly startHttp: (
    scheduler: Pick<Scheduler<CycleMode>, 'heartbeat' | 'trigger'>,
  ) => Promise<{ close(): Promise<void> }>;
  /** Runs beside the rounds until its signal is aborted, and asks for one that comes sooner than planned. */
  readonly watch?: ((ring: () => void, signal: AbortSignal) => Promise<void>) | undefined;
  readonly signals: SignalSource;
  /** Requests that change something on a target, and are on their way now. */
  readonly writesInFlight: () => number;
  /** How long what is in flight may take to finish after the first signal; 25 s unless said, inside Kubernetes' 30. */
  readonly graceMilliseconds?: number | undefined;
}

export interface CycleControl {
  /** Ends requests in flight. */
  readonly signal: AbortSignal;
  /** True when no new operation may start. */
  readonly isStopping: () => boolean;
}

/**
 * Runs cycles by schedule until SIGTERM or SIGINT, and returns when all has ended. A round that throws is logged, and
 * the next one comes as planned.
 *
 * @throws BridgeError of a round when no further one can do better: exit code 2 (configuration) or 4 (state, but for a
 *   full disk, which may have room again), and whatever `startHttp` throws
 */
export async function runDaemon(parts: DaemonParts): Promise<void> {
  const { clock, log, signals, graceMilliseconds = 25_000, writesInFlight } = parts;
  const shutdown = createShutdown({ clock, log, signals, hangup: 'ignored', graceMilliseconds, writesInFlight });
  const repetition = createRepetition(clock);
  const scheduler = createScheduler<CycleMode>({
    clock,
    jobs: jobsOf(parts),
    run: (mode) => runRound(mode, parts, shutdown, repetition),
  });
  try {
    const http = await parts.startHttp(scheduler);
    try {
      log.info({ event: 'daemon_started' }, 'dir2scim is running');
      const watching = startWatch(parts, scheduler, shutdown.stopping);
      const running = scheduler.run(shutdown.stopping).then(parts.settled).finally(watching.stop);
      const end = await Promise.race([running, shutdown.givenUp]);
      if (end === 'given up')
        log.warn(
          { event: 'daemon_stopped' },
          'dir2scim stopped without waiting for requests that did not end; the next run looks at what they did',
        );
      else log.info({ event: 'daemon_stopped' }, 'dir2scim has stopped');
    } finally {
      await http.close();
    }
  } finally {
    shutdown.dispose();
  }
}

function startWatch(
  { watch }: DaemonParts,
  scheduler: Scheduler<CycleMode>,
  stopping: AbortSignal,
): { readonly stop: () => Promise<void> } {
  const over = new AbortController();
  const ring = (): void => {
    scheduler.trigger('incremental');
  };
  const watching = watch?.(ring, AbortSignal.any([stopping, over.signal]));
  return {
    stop: async () => {
      over.abort();
      await watching;
    },
  };
}

function jobsOf({ poll, full }: DaemonParts): Job<CycleMode>[] {
  const incremental: Job<CycleMode> = { name: 'incremental', schedule: poll, atStart: true };
  return full === undefined ? [incremental] : [{ name: 'full', schedule: full, atStart: false }, incremental];
}

async function runRound(
  mode: CycleMode,
  { log, runCycles }: DaemonParts,
  { stopping, aborting }: Shutdown,
  repetition: Repetition,
): Promise<void> {
  try {
    await runCycles(mode, { signal: aborting, isStopping: () => stopping.aborted });
    repetition.over('round');
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.exitCode !== 1 && error.code !== 'D2S_STATE_UNWRITABLE') throw error;
    // Ending it was our own doing, and has been told.
    if (aborting.aborted) return;
    const { code, remedy, message } = error;
    const repeated = repetition.tell('round', code);
    const fields = { event: 'cycle_crashed', mode, code, ...(repeated ? { repeated } : {}) };
    log[repeated === undefined ? 'debug' : 'error'](fields, `${message}; ${remedy}`);
    if (code === 'D2S_INTERNAL') log.debug({ event: 'cycle_crashed', stack: stackFrames(thrown) });
  }
}
