/**
 * The only place where parts are put together: from a configuration to sources, targets and a state.
 */
import { createLdapSource } from './adapters/ldap/source.ts';
import { createLdifSource } from './adapters/ldif/source.ts';
import { createComparedNotes } from './adapters/lowdb/compared-notes.ts';
import { openStateStore, type StateStoreOptions } from './adapters/lowdb/open-store.ts';
import { tailLog } from './adapters/lowdb/log/log-tail.ts';
import { openStateView } from './adapters/lowdb/open-view.ts';
import { createStateTools } from './adapters/lowdb/state-tools.ts';
import type { Secret } from './adapters/scim/auth/auth.ts';
import type { ScimTargetOptions } from './adapters/scim/http/options.ts';
import { createAnswerMemory } from './adapters/scim/shared/answer-memory.ts';
import { createScimTarget } from './adapters/scim/target.ts';
import { systemClock } from './adapters/system/clock.ts';
import { findServiceManager } from './adapters/system/service-manager.ts';
import { directoryTls, targetOptions, type AccessParts } from './app/access.ts';
import { openNotifier } from './app/notifiers.ts';
import { createPreparation, neededOf } from './app/setup.ts';
import type { App } from './bridge/app.ts';
import { isLoopback } from './config/cleartext.ts';
import type {
  Configuration,
  DirectoryConfiguration,
  SecretReference,
  TargetConfiguration,
} from './config/configuration.ts';
import { readSecret } from './config/secret.ts';
import { toBridgeError } from './core/model/errors.ts';
import type { TargetSetup } from './cycle/shared/target-setup.ts';
import type { Clock } from './ports/clock.ts';
import type { CycleObserver } from './ports/cycle-observer.ts';
import type { DirectoryFacts, DirectorySource } from './ports/directory-source.ts';
import type { ScimTarget } from './ports/scim-target.ts';
import { createInFlight } from './telemetry/in-flight.ts';
import { version } from './version.ts';

export interface AppOptions {
  /** Told each secret that is read, so that logs can be kept clean of it. */
  readonly onSecret?: ((secret: string) => void) | undefined;
  /** File operations of the state: for tests that end the process at a certain write. */
  readonly files?: StateStoreOptions['files'];
}

/** @throws BridgeError for whatever of the configuration cannot work: certificates, URLs, filters, headers */
export async function createApp(configuration: Configuration, options: AppOptions = {}): Promise<App> {
  const clock = systemClock();
  const inFlight = createInFlight(clock);
  const listeners: CycleObserver[] = [inFlight.observer];
  const observer: CycleObserver = (event) => {
    for (const listener of listeners) listener(event);
  };
  const onSecret = options.onSecret ?? (() => undefined);
  const { secretOf, checkSecrets } = createSecrets(onSecret);
  const sources = new Map<string, DirectorySource>();
  for (const directory of configuration.directories.values()) {
    sources.set(directory.name, await createSource(directory, observer, secretOf, clock));
  }
  const targets = new Map<string, ScimTarget>();
  const setups = new Map<string, TargetSetup>();
  const memory = createAnswerMemory();
  const parts: AccessParts = { clock, userAgent: `dir2scim/${version}`, secretOf, onSecret };
  const optionsOf = async (target: TargetConfiguration): Promise<ScimTargetOptions> => ({
    ...(await targetOptions(target, observer, parts)),
    memory,
    needed: (type) => neededOf(setups.get(target.name), type),
  });
  for (const target of configuration.targets.values())
    targets.set(target.name, createScimTarget(await optionsOf(target)));
  const inspect = createInspection(sources, observer);
  const folder = configuration.state.path;
  const stateOptions = { ...stateOptionsOf(configuration, observer), clock, files: options.files };
  return {
    configuration,
    clock,
    observer,
    listen: (listener) => void listeners.push(listener),
    inFlight,
    sources,
    targets,
    serviceManager: findServiceManager(process),
    notifiers: configuration.notify.map((section, index) => openNotifier(section, index, parts)),
    inspect,
    prepare: createPreparation(configuration, targets, inspect, setups),
    checkSecrets,
    openDoctor: async (name, how) => {
      const { createDoctor } = await import('./adapters/scim/doctor/doctor.ts'); // many files that nothing else needs
      return createDoctor({ ...(await optionsOf(required(configuration.targets, name))), ...how });
    },
    openStore: () => openStateStore(stateOptions),
    openView: () => openStateView({ folder, files: options.files }),
    stateTools: createStateTools(stateOptions),
    comparedNotes: createComparedNotes({ folder, files: options.files }),
    tailLog: (after) => tailLog(folder, after),
    close: async () => {
      await Promise.all([...targets.values()].map((target) => target.close()));
    },
  };
}

