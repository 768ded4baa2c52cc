import { BridgeError } from '../core/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../telemetry/log.ts';

/** SIGBREAK is Ctrl+Break on Windows; elsewhere nobody sends it. */
type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGBREAK';

/** `process`, or something that a test can emit signals from. */
export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown;
  off(signal: Signal, listener: () => void): unknown;
}

export interface ShutdownOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signals: SignalSource;
  /** SIGHUP asks a daemon to read its configuration again. Without this, it means that the terminal is gone, and stops like the others. */
  readonly onHangup?: (() => void) | undefined;
  /** How long what is in flight may take to finish. */
  readonly graceMilliseconds: number;
  /** Requests that change something on a target, and are on their way now. While there are none, nothing is worth the wait. */
  readonly writesInFlight: () => number;
}

export interface Shutdown {
  /** Aborted by the first signal: nothing new starts. */
  readonly stopping: AbortSignal;
  /** Aborted when the grace time is over, or by a second signal: what is in flight ends. */
  readonly aborting: AbortSignal;
  /** Resolves when even that was ignored: then there is nothing left to wait for. */
  readonly givenUp: Promise<'given up'>;
  /** Stops listening. */
  dispose(): void;
}

/** In milliseconds; with what comes after it, inside the 30 s that Kubernetes gives unless told otherwise. */
export const usualGrace = 25_000;

/** What an aborted request needs to end and to be written down. */
const lastMilliseconds = 5_000;

/** Between an answer and the next request of the same operation there may be no request for a moment. */
const quietMilliseconds = 500;
const lookMilliseconds = 100;

const names = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] as const;

/** The way down: stop → grace, unless nothing is in flight → abort → give up. Listens from now on. */
export function createShutdown({
  clock,
  log,
  signals,
  onHangup,
  graceMilliseconds,
  writesInFlight,
}: ShutdownOptions): Shutdown {
  const stopping = new AbortController();
  const aborting = new AbortController();
  const disposed = new AbortController();
  const givenUp = Promise.withResolvers<'given up'>();

  /** Does something later, unless all is over by then. */
  const after = (milliseconds: number, act: () => void): void => {
    clock.sleep(milliseconds, disposed.signal).then(act, () => undefined);
  };
  const abort = (): void => {
    if (aborting.signal.aborted) return;
    if (writesInFlight() > 0)
      log.warn({ event: 'daemon_aborting' }, 'requests in flight are aborted; the next run looks at what they did');
    else
      log.info(
        { event: 'daemon_aborting' },
        'nothing that changes a target is in flight; what waits is left for the next run',
      );
    aborting.abort(interrupted());
    after(lastMilliseconds, () => {
      givenUp.resolve('given up');
    });
  };
  const onSignal = (signal: Signal): void => {
    if (signal === 'SIGHUP' && onHangup !== undefined) {
      onHangup();
      return;
    }
    if (stopping.signal.aborted) {
      abort();
      return;
    }
    log.info(
      { event: 'daemon_stopping', signal, graceMilliseconds },
      `${signal}: stopping; requests in flight have ${graceMilliseconds / 1_000} s to finish`,
    );
    stopping.abort(interrupted());
    whenQuiet(clock, writesInFlight, graceMilliseconds, disposed.signal).then(abort, () => undefined);
  };

  const stopListening = listenTo(signals, onSignal);
  return {
    stopping: stopping.signal,
    aborting: aborting.signal,
    givenUp: givenUp.promise,
    dispose() {
      disposed.abort();
      stopListening();
    },
  };
}

/** @returns how to end it */
function listenTo(signals: SignalSource, onSignal: (signal: Signal) => void): () => void {
  const listeners = names.map((name) => {
    const listener = (): void => {
      onSignal(name);
    };
    signals.on(name, listener);
    return { name, listener };
  });
  return () => {
    for (const { name, listener } of listeners) signals.off(name, listener);
  };
}

/**
 * Resolves when no request that changes something has been on its way for a moment, or after the grace time. What only
 * waits, for the end of a pause or for its next try, need not be waited for.
 */
export async function whenQuiet(
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  writesInFlight: () => number,
  graceMilliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.monotonic() + graceMilliseconds;
  for (let quietFor = 0; quietFor < quietMilliseconds && clock.monotonic() < until;) {
    await clock.sleep(lookMilliseconds, signal);
    quietFor = writesInFlight() > 0 ? 0 : quietFor + lookMilliseconds;
  }
}

/** What ends a cycle that had to stop in the middle. */
export function interrupted(): BridgeError {
  return new BridgeError('D2S_INTERRUPTED', 'stopped before the work was done', 'the next run carries on');
}
