import type { Log } from '../telemetry/log.ts';

export interface ConfigurationWatch {
  /** To be called now and then. Says once when the file is another one than was read at the start, and when it is the same again. */
  readonly look: () => Promise<void>;
}

/**
 * @param file its path, for people
 * @param read its text now
 * @param running what was read at the start
 */
export function watchConfiguration(
  log: Log,
  file: string,
  read: () => Promise<string>,
  running: string,
): ConfigurationWatch {
  let last = running;
  return {
    async look() {
      const now = await read().catch(() => undefined);
      if (now === undefined || now === last) return; // it may be in the middle of being replaced
      last = now;
      if (now === running) log.info({ event: 'config_changed' }, `${file} is as it was when dir2scim was started`);
      else
        log.warn(
          { event: 'config_changed' },
          `${file} has changed; dir2scim goes on with what it read at its start: check it with dir2scim check, and restart`,
        );
    },
  };
}
