import type { Configuration } from '../config/configuration.ts';
import { createAuthBackOff, type AuthBackOff } from '../daemon/auth-back-off.ts';
import { createReadingWatch } from '../daemon/reading-watch.ts';
import { createProbing, type Probing } from '../daemon/target-probe.ts';
import { createWatching, type Watching } from '../daemon/watch.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import { logObserver } from '../telemetry/log-observer.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics, type Metrics, type MetricsOptions } from '../telemetry/metrics.ts';
import { createConditions, type Conditions } from '../telemetry/notify/conditions.ts';
import { createNotificationQueue, type NotificationQueue } from '../telemetry/notify/queue.ts';
import { version } from '../version.ts';
import type { ReloadOutcome } from './reload.ts';

/** Who listens for as long as the process lives, whatever configuration runs. */
export interface ProcessListeners {
  readonly metrics: Metrics;
  readonly conditions: Conditions;
  readonly noteReload: (outcome: ReloadOutcome) => void;
  /** False from a failed write of the state until the next that succeeds. */
  readonly isStateSound: () => boolean;
  readonly notifications: NotificationQueue;
  readonly observer: CycleObserver;
}

/** @param typed completes a text with the commands that it names, as a person types them here */
export function createProcessListeners(
  { configuration, clock }: { readonly configuration: Configuration; readonly clock: Clock },
  { log, typed }: { readonly log: Log; readonly typed: (text: string) => string },
): ProcessListeners {
  const metrics = createMetrics({ version, clock, ...labelsOf(configuration) });
  const tell: CycleObserver = (event) => {
    for (const listener of listeners) listener(event);
  };
  const notifications = createNotificationQueue(clock, tell);
  const conditions = createConditions(clock, notifications.add, typed);
  let sound = true;
  const listeners: readonly CycleObserver[] = [
    logObserver(log, clock),
    metrics.observer,
    conditions.observer,
    (event) => {
      if (event.kind === 'state_written') sound = event.result === 'success';
    },
  ];
  return {
    metrics,
    conditions,
    noteReload: metrics.noteReload,
    isStateSound: () => sound,
    notifications,
    observer: tell,
  };
}

/** What of a configuration becomes labels and values of metrics. */
export function labelsOf({
  targets,
  directories,
  schedule: { poll },
}: Configuration): Pick<MetricsOptions, 'targets' | 'directories' | 'servers' | 'pollSeconds'> {
  return {
    targets: [...targets.keys()],
    directories: [...directories.keys()],
    servers: new Map(
      [...directories].map(([name, directory]) => [name, directory.kind === 'ldif' ? [] : directory.urls]),
    ),
    pollSeconds: poll.kind === 'interval' ? poll.milliseconds / 1_000 : 0,
  };
}

/** Everyone who listens to the events of one configuration. */
export interface Listeners {
  readonly backOff: AuthBackOff;
  readonly watching: Watching;
  readonly probing: Probing;
  /** Called once for each reading that takes long. */
  readonly onLongReading: (remember: (directory: string, since: string) => Promise<void>) => void;
  /** Hands an event to all of them, and to those who live longer. */
  readonly observer: CycleObserver;
}

export interface ListenersParts {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Log;
  readonly lasting: ProcessListeners;
}

export function createListeners({ configuration, clock, log, lasting }: ListenersParts): Listeners {
  const { targets, schedule } = configuration;
  const tell: CycleObserver = (event) => {
    for (const listener of listeners) listener(event);
  };
  const backOff = createAuthBackOff(clock);
  const watching = createWatching({ clock, log });
  const everyMilliseconds = schedule.probeMilliseconds;
  const probing = createProbing({ clock, targets: [...targets.keys()], everyMilliseconds, tell });
  let remember: Parameters<Listeners['onLongReading']>[0] = () => Promise.resolve();
  const listeners: readonly CycleObserver[] = [
    lasting.observer,
    backOff.observer,
    watching.observer,
    probing.observer,
    createReadingWatch({ clock, tell, remember: (directory, since) => remember(directory, since) }),
  ];
  return { backOff, watching, probing, onLongReading: (how) => void (remember = how), observer: tell };
}
