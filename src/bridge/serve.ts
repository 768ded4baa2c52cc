import type { SourceId } from '../core/model/entry.ts';
import { createCycleMemory, type CycleMemory } from '../cycle/cycle-memory.ts';
import { rememberReading } from '../cycle/read/remember-directories.ts';
import { startCycles } from '../cycle/run-cycles.ts';
import { createLanes, type Lanes } from '../daemon/lanes.ts';
import { runDaemon, type Generation } from '../daemon/run-daemon.ts';
import { createServiceStatus, type ServiceStatus } from '../daemon/service-status.ts';
import { keepVerifying } from '../daemon/verify-rounds.ts';
import { interrupted, type SignalSource } from '../daemon/shutdown.ts';
import type { Log } from '../telemetry/log.ts';
import type { App } from './app.ts';
import type { Health } from './health.ts';
import { holdStore, type HeldStore } from './held-store.ts';
import {
  createProcessListeners,
  createListeners,
  labelsOf,
  type ProcessListeners,
  type Listeners,
} from './listeners.ts';
import { createNextCycle, type NextCycle } from './next-cycle.ts';
import { recall } from './recall.ts';
import { createReload, hashOf, type Reload } from './reload.ts';
import type { ServiceManager, Unheard } from '../ports/service-manager.ts';
import type { ProbeResult } from '../ports/scim-target.ts';
import { verifyScheduled, type Round } from './verify-scheduled.ts';

export interface ServeRequest {
  readonly log: Log;
  /** Completes a text with the commands that it names, as a person types them here. */
  readonly typed: (text: string) => string;
  /** Reads the configuration and puts the parts together, at the start and whenever it is to be read again. */
  readonly open: () => Promise<App>;
  /** The text of the configuration file now. */
  readonly configurationText: () => Promise<string>;
  readonly signals: SignalSource;
  /** Whether SIGHUP came before anybody listened to `signals`. Then the configuration is read again at once. */
  readonly hasHungUp: () => boolean;
  /** Whether SIGHUP ends the process, in place of having its configuration read again: Windows sends it when a console is closed. */
  readonly isHangupEnd: boolean;
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
  await orClose(app, app.checkSecrets());
  const lasting = createProcessListeners(app, request);
  lasting.noteReload({ isSuccess: true, hash: hashOf(text) });
  let heartbeat = (): number => app.clock.monotonic();
  const service = createServiceStatus(app.serviceManager, app.clock, () => heartbeat());
  tellWhenUnheard(app.serviceManager, log);
  const over = new AbortController();
  const watchdog = service.run(over.signal);
  const generations = createGenerations(request, lasting, service);
  try {
    const first = await generations.begin(app, text);
    if (request.hasHungUp()) generations.reload('SIGHUP');
    await runDaemon({
      ...first,
      clock: app.clock,
      log,
      signals,
      onHangup: request.isHangupEnd
        ? undefined
        : () => {
            generations.reload('SIGHUP');
          },
      onStopping: () => {
        generations.stop();
        service.stopping();
      },
      writesInFlight: generations.writesInFlight,
      startHttp: async (scheduler) => {
        heartbeat = scheduler.heartbeat;
        const checks = [
          { name: 'config', isReady: () => true },
          { name: 'state', isReady: lasting.isStateSound },
        ];
        const server = await startHttp({ clock: app.clock, heartbeat, checks, metrics: lasting.metrics.registry });
        log.info(
          { event: 'http_started', address: server.address },
          `health and metrics are served at ${server.address}`,
        );
        service.ready();
        return server;
      },
    });
  } finally {
    over.abort();
    await Promise.all([generations.end(), watchdog]);
  }
}

const unheardText: Readonly<Record<Unheard, string>> = {
  missing:
    'systemd waits to be told that dir2scim runs, and systemd-notify, which tells it, is not there: systemd will end dir2scim as if it hung; install systemd-notify (it comes with systemd), or set Type=exec and no WatchdogSec in the unit',
  failed:
    'systemd waits to be told that dir2scim runs, and systemd-notify could not tell it: systemd may end dir2scim as if it hung; leave NOTIFY_SOCKET as systemd set it, and let dir2scim reach that socket',
};

/** Says once that nobody hears what the process says of itself: whoever waits for it will end it. */
function tellWhenUnheard(manager: ServiceManager | undefined, log: Log): void {
  void manager?.unheard.then((because) => {
    log.error({ event: 'service_manager_unheard', because }, unheardText[because]);
  });
}

interface Current {
  readonly app: App;
  readonly store: HeldStore;
  readonly reload: Reload;
}

interface Generations {
  /** Takes the parts of a configuration into use. */
  readonly begin: (app: App, text: string) => Promise<Generation>;
  /** Reads the configuration again: at once, or as soon as one runs. */
  readonly reload: (because: string) => void;
  /** No other one is taken into use any more. */
  readonly stop: () => void;
  /** Requests that change something on a target, and are on their way now. Between two generations there are none. */
  readonly writesInFlight: () => number;
  readonly end: () => Promise<void>;
}

