import { execFile } from 'node:child_process';
import type { ServiceManager } from '../../ports/service-manager.ts';

/**
 * systemd, where it started us (`Type=notify`). Messages go through `systemd-notify`, which is there wherever systemd is:
 * Node has no datagram sockets of the local kind, and packages that add them have to be compiled. So the unit needs
 * `NotifyAccess=all`.
 *
 * @param env NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of sd_notify(3) and sd_watchdog_enabled(3)
 */
export function findServiceManager(env: NodeJS.ProcessEnv): ServiceManager | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds, PATH: path } = env;
  if (socket === undefined || socket === '') return undefined;
  // One after the other: READY must not overtake RELOADING.
  let last = Promise.resolve();
  const send = (assignments: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      const rest = { env: { NOTIFY_SOCKET: socket, PATH: path }, timeout: 5_000 };
      execFile('systemd-notify', assignments, rest, () => {
        resolve();
      });
    });
  return {
    watchdogMilliseconds: isNumber(microseconds) ? Number(microseconds) / 1_000 : undefined,
    tell: (...assignments) => {
      last = last.then(() => send(assignments));
    },
  };
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^[1-9]\d*$/.test(text);
}