function stateOptionsOf(
  { state: { path: folder }, log }: Configuration,
  observer: CycleObserver,
): Omit<StateStoreOptions, 'clock'> {
  return {
    folder,
    latestNote: `${folder}.latest`,
    log: { bytes: log.megabytes * 1024 * 1024, milliseconds: log.keepMilliseconds },
    onOpened: (opening) => observer({ kind: 'state_opened', folder, opening }),
    onWritten: (written) => observer({ kind: 'state_written', ...written }),
  };
}

type SecretOf = (reference: SecretReference) => Secret;

/** Secrets are read when they are needed, and `onSecret` is told each. */
function createSecrets(onSecret: (secret: string) => void): {
  readonly secretOf: SecretOf;
  readonly checkSecrets: App['checkSecrets'];
} {
  const secrets: Secret[] = [];
  return {
    secretOf(reference) {
      const secret = async (): Promise<string> => {
        const read = await readSecret(reference);
        onSecret(read);
        return read;
      };
      secrets.push(secret);
      return secret;
    },
    async checkSecrets() {
      for (const secret of secrets) await secret();
    },
  };
}

function createInspection(sources: ReadonlyMap<string, DirectorySource>, observer: CycleObserver): App['inspect'] {
  const facts = new Map<string, Promise<DirectoryFacts>>();
  const ask = async (name: string, signal: AbortSignal): Promise<DirectoryFacts> => {
    // It is the beginning of a reading: one that does not come to an end has to be seen as well.
    observer({ kind: 'reading_started', directory: name });
    try {
      return await required(sources, name).inspect(signal);
    } catch (thrown) {
      facts.delete(name);
      const { code, message, remedy } = toBridgeError(thrown);
      observer({ kind: 'directory_failed', directory: name, code, message, remedy });
      throw thrown;
    }
  };
  return (name, signal) => {
    const known = facts.get(name) ?? ask(name, signal);
    facts.set(name, known);
    return known;
  };
}

async function createSource(
  directory: DirectoryConfiguration,
  observer: CycleObserver,
  secretOf: SecretOf,
  clock: Clock,
): Promise<DirectorySource> {
  if (directory.kind === 'ldif') return createLdifSource(directory);
  const { tls, bind, discover, referrals, allowCleartext, ...rest } = directory;
  return createLdapSource({
    ...rest,
    tls: await directoryTls(tls, clock),
    ...(bind === undefined
      ? {}
      : { bind: bind.kind === 'external' ? { external: true } : { dn: bind.dn, password: secretOf(bind.password) } }),
    ...(discover === undefined
      ? {}
      : { discover: { ...discover, anyName: tls.onlyCa === true || tls.serverName !== undefined } }),
    ...(referrals.follow.length === 0
      ? {}
      : { referrals: { ...referrals, allowsCleartext: (url: URL) => allowCleartext || isLoopback(url) } }),
    timeouts: { connectMilliseconds: 10_000, idleMilliseconds: 60_000 },
    onStart: (operation) => observer({ kind: 'ldap_request_started', directory: directory.name, operation }),
    onRequest: (operation, milliseconds, outcome, server) =>
      observer({ kind: 'ldap_request', directory: directory.name, operation, milliseconds, outcome, server }),
    onAbsent: (absenceReasons) => observer({ kind: 'absent_entries', directory: directory.name, absenceReasons }),
    onFailover: (from, to) => observer({ kind: 'directory_failover', directory: directory.name, from, to }),
  });
}

function required<T>(parts: ReadonlyMap<string, T>, name: string): T {
  const part = parts.get(name);
  if (part === undefined) throw new Error(`nothing is configured under ${name}`);
  return part;
}