/** One after the other: each has parts, caches and a state of its own, and ends before the next one begins. */
function createGenerations(request: ServeRequest, lasting: ProcessListeners, service: ServiceStatus): Generations {
  const { log } = request;
  let current: Current | undefined;
  /** Why to read it again, asked while none ran. */
  let awaited: string | undefined;
  const stopping = new AbortController();
  let hasBegun = false;
  const end = async (): Promise<void> => {
    const ending = current;
    current = undefined;
    await ending?.store.close();
    await ending?.app.close();
    await ending?.reload.take()?.app.close();
  };
  const begin = async (app: App, text: string): Promise<Generation> => {
    const listeners = createListeners({ ...app, log, lasting });
    app.listen(listeners.observer);
    app.listen(service.observer);
    const waiting = (): AbortSignal | undefined => (hasBegun ? stopping.signal : undefined);
    const store = await orClose(app, holdStore(app, lasting.isStateSound, waiting, lasting.metrics.noteHeld));
    listeners.onLongReading(async (directory, since) => rememberReading(directory, since, await store.current()));
    const reload = reloadOf(app, text, { request, lasting, service, stopping: stopping.signal });
    current = { app, store, reload };
    hasBegun = true;
    await recall(app, store, [lasting.metrics, lasting.conditions]);
    return {
      ...generationOf(app, store, listeners, (signal) =>
        Promise.all([reload.watch(signal), lasting.notifications.run(app.notifiers, signal)]),
      ),
      successor: {
        isReady: reload.isReady,
        takeOver: async () => {
          const next = reload.take();
          if (next === undefined) throw new Error('nothing is there to take over');
          await end();
          const { configuration } = next.app;
          log.level = configuration.log.level;
          await lasting.metrics.reconfigure(labelsOf(configuration));
          service.keep([...configuration.targets.keys()]);
          const begun = await begin(next.app, next.text);
          const because = awaited ?? next.again;
          awaited = undefined;
          if (because !== undefined) void current?.reload.request(because);
          return begun;
        },
      },
    };
  };
  return {
    begin,
    end,
    reload: (because) => {
      if (current === undefined) awaited = because;
      else void current.reload.request(because);
    },
    stop: () => {
      stopping.abort(interrupted());
    },
    writesInFlight: () => current?.app.inFlight.writes() ?? 0,
  };
}

/** Closes the parts where something fails before anybody else does it. */
async function orClose<Result>(app: App, work: Promise<Result>): Promise<Result> {
  return work.catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
}

interface ReloadBeside {
  readonly request: ServeRequest;
  readonly lasting: ProcessListeners;
  readonly service: ServiceStatus;
  readonly stopping: AbortSignal;
}

function reloadOf(app: App, text: string, { request, lasting, service, stopping }: ReloadBeside): Reload {
  return createReload(app, text, {
    log: request.log,
    clock: app.clock,
    open: request.open,
    text: request.configurationText,
    onTrying: service.reloading,
    onTried: (outcome) => {
      lasting.noteReload(outcome);
      service.ready();
    },
    isStopping: () => stopping.aborted,
  });
}

function generationOf(
  app: App,
  store: HeldStore,
  listeners: Listeners,
  lasting: (signal: AbortSignal) => Promise<unknown>,
): Generation {
  const { configuration, clock } = app;
  const { backOff, watching, probing } = listeners;
  const memory = createCycleMemory(clock);
  const { directoryCaches } = memory;
  const nextCycle = createNextCycle();
  const mayRead = (target: string): boolean =>
    (configuration.targets.get(target)?.from ?? []).every((directory) => backOff.rest(directory) === 0);
  const lanes = lanesOf(app, store, { memory, nextCycle, mayRead });
  return {
    ...configuration.schedule,
    runCycles: (mode, control) => lanes.round(mode, control),
    settled: () => lanes.settled(),
    beside: async (ring, signal) => {
      const probe = async (target: string): Promise<ProbeResult> =>
        (await app.targets.get(target)?.probe(signal)) ?? { kind: 'answers' };
      const verify = (round: Round): Promise<boolean> =>
        verifyScheduled({ app, store, directoryCaches, nextCycle, mayRead, ring, signal }, round);
      const { verify: schedule } = configuration.schedule;
      await Promise.all([
        watching.run(app.sources.values(), ring, signal),
        probing.run(probe, signal),
        lasting(signal),
        schedule === undefined ? undefined : keepVerifying({ clock, schedule, verify }, signal),
      ]);
    },
  };
}

/** A slow target is waited for no longer than this before the others go on. */
const patienceMilliseconds = 1_000;

interface LaneParts {
  readonly memory: CycleMemory;
  readonly nextCycle: NextCycle;
  /** Whether the directories of a target may be read now. */
  readonly mayRead: (target: string) => boolean;
}

/** The lanes of all targets. */
function lanesOf(app: App, held: HeldStore, { memory, nextCycle, mayRead }: LaneParts): Lanes {
  const { configuration, clock } = app;
  return createLanes({
    targets: [...configuration.targets.keys()],
    clock,
    patienceMilliseconds,
    mayRun: mayRead,
    start: async (mode, targets, control) => {
      const store = await held.current();
      const repaired = new Map<string, ReadonlySet<SourceId>>();
      for (const target of targets) {
        const own = await nextCycle.prepare(target, store);
        if (own === undefined) continue;
        memory.cleanCycles.forget(target);
        repaired.set(target, own);
      }
      const attempt = mode === 'full' ? 'everything' : 'due';
      const started = await startCycles(targets, { ...app, ...memory, ...control, mode, attempt, repaired, store });
      for (const [target, report] of started) nextCycle.started(target, report);
      return started;
    },
  });
}
