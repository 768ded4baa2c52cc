import { BridgeError } from '../core/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../telemetry/log.ts';

/** `process`, or something that a test can emit signals from. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

export interface ShutdownOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signals: SignalSource;
  /** How long what is in flight may take to finish. */
  readonly graceMilliseconds: number;
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

const names = ['SIGTERM', 'SIGINT'] as const;

/** The way down: stop → grace → abort → give up. Listens from now on. */
export function createShutdown({ clock, log, signals, graceMilliseconds }: ShutdownOptions): Shutdown {
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
    log.warn({ event: 'daemon_aborting' }, 'requests in flight are aborted; the next run looks at what they did');
    aborting.abort(new BridgeError('D2S_INTERRUPTED', 'stopped before the work was done', 'the next run carries on'));
    after(lastMilliseconds, () => {
      givenUp.resolve('given up');
    });
  };
  const onSignal = (signal: string): void => {
    if (stopping.signal.aborted) {
      abort();
      return;
    }
    log.info({ event: 'daemon_stopping', signal, graceMilliseconds }, `${signal}: stopping; requests in flight have ${graceMilliseconds / 1_000} s to finish`);
    stopping.abort();
    after(graceMilliseconds, abort);
  };

  const listeners = names.map((name) => [name, () => { onSignal(name); }] as const);
  for (const [name, listener] of listeners) signals.on(name, listener);
  return {
    stopping: stopping.signal,
    aborting: aborting.signal,
    givenUp: givenUp.promise,
    dispose() {
      disposed.abort();
      for (const [name, listener] of listeners) signals.off(name, listener);
    },
  };
}
