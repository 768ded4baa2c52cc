import { execFile } from 'node:child_process';
import type { ServiceManager, Unheard } from '../../ports/service-manager.ts';

/** Of the process: what the service manager is known by. */
interface Own {
  /** NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of sd_notify(3) and sd_watchdog_enabled(3). */
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
}

/**
 * systemd, where it started us (`Type=notify`). Messages go through `systemd-notify`, which is there wherever systemd is:
 * Node has no datagram sockets of the local kind, and packages that add them have to be compiled. So the unit needs
 * `NotifyAccess=all`.
 */
export function findServiceManager({ env, pid }: Own): ServiceManager | undefined {
  const { NOTIFY_SOCKET: socket, PATH: path } = env;
  if (socket === undefined || socket === '') return undefined;
  const unheard = Promise.withResolvers<Unheard>();
  // One after the other: READY must not overtake RELOADING.
  let last = Promise.resolve();
  const send = (assignments: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      const rest = { env: { NOTIFY_SOCKET: socket, PATH: path }, timeout: 5_000 };
      execFile('systemd-notify', assignments, rest, (error) => {
        if (error !== null) unheard.resolve(error.code === 'ENOENT' ? 'missing' : 'failed');
        resolve();
      });
    });
  return {
    watchdogMilliseconds: watchdogOf(env, pid),
    unheard: unheard.promise,
    tell: (...assignments) => {
      const all = assignments.includes('RELOADING=1') ? [...assignments, monotonicTime()] : assignments;
      last = last.then(() => send(all));
    },
  };
}

/** sd_notify(3): by it, `Type=notify-reload` tells which reload is meant. libuv's clock is CLOCK_MONOTONIC. */
function monotonicTime(): string {
  return `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`;
}

/** sd_watchdog_enabled(3): WATCHDOG_PID names the process that is meant, where it is set. */
function watchdogOf(
  { WATCHDOG_USEC: microseconds, WATCHDOG_PID: meant }: NodeJS.ProcessEnv,
  pid: number,
): number | undefined {
  if (microseconds === undefined || !/^[1-9]\d*$/.test(microseconds)) return undefined;
  if (meant !== undefined && meant !== String(pid)) return undefined;
  return Number(microseconds) / 1_000;
}
