import { createFailureCounts } from '../cycle/failing.ts';
import { createHeldMatches } from '../cycle/match/held-matches.ts';
import { createCleanCycles } from '../cycle/plan/clean-cycles.ts';
import { createDirectoryCaches, type DirectoryCaches } from '../cycle/read/directory-caches.ts';
import { rememberReading } from '../cycle/read/remember-directories.ts';
import { startCycles } from '../cycle/run-cycles.ts';
import { remind } from '../cycle/shared/target-notes.ts';
import { createTimekeeper } from '../cycle/shared/timekeeper.ts';
import { createLanes, type Lanes } from '../daemon/lanes.ts';
import { runDaemon, type Generation } from '../daemon/run-daemon.ts';
import { createServiceStatus, type ServiceStatus } from '../daemon/service-status.ts';
import { keepVerifying } from '../daemon/verify-rounds.ts';
import type { SignalSource } from '../daemon/shutdown.ts';
import type { Log } from '../telemetry/log.ts';
import type { Conditions } from '../telemetry/notify/conditions.ts';
import type { App } from './app.ts';
import type { Health } from './health.ts';
import { holdStore, type HeldStore } from './held-store.ts';
import { createLife, createListeners, labelsOf, type Life, type Listeners } from './listeners.ts';
import { createNextCycle, type NextCycle } from './next-cycle.ts';
import { createReload, hashOf, type Reload } from './reload.ts';
import type { ProbeResult } from '../ports/scim-target.ts';
import { verifyScheduled } from './verify-scheduled.ts';

export interface ServeRequest {
  readonly log: Log;
  /** The command that releases a hold, as a person types it. */
  readonly approveCommand: (holdId: string) => string;
  /** Reads the configuration and puts the parts together, at the start and whenever it is to be read again. */
  readonly open: () => Promise<App>;
  /** The text of the configuration file now. */
  readonly configurationText: () => Promise<string>;
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
export async function serve(request: ServeRequest): Promise<void> {
  const { log, signals, startHttp } = request;
  const text = await request.configurationText();
  const app = await request.open();
  await app.checkSecrets().catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  const life = createLife(app, request);
  life.noteReload({ isSuccess: true, hash: hashOf(text) });
  let heartbeat = (): number => app.clock.monotonic();
  const service = createServiceStatus(app.serviceManager, app.clock, () => heartbeat());
  const generations = createGenerations(request, life, service);
  try {
    await runDaemon({
      ...(await generations.begin(app, text)),
      clock: app.clock,
      log,
      signals,
      onHangup: () => void generations.current().reload.request('SIGHUP'),
      onStopping: service.stopping,
      writesInFlight: () => generations.current().app.inFlight.writes(),
      startHttp: async (scheduler) => {
        heartbeat = scheduler.heartbeat;
        const checks = [
          { name: 'config', isReady: () => true },
          { name: 'state', isReady: life.isStateSound },
        ];
        const server = await startHttp({ clock: app.clock, heartbeat, checks, metrics: life.metrics.registry });
        log.info(
          { event: 'http_started', address: server.address },
          `health and metrics are served at ${server.address}`,
        );
        service.ready();
        return server;
      },
    });
  } finally {
    await generations.end();
  }
}

interface Current {
  readonly app: App;
  readonly store: HeldStore;
  readonly reload: Reload;
}

interface Generations {
  /** Takes the parts of a configuration into use. */
  readonly begin: (app: App, text: string) => Promise<Generation>;
  readonly current: () => Current;
  readonly end: () => Promise<void>;
}

/** One after the other: each has parts, caches and a state of its own, and ends before the next one begins. */
function createGenerations(request: ServeRequest, life: Life, service: ServiceStatus): Generations {
  const { log, open, configurationText } = request;
  let current: Current | undefined;
  const end = async (): Promise<void> => {
    const ending = current;
    current = undefined;
    await ending?.store.close();
    await ending?.app.close();
    await ending?.reload.take()?.close();
  };
  const begin = async (app: App, text: string): Promise<Generation> => {
    const listeners = createListeners({ ...app, log, life });
    app.listen(listeners.observer);
    app.listen(service.observer);
    const store = await holdStore(app, life.isStateSound).catch(async (error: unknown) => {
      await app.close();
      throw error;
    });
    listeners.onLongReading(async (directory, since) => rememberReading(directory, since, await store.current()));
    const reload = createReload(app, text, {
      log,
      clock: app.clock,
      open,
      text: configurationText,
      onTrying: service.reloading,
      onTried: (outcome) => {
        life.noteReload(outcome);
        service.ready();
      },
    });
    current = { app, store, reload };
    await recall(app, store, [life.metrics, life.conditions]);
    return {
      ...generationOf(app, store, listeners, (signal) => Promise.all([reload.watch(signal), service.run(signal)])),
      successor: {
        isReady: reload.isReady,
        takeOver: async () => {
          const next = reload.take();
          if (next === undefined) throw new Error('nothing is there to take over');
          const nextText = await configurationText().catch(() => '');
          await end();
          log.level = next.configuration.log.level;
          await life.metrics.reconfigure(labelsOf(next.configuration));
          return begin(next, nextText);
        },
      },
    };
  };
  return {
    begin,
    end,
    current: () => {
      if (current === undefined) throw new Error('nothing runs yet');
      return current;
    },
  };
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
      strangers: await store.strangers(target),
    });
    const quarantined = counts.user.quarantined + counts.group.quarantined;
    for (const one of told) one.recall(target, state, quarantined);
    const verified = await store.verified(target);
    if (verified !== undefined) app.observer({ kind: 'verified', target, verified, milliseconds: 0, isNews: false });
  }
}

