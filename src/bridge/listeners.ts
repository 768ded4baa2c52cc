import type { Configuration } from '../config/configuration.ts';
import { createAuthBackOff, type AuthBackOff } from '../daemon/auth-back-off.ts';
import { createReadingWatch } from '../daemon/reading-watch.ts';
import { createProbing, type Probing } from '../daemon/target-probe.ts';
import { createWatching, type Watching } from '../daemon/watch.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { Notifier } from '../ports/notifier.ts';
import { logObserver } from '../telemetry/log-observer.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { createConditions, type Conditions } from '../telemetry/notify/conditions.ts';
import { createNotificationQueue, type NotificationQueue } from '../telemetry/notify/queue.ts';
import { version } from '../version.ts';

/** Everyone who listens to the event stream of a daemon. */
export interface Listeners {
  readonly metrics: Metrics;
  readonly backOff: AuthBackOff;
  readonly watching: Watching;
  readonly probing: Probing;
  readonly conditions: Conditions;
  readonly notifications: NotificationQueue;
  /** Called once for each reading that takes long. */
  readonly onLongReading: (remember: (directory: string, since: string) => Promise<void>) => void;
  /** False from a failed write of the state until the next that succeeds. */
  readonly isStateSound: () => boolean;
  /** Hands an event to all of them. */
  readonly observer: CycleObserver;
}

export interface ListenersParts {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Log;
  /** Who is told when something is held or fails. */
  readonly notifiers: readonly Notifier[];
  /** The command that releases a hold, as a person types it. */
  readonly approveCommand: (holdId: string) => string;
}

export function createListeners(parts: ListenersParts): Listeners {
  const { configuration, clock, log, notifiers, approveCommand } = parts;
  const { targets, directories, schedule } = configuration;
  const { poll, probeMilliseconds } = schedule;
  const metrics = createMetrics({
    version,
    targets: [...targets.keys()],
    directories: [...directories.keys()],
    pollSeconds: poll.kind === 'interval' ? poll.milliseconds / 1_000 : 0,
    clock,
  });
  const tell: CycleObserver = (event) => {
    for (const listener of listeners) listener(event);
  };
  const backOff = createAuthBackOff(clock);
  const watching = createWatching({ clock, log });
  const probing = createProbing({ clock, targets: [...targets.keys()], everyMilliseconds: probeMilliseconds, tell });
  const notifications = createNotificationQueue(notifiers, clock, tell);
  const conditions = createConditions(clock, notifications.add, approveCommand);
  let sound = true;
  let remember: Parameters<Listeners['onLongReading']>[0] = () => Promise.resolve();
  const listeners: readonly CycleObserver[] = [
    logObserver(log, clock, approveCommand),
    metrics.observer,
    backOff.observer,
    watching.observer,
    probing.observer,
    conditions.observer,
    createReadingWatch({ clock, tell, remember: (directory, since) => remember(directory, since) }),
    (event) => {
      if (event.kind === 'state_written') sound = event.result === 'success';
    },
  ];
  return {
    metrics,
    backOff,
    watching,
    probing,
    conditions,
    notifications,
    onLongReading: (how) => void (remember = how),
    isStateSound: () => sound,
    observer: tell,
  };
}
