import { setImmediate } from 'node:timers/promises';

/**
 * The system ends a process that does not listen to SIGHUP. A daemon takes it as the wish to have its configuration
 * read again, so it is listened to before the rest is loaded; who asked meanwhile is not forgotten.
 */
let hasCome = false;
const remember = (): void => {
  hasCome = true;
};
// Windows sends it when a console is closed, and there is nothing to remember then.
if (process.platform !== 'win32') process.on('SIGHUP', remember);

/** Whether one has come since the start of the process. */
export function hasHungUp(): boolean {
  return hasCome;
}

/** For every command but the daemon: SIGHUP (the terminal is gone) ends it as usual, also when it has come already. */
export async function endAtHangup(): Promise<void> {
  // One that is on its way reaches its listener within a whole turn of the loop.
  await setImmediate();
  await setImmediate();
  process.off('SIGHUP', remember);
  if (hasCome) process.kill(process.pid, 'SIGHUP');
}
