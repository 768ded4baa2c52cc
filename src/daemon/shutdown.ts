import { BridgeError } from '../core/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../telemetry/log.ts';

type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** `process`, or something that a test can emit signals from. */
export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown;
  off(signal: Signal, listener: () => void): unknown;
}

export interface ShutdownOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signals: SignalSource;
  /** SIGHUP means that the terminal is gone, or, to a daemon, that it should read its configuration again. It never kills. */
  readonly hangup: 'stops' | 'ignored';
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

/** What an aborted request needs to end and to be written down. */
const lastMilliseconds = 5_000;

/** Between an answer and the next request of the same operation there may be no request for a moment. */
const quietMilliseconds = 500;
const lookMilliseconds = 100;

const names = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** The way down: stop → grace, unless nothing is in flight → abort → give up. Listens from now on. */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { clock, log, signals, hangup, graceMilliseconds } = options;
  const stopping = new AbortController();
  const disposed = new AbortController();
  const after: After = (milliseconds, act) => {
    clock.sleep(milliseconds, disposed.signal).then(act, () => undefined);
  };
  const { aborting, givenUp, abort, abortWhenQuiet } = createAborting(options, after);
  const onSignal = (signal: Signal): void => {
    if (signal === 'SIGHUP' && hangup === 'ignored') {
      log.warn(
        { event: 'daemon_hangup' },
        'SIGHUP: the configuration is not read again while dir2scim runs; restart it to use a changed one',
      );
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
    abortWhenQuiet();
    after(graceMilliseconds, abort);
  };
  const listeners = new Map(
    names.map((name) => [
      name,
      () => {
        onSignal(name);
      },
    ]),
  );
  for (const [name, listener] of listeners) signals.on(name, listener);
  return {
    stopping: stopping.signal,
    aborting,
    givenUp,
    dispose() {
      disposed.abort();
      for (const [name, listener] of listeners) signals.off(name, listener);
    },
  };
}

/** Does something later, unless all is over by then. */
type After = (milliseconds: number, act: () => void) => void;

/** The second half of the way down: ends what is in flight, and gives up what does not end. */
function createAborting({ log, writesInFlight }: ShutdownOptions, after: After) {
  const aborting = new AbortController();
  const givenUp = Promise.withResolvers<'given up'>();
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
  /** What only waits, for the end of a pause or for its next try, need not be waited for. */
  const abortWhenQuiet = (quietFor = 0): void => {
    if (quietFor >= quietMilliseconds) abort();
    else
      after(lookMilliseconds, () => {
        abortWhenQuiet(writesInFlight() > 0 ? 0 : quietFor + lookMilliseconds);
      });
  };
  return { aborting: aborting.signal, givenUp: givenUp.promise, abort, abortWhenQuiet };
}

function interrupted(): BridgeError {
  return new BridgeError('D2S_INTERRUPTED', 'stopped before the work was done', 'the next run carries on');
}
