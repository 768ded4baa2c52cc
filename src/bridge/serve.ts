import { createFailureCounts } from '../cycle/failing.ts';
import { createHeldMatches } from '../cycle/match/held-matches.ts';
import { createCleanCycles } from '../cycle/plan/clean-cycles.ts';
import { createDirectoryCaches } from '../cycle/read/directory-caches.ts';
import { rememberReading } from '../cycle/read/remember-directories.ts';
import { startCycles } from '../cycle/run-cycles.ts';
import { remind } from '../cycle/shared/target-notes.ts';
import { createTimekeeper } from '../cycle/shared/timekeeper.ts';
import { watchConfiguration } from '../daemon/configuration-watch.ts';
import { createLanes, type Lanes } from '../daemon/lanes.ts';
import { runDaemon } from '../daemon/run-daemon.ts';
import type { SignalSource } from '../daemon/shutdown.ts';
import type { Log } from '../telemetry/log.ts';
import type { Conditions } from '../telemetry/notify/conditions.ts';
import type { App } from './app.ts';
import type { Health } from './health.ts';
import { holdStore, type HeldStore } from './held-store.ts';
import { createListeners, type Listeners } from './listeners.ts';

export interface ServeRequest {
  readonly log: Log;
  /** The command that releases a hold, as a person types it. */
  readonly approveCommand: (holdId: string) => string;
  /** The configuration's text as it was read, and as it is now. */
  readonly configurationText: { readonly read: string; readonly now: () => Promise<string> };
  readonly signals: SignalSource;
  /** Serves health and metrics for as long as the daemon runs. */
  readonly startHttp: (health: Health) => Promise<HttpServer>;
}

interface HttpServer {
  /** As a client would write it. */
  readonly address: string;
  close(): Promise<void>;
}

/** The daemon: keeps every target in step until SIGTERM or SIGINT. @throws BridgeError for what no further round can mend */
export async function serve(app: App, request: ServeRequest): Promise<void> {
  const { log, approveCommand } = request;
  const listeners = createListeners({ ...app, log, approveCommand });
  app.listen(listeners.observer);
  await app.checkSecrets();
  const store = await holdStore(app, listeners.isStateSound);
  listeners.onLongReading(async (directory, since) => rememberReading(directory, since, await store.current()));
  try {
    await recall(app, store, [listeners.metrics, listeners.conditions]);
    await runRounds(app, store, listeners, request);
  } finally {
    await store.close();
  }
}

/** What the state tells before the first cycle: a restart is no news, and metrics must not start from nothing. */
async function recall(app: App, held: HeldStore, told: readonly Pick<Conditions, 'recall'>[]): Promise<void> {
  const store = await held.current();
  for (const [target, scimTarget] of app.targets) {
    await remind(scimTarget, store);
    const state = await store.target(target);
    const counts = await store.counts(target);
    app.observer({
      kind: 'unresolved_counted',
      target,
      counts: state.unresolved ?? { members: 0, groups: 0, references: 0 },
      isNews: false,
    });
    app.observer({
      kind: 'resources_counted',
      target,
      counts,
      pending: state.pending,
      unstored: await store.unstored(target),
    });
    const quarantined = counts.user.quarantined + counts.group.quarantined;
    for (const one of told) one.recall(target, state, quarantined);
  }
}

async function runRounds(
  app: App,
  store: HeldStore,
  listeners: Listeners,
  { log, configurationText, signals, startHttp }: ServeRequest,
): Promise<void> {
  const { configuration, clock } = app;
  const { metrics, watching, probing, notifications, isStateSound } = listeners;
  const lanes = lanesOf(app, store, listeners);
  const watch = watchConfiguration(log, configuration.file, configurationText.now, configurationText.read);
  await runDaemon({
    ...configuration.schedule,
    clock,
    log,
    signals,
    writesInFlight: app.inFlight.writes,
    runCycles: async (mode, control) => {
      await watch.look();
      await lanes.round(mode, control);
    },
    settled: () => lanes.settled(),
    watch: async (ring, signal) => {
      const probe = async (target: string) => app.targets.get(target)?.probe(signal);
      await Promise.all([
        watching.run(app.sources.values(), ring, signal),
        probing.run(probe, signal),
        notifications.run(signal),
      ]);
    },
    startHttp: async ({ heartbeat }) => {
      const checks = [
        { name: 'config', isReady: () => true },
        { name: 'state', isReady: isStateSound },
      ];
      const server = await startHttp({ clock, heartbeat, checks, metrics: metrics.registry });
      log.info(
        { event: 'http_started', address: server.address },
        `health and metrics are served at ${server.address}`,
      );
      return server;
    },
  });
}

/** A slow target is waited for no longer than this before the others go on. */
const patienceMilliseconds = 1_000;

/** The lanes of all targets, with what is remembered from cycle to cycle. */
function lanesOf(app: App, store: HeldStore, { backOff }: Listeners): Lanes {
  const { configuration, clock } = app;
  const directoriesOf = (target: string) => configuration.targets.get(target)?.from ?? [];
  const memory = {
    directoryCaches: createDirectoryCaches(),
    cleanCycles: createCleanCycles(),
    heldMatches: createHeldMatches(),
    timekeeper: createTimekeeper(clock),
    failures: createFailureCounts(),
  };
  return createLanes({
    targets: [...configuration.targets.keys()],
    clock,
    patienceMilliseconds,
    mayRun: (target) => directoriesOf(target).every((directory) => backOff.rest(directory) === 0),
    start: async (mode, targets, control) =>
      startCycles(targets, {
        ...app,
        ...memory,
        ...control,
        mode,
        attempt: mode === 'full' ? 'everything' : 'due',
        store: await store.current(),
      }),
  });
}
