import { setTimeout as wait } from 'node:timers/promises';

/** What Windows says while a scanner or a backup has a file open. */
const passing = ['EACCES', 'EBUSY', 'EPERM'];
const tries = 10;
const pauseMilliseconds = 100;

/** Does something to a file; on Windows several times, where others who look at the file keep it from being replaced for a moment. */
export async function patiently(platform: NodeJS.Platform, act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await act();
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (platform !== 'win32' || attempt === tries || !passing.includes(code)) throw error;
      await wait(pauseMilliseconds);
    }
  }
}
