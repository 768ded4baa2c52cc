import { createApp, type AppOptions } from '../app.ts';
import type { App } from '../bridge/app.ts';
import { toBridgeError } from '../core/model/errors.ts';
import { loadConfiguration } from '../config/load.ts';
import { createShutdown, usualGrace, type Shutdown } from '../daemon/shutdown.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import { createLog } from '../telemetry/log.ts';
import type { Terminal } from './terminal.ts';
import type { InFlight } from '../telemetry/in-flight.ts';

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Path of the configuration file. */
  readonly config: string;
  /** Whether it was given on the command line, so that other commands have to be given it too. */
  readonly configGiven?: boolean;
  /** What the parts are put together with, besides the configuration. */
  readonly parts?: AppOptions;
}

/** Loads the configuration, puts the parts together, and takes them apart at the end. */
export async function withApp<T>(
  { config, parts, terminal }: CommandContext,
  observer: CycleObserver,
  use: (app: App) => Promise<T>,
): Promise<T> {
  const app = await createApp(await loadConfiguration(config), { onSecret: terminal.keepSecret, ...parts });
  app.listen(observer);
  const stop = noteWaiting(terminal, app.inFlight);
  try {
    return await use(app);
  } finally {
    stop();
    await app.close();
  }
}

/**
 * Runs something that Ctrl-C, SIGTERM and SIGHUP (the terminal is gone) can end: the first lets requests that are on
 * their way finish, the second ends them.
 */
export async function interruptible<T>(app: App, work: (shutdown: Shutdown) => Promise<T>): Promise<T> {
  const log = createLog({ level: 'silent', format: 'json' });
  const shutdown = createShutdown({
    clock: app.clock,
    log,
    signals: process,
    graceMilliseconds: usualGrace,
    writesInFlight: app.inFlight.writes,
  });
  try {
    return await work(shutdown);
  } finally {
    shutdown.dispose();
  }
}

/**
 * The same for what changes nothing anywhere: the first signal ends it at once.
 *
 * @throws BridgeError D2S_INTERRUPTED
 */
export async function interruptibleReading<T>(app: App, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return interruptible(app, ({ stopping }) => {
    const stopped = new Promise<never>((_resolve, reject) => {
      stopping.addEventListener(
        'abort',
        () => {
          reject(toBridgeError(stopping.reason));
        },
        { once: true },
      );
    });
    return Promise.race([work(stopping), stopped]);
  });
}

/** After these seconds without an answer a line says so; then every 30. */
const firstSeconds = [3, 10, 30];

/**
 * Says on standard error for whom a command waits, when a directory or target takes long to answer.
 *
 * @returns how to end it
 */
function noteWaiting(terminal: Pick<Terminal, 'note'>, { awaited }: Pick<InFlight, 'awaited'>): () => void {
  const told = new Map<string, number>();
  const look = (): void => {
    const now = new Map(awaited().map(({ name, milliseconds }) => [name, Math.floor(milliseconds / 1_000)]));
    for (const [name, seconds] of told) if ((now.get(name) ?? 0) < seconds) told.delete(name);
    for (const [name, seconds] of now) {
      if (seconds < nextAfter(told.get(name) ?? 0)) continue;
      told.set(name, seconds);
      terminal.note(`  waiting for ${name}: no answer for ${seconds} s`);
    }
  };
  const timer = setInterval(look, 500);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

function nextAfter(seconds: number): number {
  return firstSeconds.find((one) => one > seconds) ?? seconds + 30;
}