function generationOf(
  app: App,
  store: HeldStore,
  listeners: Listeners,
  beside: (signal: AbortSignal) => Promise<unknown>,
): Generation {
  const { configuration, clock } = app;
  const { backOff, watching, probing, notifications } = listeners;
  const directoryCaches = createDirectoryCaches();
  const nextCycle = createNextCycle();
  const mayRead = (target: string): boolean =>
    (configuration.targets.get(target)?.from ?? []).every((directory) => backOff.rest(directory) === 0);
  const lanes = lanesOf(app, store, { directoryCaches, nextCycle, mayRead });
  return {
    ...configuration.schedule,
    runCycles: (mode, control) => lanes.round(mode, control),
    settled: () => lanes.settled(),
    watch: async (ring, signal) => {
      const probe = async (target: string): Promise<ProbeResult> =>
        (await app.targets.get(target)?.probe(signal)) ?? { kind: 'answers' };
      const verify = (): Promise<void> =>
        verifyScheduled({ app, store, directoryCaches, nextCycle, mayRead, ring, signal });
      const { verify: schedule } = configuration.schedule;
      await Promise.all([
        watching.run(app.sources.values(), ring, signal),
        probing.run(probe, signal),
        notifications.run(signal),
        beside(signal),
        schedule === undefined ? undefined : keepVerifying({ clock, schedule, verify }, signal),
      ]);
    },
  };
}

/** A slow target is waited for no longer than this before the others go on. */
const patienceMilliseconds = 1_000;

interface LaneParts {
  readonly directoryCaches: DirectoryCaches;
  readonly nextCycle: NextCycle;
  /** Whether the directories of a target may be read now. */
  readonly mayRead: (target: string) => boolean;
}

/** The lanes of all targets, with what is remembered from cycle to cycle. */
function lanesOf(app: App, held: HeldStore, { directoryCaches, nextCycle, mayRead }: LaneParts): Lanes {
  const { configuration, clock } = app;
  const memory = {
    directoryCaches,
    cleanCycles: createCleanCycles(),
    heldMatches: createHeldMatches(),
    timekeeper: createTimekeeper(clock),
    failures: createFailureCounts(),
  };
  return createLanes({
    targets: [...configuration.targets.keys()],
    clock,
    patienceMilliseconds,
    mayRun: mayRead,
    start: async (mode, targets, control) => {
      const store = await held.current();
      for (const target of targets) if (await nextCycle.prepare(target, store)) memory.cleanCycles.forget(target);
      const attempt = mode === 'full' ? 'everything' : 'due';
      const started = await startCycles(targets, { ...app, ...memory, ...control, mode, attempt, store });
      for (const [target, report] of started) nextCycle.started(target, report);
      return started;
    },
  });
}
