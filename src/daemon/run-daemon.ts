import { toBridgeError } from '../core/model/errors.ts';
import type { Schedule } from '../core/model/schedule.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleMode } from '../ports/cycle-observer.ts';
import type { Log } from '../telemetry/log.ts';
import { createRepetition, type Repetition } from '../telemetry/repetition.ts';
import { stackFrames } from '../telemetry/scrub.ts';
import { createScheduler, type Job, type Scheduler } from './schedule.ts';
import { createShutdown, interrupted, usualGrace, whenQuiet, type Shutdown, type SignalSource } from './shutdown.ts';

/** What runs under one configuration. */
export interface Generation {
  /** Looks for changes. The first time at once. */
  readonly poll: Schedule;
  /** Reads everything. It takes the place of a poll that is due at the same time. */
  readonly full: Schedule | undefined;
  /**
   * One round over all targets. What a target's or directory's cycle could not do is told through its events; what is
   * thrown is a failure of the whole round.
   */
  readonly runCycles: (mode: CycleMode, control: CycleControl) => Promise<void>;
  /** Resolves when nothing that `runCycles` left under way is going on any more. */
  readonly settled: () => Promise<void>;
  /** Runs beside the rounds until its signal is aborted, and asks for one that comes sooner than planned. */
  readonly beside?: ((ring: () => void, signal: AbortSignal) => Promise<void>) | undefined;
  /** For a configuration that is read again. */
  readonly successor?: Successor | undefined;
}

export interface Successor {
  /** Aborted when a generation with another configuration is ready to take over. */
  readonly isReady: AbortSignal;
  /** Called when nothing of this generation runs any more: takes it apart and begins the next one. */
  readonly takeOver: () => Promise<Generation>;
}

export interface DaemonParts extends Generation {
  readonly clock: Clock;
  readonly log: Log;
  readonly startHttp: (
    scheduler: Pick<Scheduler<CycleMode>, 'heartbeat' | 'trigger'>,
  ) => Promise<{ close(): Promise<void> }>;
  readonly signals: SignalSource;
  /** SIGHUP came: the configuration is to be read again. Undefined where it means the end. */
  readonly onHangup: (() => void) | undefined;
  /** The first signal to end came. */
  readonly onStopping: () => void;
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
  const { clock, log, signals, onHangup, graceMilliseconds = usualGrace, writesInFlight } = parts;
  const shutdown = createShutdown({ clock, log, signals, onHangup, graceMilliseconds, writesInFlight });
  shutdown.stopping.addEventListener('abort', parts.onStopping, { once: true });
  let running = begin(parts, parts, shutdown);
  try {
    const http = await parts.startHttp({
      heartbeat: () => running.scheduler.heartbeat(),
      trigger: (mode) => running.scheduler.trigger(mode),
    });
    try {
      log.info({ event: 'daemon_started' }, 'dir2scim is running');
      for (;;) {
        const end = await Promise.race([running.run(), shutdown.givenUp]);
        if (end === 'given up')
          log.warn(
            { event: 'daemon_stopped' },
            'dir2scim stopped without waiting for requests that did not end; the next run looks at what they did',
          );
        if (end === 'given up') return;
        if (end === 'stopped') break;
        running = begin(await end.takeOver(), parts, shutdown);
      }
      log.info({ event: 'daemon_stopped' }, 'dir2scim has stopped');
    } finally {
      await http.close();
    }
  } finally {
    shutdown.dispose();
  }
}

interface Running {
  readonly scheduler: Scheduler<CycleMode>;
  /** Runs it to its end: by a signal, or because another one is ready. */
  readonly run: () => Promise<'stopped' | Successor>;
}

/** Gets a generation ready; nothing of it runs yet. */
function begin(generation: Generation, parts: DaemonParts, shutdown: Shutdown): Running {
  const { clock } = parts;
  const { successor } = generation;
  const stopping =
    successor === undefined ? shutdown.stopping : AbortSignal.any([shutdown.stopping, successor.isReady]);
  const drained = new AbortController();
  const aborting = AbortSignal.any([shutdown.aborting, drained.signal]);
  const repetition = createRepetition(clock);
  const scheduler = createScheduler<CycleMode>({
    clock,
    jobs: jobsOf(generation),
    run: (mode) => runRound(mode, generation, parts.log, { stopping, aborting }, repetition),
  });
  return {
    scheduler,
    async run() {
      const over = new AbortController();
      const besides = startBeside(generation, scheduler, AbortSignal.any([stopping, over.signal]));
      if (successor !== undefined) drainWhenReady(successor.isReady, parts, drained, over.signal);
      try {
        await scheduler.run(stopping).then(generation.settled);
      } finally {
        over.abort();
        await besides;
      }
      return successor === undefined || shutdown.stopping.aborted ? 'stopped' : successor;
    },
  };
}

/** What is left of a generation that another one waits for: requests that change something end by themselves, the rest is cut. */
function drainWhenReady(
  isReady: AbortSignal,
  { clock, writesInFlight, graceMilliseconds = usualGrace }: DaemonParts,
  drained: AbortController,
  over: AbortSignal,
): void {
  isReady.addEventListener(
    'abort',
    () => {
      whenQuiet(clock, writesInFlight, graceMilliseconds, over).then(
        () => {
          drained.abort(interrupted());
        },
        () => undefined,
      );
    },
    { once: true },
  );
}

async function startBeside(
  { beside }: Generation,
  scheduler: Scheduler<CycleMode>,
  signal: AbortSignal,
): Promise<void> {
  await beside?.(() => {
    scheduler.trigger('incremental');
  }, signal);
}

function jobsOf({ poll, full }: Generation): Job<CycleMode>[] {
  const incremental: Job<CycleMode> = { name: 'incremental', schedule: poll, atStart: true };
  return full === undefined ? [incremental] : [{ name: 'full', schedule: full, atStart: false }, incremental];
}

async function runRound(
  mode: CycleMode,
  { runCycles }: Generation,
  log: Log,
  { stopping, aborting }: Pick<Shutdown, 'stopping' | 'aborting'>,
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
