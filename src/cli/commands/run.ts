import { readFile } from 'node:fs/promises';
import { createApp } from '../../app.ts';
import type { App } from '../../bridge/app.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { loadConfiguration } from '../../config/load.ts';
import { createDirectoryCaches } from '../../cycle/read/directory-caches.ts';
import { createFailureCounts } from '../../cycle/failing.ts';
import { createHeldMatches } from '../../cycle/match/held-matches.ts';
import { createCleanCycles } from '../../cycle/plan/clean-cycles.ts';
import { createTimekeeper } from '../../cycle/shared/timekeeper.ts';
import { rememberReading } from '../../cycle/read/remember-directories.ts';
import { remind } from '../../cycle/shared/target-notes.ts';
import { startCycles } from '../../cycle/run-cycles.ts';
import { createAuthBackOff, type AuthBackOff } from '../../daemon/auth-back-off.ts';
import { createLanes } from '../../daemon/lanes.ts';
import { runDaemon } from '../../daemon/run-daemon.ts';
import { createReadingWatch } from '../../daemon/reading-watch.ts';
import { createProbing, type Probing } from '../../daemon/target-probe.ts';
import { watchConfiguration, type ConfigurationWatch } from '../../daemon/configuration-watch.ts';
import { createWatching, type Watching } from '../../daemon/watch.ts';
import { startHealthServer } from '../../http/health-server.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import type { CycleObserver } from '../../ports/cycle-observer.ts';
import { logObserver } from '../../telemetry/log-observer.ts';
import { createLog, type Log } from '../../telemetry/log.ts';
import { createMetrics, type Metrics } from '../../telemetry/metrics.ts';
import { commandLine } from '../command-line.ts';
import type { CommandContext } from '../session.ts';
import { holdStore, type HeldStore } from '../../bridge/held-store.ts';
import { version } from '../../version.ts';

/** The daemon. Exit code 0 after SIGTERM or SIGINT. */
export async function run(context: CommandContext): Promise<number> {
  const configuration = await loadConfiguration(context.config);
  const text = await readFile(configuration.file, 'utf8');
  const secrets = new Set<string>();
  const log = createLog({ ...configuration.log, secrets: () => secrets });
  const { observer, ...listeners } = observe(configuration, log, (holdId) => commandLine(context)('approve', holdId));
  const app = await createApp(configuration, observer, { ...context.parts, onSecret: (secret) => secrets.add(secret) });
  await app.checkSecrets().catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  const watch = watchConfiguration(log, configuration.file, () => readFile(configuration.file, 'utf8'), text);
  const store = await holdStore(app, listeners.isStateSound);
  listeners.onLongReading(async (directory, since) => rememberReading(directory, since, await store.current()));
  try {
    await recall(app, store, listeners.metrics);
    await runRounds(app, store, listeners, watch);
    return 0;
  } finally {
    await store.close();
    await app.close();
  }
}

interface Listeners {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly backOff: AuthBackOff;
  readonly watching: Watching;
  readonly probing: Probing;
  /** Called once for each reading that takes long. */
  readonly onLongReading: (remember: (directory: string, since: string) => Promise<void>) => void;
  /** False from a failed write of the state until the next that succeeds. */
  readonly isStateSound: () => boolean;
}

/** Everyone who listens to the event stream. */
function observe(
  configuration: Configuration,
  log: Log,
  approveCommand: (holdId: string) => string,
): Listeners & { readonly observer: CycleObserver } {
  const clock = systemClock();
  const { poll } = configuration.schedule;
  const metrics = createMetrics({
    version,
    targets: [...configuration.targets.keys()],
    directories: [...configuration.directories.keys()],
    pollSeconds: poll.kind === 'interval' ? poll.milliseconds / 1_000 : 0,
    clock,
  });
  const backOff = createAuthBackOff(clock);
  const watching = createWatching({ clock, log });
  const probing = createProbing({
    clock,
    targets: [...configuration.targets.keys()],
    everyMilliseconds: configuration.schedule.probeMilliseconds,
    tell: (event) => {
      observer(event);
    },
  });
  let sound = true;
  let remember: Parameters<Listeners['onLongReading']>[0] = () => Promise.resolve();
  const observer: CycleObserver = (event) => {
    for (const listener of listeners) listener(event);
  };
  const listeners: CycleObserver[] = [
    logObserver(log, clock, approveCommand),
    metrics.observer,
    backOff.observer,
    watching.observer,
    probing.observer,
    createReadingWatch({ clock, tell: observer, remember: (directory, since) => remember(directory, since) }),
    (event) => {
      if (event.kind === 'state_written') sound = event.result === 'success';
    },
  ];
  return {
    log,
    metrics,
    backOff,
    watching,
    probing,
    onLongReading: (how) => void (remember = how),
    isStateSound: () => sound,
    observer,
  };
}

/** What the state tells before the first cycle: metrics must not start from nothing after a restart. */
async function recall(app: App, held: HeldStore, metrics: Metrics): Promise<void> {
  const store = await held.current();
  for (const [target, scimTarget] of app.targets) {
    await remind(scimTarget, store);
    const state = await store.target(target);
    app.observer({
      kind: 'unresolved_counted',
      target,
      counts: state.unresolved ?? { members: 0, groups: 0, references: 0 },
      isNews: false,
    });
    app.observer({
      kind: 'resources_counted',
      target,
      counts: await store.counts(target),
      pending: state.pending,
      unstored: await store.unstored(target),
    });
    metrics.recall(target, state);
  }
}

/** A slow target is waited for no longer than this before the others go on. */
const patienceMilliseconds = 1_000;

async function runRounds(
  app: App,
  held: HeldStore,
  { log, metrics, backOff, watching, probing, isStateSound }: Listeners,
  watch: ConfigurationWatch,
): Promise<void> {
  const { configuration, clock } = app;
  const directoriesOf = (target: string) => configuration.targets.get(target)?.from ?? [];
  const directoryCaches = createDirectoryCaches();
  const cleanCycles = createCleanCycles();
  const heldMatches = createHeldMatches();
  const timekeeper = createTimekeeper(clock);
  const failures = createFailureCounts();
  const lanes = createLanes({
    targets: [...configuration.targets.keys()],
    clock,
    patienceMilliseconds,
    mayRun: (target) => directoriesOf(target).every((directory) => backOff.rest(directory) === 0),
    start: async (mode, targets, control) =>
      startCycles(targets, {
        ...app,
        directoryCaches,
        cleanCycles,
        heldMatches,
        timekeeper,
        failures,
        ...control,
        mode,
        attempt: mode === 'full' ? 'everything' : 'due',
        store: await held.current(),
      }),
  });
  await runDaemon({
    ...configuration.schedule,
    clock,
    log,
    signals: process,
    writesInFlight: app.inFlight.writes,
    runCycles: async (mode, control) => {
      await watch.look();
      await lanes.round(mode, control);
    },
    settled: () => lanes.settled(),
    watch: async (ring, signal) => {
      const probe = async (target: string): Promise<Failure | undefined> => app.targets.get(target)?.probe(signal);
      await Promise.all([watching.run(app.sources.values(), ring, signal), probing.run(probe, signal)]);
    },
    startHttp: async ({ heartbeat }) => {
      const { host, port } = configuration.http.listen;
      const checks = [
        { name: 'config', isReady: () => true },
        { name: 'state', isReady: isStateSound },
      ];
      const server = await startHealthServer({ host, port, clock, heartbeat, checks, metrics: metrics.registry });
      log.info(
        { event: 'http_started', address: server.address },
        `health and metrics are served at ${server.address}`,
      );
      return server;
    },
  });
}
