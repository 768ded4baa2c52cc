import { createHash } from 'node:crypto';
import type { Configuration } from '../config/configuration.ts';
import { BridgeError, toBridgeError } from '../core/model/errors.ts';
import { inWords } from '../core/wording/count.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { App } from './app.ts';

export interface ReloadParts {
  readonly log: Log;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Reads the configuration and puts the parts together. @throws BridgeError for what is wrong with it */
  readonly open: () => Promise<App>;
  /** The text of the configuration file now. */
  readonly text: () => Promise<string>;
  /** Told before each try. */
  readonly onTrying: () => void;
  /** Told what became of each try. */
  readonly onTried: (outcome: ReloadOutcome) => void;
  /** True when the process is about to end: then nothing is taken up any more. */
  readonly isStopping: () => boolean;
}

export interface ReloadOutcome {
  readonly isSuccess: boolean;
  /** Of the configuration that runs now. */
  readonly hash: number;
}

/** Reading the configuration again, for as long as one of them runs. */
export interface Reload {
  /**
   * Tries now, or once more after the try that is under way: that one may have read what changed since. Never throws:
   * what is wrong is logged, and the running configuration stays.
   */
  readonly request: (because: string) => Promise<void>;
  /** Looks at the file until the signal, and tries when it has changed. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
  /** Aborted when another one is ready. */
  readonly isReady: AbortSignal;
  /** The one that is ready, once: whoever takes it closes it. Undefined when none is. */
  readonly take: () => Next | undefined;
}

export interface Next {
  readonly app: App;
  /** What it was read from. The file may say something else by the time that it is taken into use. */
  readonly text: string;
  /** Why it is to be read again at once: somebody asked after it had been read. */
  readonly again: string | undefined;
}

/** How often the file is looked at. Half-written ones are told by another text at the next look. */
const lookMilliseconds = 1_000;

/** @param text what the running configuration was read from */
export function createReload(app: App, text: string, parts: ReloadParts): Reload {
  const { log, onTrying, onTried } = parts;
  const ready = new AbortController();
  let next: Omit<Next, 'again'> | undefined;
  let trying: Promise<void> | undefined;
  let again: string | undefined;
  /** The text of the last try, or of the start; undefined when there was no file that could be read. */
  let tried: string | undefined = text;

  const attempt = async (because: string): Promise<void> => {
    onTrying();
    const now = await parts.text().catch(() => undefined);
    let opened: App | undefined;
    try {
      opened = await parts.open();
      refuseFixed(app.configuration, opened.configuration);
      await opened.checkSecrets();
      if (parts.isStopping()) {
        await opened.close();
        return;
      }
      next = { app: opened, text: now ?? '' };
      onTried({ isSuccess: true, hash: hashOf(now ?? '') });
      tellUsed(log, because, opened.configuration.file);
      ready.abort();
    } catch (thrown) {
      await opened?.close();
      if (parts.isStopping()) return;
      onTried({ isSuccess: false, hash: hashOf(text) });
      tellRefused(log, because, thrown);
    } finally {
      tried = now;
    }
  };
  const attempts = async (because: string): Promise<void> => {
    for (let reason: string | undefined = because; reason !== undefined;) {
      again = undefined;
      await attempt(reason);
      reason = ready.signal.aborted || parts.isStopping() ? undefined : again;
    }
  };
  const request = (because: string): Promise<void> => {
    if (trying !== undefined || ready.signal.aborted) again = because;
    if (ready.signal.aborted || parts.isStopping()) return Promise.resolve();
    trying ??= attempts(because).finally(() => (trying = undefined));
    return trying;
  };

  return {
    request,
    isReady: ready.signal,
    take: () => {
      const taken = next === undefined ? undefined : { ...next, again };
      next = undefined;
      return taken;
    },
    watch: (signal) =>
      watchText(parts, signal, async (now) => {
        if (now !== tried) await request('the file has changed');
      }),
  };
}

/** Tells the text whenever it was the same at two looks: it may be in the middle of being written or replaced. */
async function watchText(
  { clock, text }: Pick<ReloadParts, 'clock' | 'text'>,
  signal: AbortSignal,
  onSettled: (text: string | undefined) => Promise<void>,
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  let before = await text().catch(() => undefined);
  while (!isOver()) {
    await clock.sleep(lookMilliseconds, signal).catch(() => undefined);
    const now = await text().catch(() => undefined);
    if (now === before && !isOver()) await onSettled(now);
    before = now;
  }
}

function tellUsed(log: Log, because: string, file: string): void {
  log.info({ event: 'config_reloaded', because }, `${file} was read again and is used from now on`);
}

function tellRefused(log: Log, because: string, thrown: unknown): void {
  const { code, message, remedy } = toBridgeError(thrown);
  log.error(
    { event: 'config_reload_failed', because, code },
    `the configuration is not used as it is now, and dir2scim goes on with the one before: ${inOneLine(message)}; ${remedy}`,
  );
}

/** Several problems stand in a line each; a log line is one. */
function inOneLine(message: string): string {
  const [first = '', ...rest] = message.split('\n').map((line) => line.trim());
  return rest.length === 0 ? first : `${first}: ${rest.join('; ')}`;
}

/** What a process has from its start to its end. @throws BridgeError D2S_CONFIG_INVALID */
function refuseFixed(running: Configuration, next: Configuration): void {
  const fixed = (
    [
      ['state.path', running.state.path, next.state.path],
      ['http.listen', JSON.stringify(running.http.listen), JSON.stringify(next.http.listen)],
      ['log.format', running.log.format, next.log.format],
    ] as const
  )
    .filter(([, before, now]) => before !== now)
    .map(([key]) => key);
  if (fixed.length === 0) return;
  throw new BridgeError(
    'D2S_CONFIG_INVALID',
    `${inWords(fixed)} cannot change while dir2scim runs`,
    'restart it, or leave that as it was',
  );
}

/** A number that is another one for another text: 48 bits of its SHA-256, which a metric can hold exactly. */
export function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}
