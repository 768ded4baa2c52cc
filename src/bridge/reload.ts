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
}

export interface ReloadOutcome {
  readonly isSuccess: boolean;
  /** Of the configuration that runs now. */
  readonly hash: number;
}

/** Reading the configuration again, for as long as one of them runs. */
export interface Reload {
  /** Tries now. Never throws: what is wrong is logged, and the running configuration stays. */
  readonly request: (because: string) => Promise<void>;
  /** Looks at the file until the signal, and tries when it has changed. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
  /** Aborted when another one is ready. */
  readonly isReady: AbortSignal;
  /** The one that is ready, once: whoever takes it closes it. Undefined when none is. */
  readonly take: () => App | undefined;
}

/** How often the file is looked at. Half-written ones are told by another text at the next look. */
const lookMilliseconds = 1_000;

/** @param text what the running configuration was read from */
export function createReload(app: App, text: string, parts: ReloadParts): Reload {
  const { log, clock, open, onTrying, onTried } = parts;
  const ready = new AbortController();
  let next: App | undefined;
  let trying: Promise<void> | undefined;
  /** The text of the last try, or of the start. */
  let tried = text;

  const attempt = async (because: string): Promise<void> => {
    onTrying();
    const now = await parts.text().catch(() => undefined);
    let opened: App | undefined;
    try {
      opened = await open();
      refuseFixed(app.configuration, opened.configuration);
      await opened.checkSecrets();
      next = opened;
      onTried({ isSuccess: true, hash: hashOf(now ?? '') });
      log.info(
        { event: 'config_reloaded', because },
        `${opened.configuration.file} was read again and is used from now on`,
      );
      ready.abort();
    } catch (thrown) {
      await opened?.close();
      const { code, message, remedy } = toBridgeError(thrown);
      onTried({ isSuccess: false, hash: hashOf(text) });
      log.error(
        { event: 'config_reload_failed', because, code },
        `the configuration is not used as it is now, and dir2scim goes on with the one before: ${message}; ${remedy}`,
      );
    } finally {
      tried = now ?? tried;
    }
  };
  const request = (because: string): Promise<void> => {
    if (ready.signal.aborted) return Promise.resolve();
    trying ??= attempt(because).finally(() => (trying = undefined));
    return trying;
  };

  return {
    request,
    isReady: ready.signal,
    take: () => {
      const taken = next;
      next = undefined;
      return taken;
    },
    async watch(signal) {
      let before = tried;
      const isOver = (): boolean => signal.aborted;
      while (!isOver()) {
        await clock.sleep(lookMilliseconds, signal).catch(() => undefined);
        const now = await parts.text().catch(() => undefined); // it may be in the middle of being replaced
        const isSettled = now === before;
        before = now ?? before;
        if (isSettled && now !== tried && !isOver()) await request('the file has changed');
      }
    },
  };
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
