/**
 * The only place where parts are put together: from a configuration to sources, targets and a state.
 */
import { createLdapSource } from './adapters/ldap/source.ts';
import { createLdifSource } from './adapters/ldif/source.ts';
import { openStateStore, type StateStoreOptions } from './adapters/lowdb/open-store.ts';
import { openStateView } from './adapters/lowdb/open-view.ts';
import type { Secret } from './adapters/scim/auth/auth.ts';
import type { Doctor, DoctorOptions } from './adapters/scim/doctor/doctor.ts';
import type { ScimTargetOptions } from './adapters/scim/http/options.ts';
import { createScimTarget } from './adapters/scim/target.ts';
import { systemClock } from './adapters/system/clock.ts';
import { openAccess, type AccessParts } from './app-access.ts';
import { authoritiesWith, readAuthorities } from './config/authorities.ts';
import { isLoopback } from './config/cleartext.ts';
import type {
  Configuration,
  DirectoryConfiguration,
  SecretReference,
  TargetConfiguration,
} from './config/configuration.ts';
import { defineTarget } from './config/define-target.ts';
import type { PresetName } from './config/preset.ts';
import { profileDialect } from './config/profile.ts';
import { readSecret } from './config/secret.ts';
import { BridgeError, toBridgeError } from './core/model/errors.ts';
import type { TargetSetup } from './cycle/shared/target-setup.ts';
import type { Clock } from './ports/clock.ts';
import type { CycleObserver } from './ports/cycle-observer.ts';
import type { DirectoryFacts, DirectorySource } from './ports/directory-source.ts';
import type { ScimTarget } from './ports/scim-target.ts';
import type { StateStore, StateView } from './ports/state-store.ts';
import { createInFlight, type InFlight } from './telemetry/in-flight.ts';
import { version } from './version.ts';

export interface App {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly observer: CycleObserver;
  readonly sources: ReadonlyMap<string, DirectorySource>;
  readonly targets: ReadonlyMap<string, ScimTarget>;
  /** What a directory says of itself; asked once and remembered. */
  inspect(directory: string, signal: AbortSignal): Promise<DirectoryFacts>;
  /** Everything that a target's cycles go by; made once. Asks directories of kind `auto` what they are. */
  prepare(target: string, signal: AbortSignal): Promise<TargetSetup>;
  /** Which requests are on their way. */
  readonly inFlight: InFlight;
  /** Reads every secret once. @throws BridgeError D2S_SECRET_UNREADABLE for the first that cannot be had */
  checkSecrets(): Promise<void>;
  /** For trying a target out. To be closed. */
  openDoctor(target: string, how: Pick<DoctorOptions, 'allowLeftovers' | 'onFinding'>): Promise<Doctor>;
  /** For writing; takes the lock. */
  openStore(): Promise<StateStore>;
  /** For reading, beside a running daemon. */
  openView(): Promise<StateView>;
  close(): Promise<void>;
}

export interface AppOptions {
  /** Told each secret that is read, so that logs can be kept clean of it. */
  readonly onSecret?: ((secret: string) => void) | undefined;
  /** File operations of the state: for tests that end the process at a certain write. */
  readonly files?: StateStoreOptions['files'];
}

/** @throws BridgeError for whatever of the configuration cannot work: certificates, URLs, filters, headers */
export async function createApp(
  configuration: Configuration,
  listener: CycleObserver,
  options: AppOptions = {},
): Promise<App> {
  const clock = systemClock();
  const inFlight = createInFlight(clock);
  const observer: CycleObserver = (event) => {
    inFlight.observer(event);
    listener(event);
  };
  const onSecret = options.onSecret ?? (() => undefined);
  const secrets: Secret[] = [];
  const secretOf: SecretOf = (reference) => {
    const secret = async (): Promise<string> => {
      const read = await readSecret(reference);
      onSecret(read);
      return read;
    };
    secrets.push(secret);
    return secret;
  };
  const sources = new Map<string, DirectorySource>();
  for (const directory of configuration.directories.values()) {
    sources.set(directory.name, await createSource(directory, observer, secretOf));
  }
  const targets = new Map<string, ScimTarget>();
  const optionsOf = (target: TargetConfiguration) =>
    targetOptions(target, observer, { clock, userAgent: `dir2scim/${version}`, secretOf, onSecret });
  for (const target of configuration.targets.values())
    targets.set(target.name, createScimTarget(await optionsOf(target)));
  const inspect = createInspection(sources, observer);
  const folder = configuration.state.path;
  return {
    configuration,
    clock,
    observer,
    inFlight,
    sources,
    targets,
    inspect,
    prepare: createPreparation(configuration, targets, inspect),
    checkSecrets: async () => {
      for (const secret of secrets) await secret();
    },
    openDoctor: async (name, how) => {
      const { createDoctor } = await import('./adapters/scim/doctor/doctor.ts'); // many files that nothing else needs
      return createDoctor({ ...(await optionsOf(required(configuration.targets, name))), ...how });
    },
    openStore: () =>
      openStateStore({
        folder,
        clock,
        files: options.files,
        latestNote: `${folder}.latest`,
        onOpened: (opening) => observer({ kind: 'state_opened', folder, opening }),
        onWritten: (written) => observer({ kind: 'state_written', ...written }),
      }),
    openView: () => openStateView({ folder }),
    close: async () => {
      await Promise.all([...targets.values()].map((target) => target.close()));
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

function createPreparation(
  configuration: Configuration,
  targets: ReadonlyMap<string, ScimTarget>,
  inspect: App['inspect'],
): App['prepare'] {
  const setups = new Map<string, TargetSetup>();
  return async (name, signal) => {
    const known = setups.get(name);
    if (known !== undefined) return known;
    const section = configuration.targets.get(name);
    if (section === undefined) throw unknownTarget(name, [...configuration.targets.keys()]);
    const presets = new Map<string, PresetName>();
    for (const directory of section.from) {
      const kind = configuration.directories.get(directory)?.kind;
      presets.set(directory, presetOf(kind) ?? (await inspect(directory, signal)).preset);
    }
    const setup = setupOf(
      section,
      [...configuration.targets.keys()],
      required(targets, name),
      await defineTarget(configuration, name, presets),
    );
    setups.set(name, setup);
    return setup;
  };
}

/** The preset that a kind leaves no doubt about. */
function presetOf(kind: DirectoryConfiguration['kind'] | undefined): PresetName | undefined {
  switch (kind) {
    case 'active-directory':
      return 'active-directory';
    case 'openldap':
    case '389ds':
    case 'generic':
      return 'openldap';
    case 'auto':
    case 'ldif':
    case undefined:
      return undefined;
  }
}

type SecretOf = (reference: SecretReference) => Secret;

async function createSource(
  directory: DirectoryConfiguration,
  observer: CycleObserver,
  secretOf: SecretOf,
): Promise<DirectorySource> {
  if (directory.kind === 'ldif') return createLdifSource(directory);
  const { tls, bind, referrals, allowCleartext, ...rest } = directory;
  return createLdapSource({
    ...rest,
    tls: {
      ...(tls.ca === undefined ? {} : { ca: authoritiesWith(await readAuthorities(tls.ca), tls.onlyCa) }),
      ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
    },
    ...(bind === undefined ? {} : { bind: { dn: bind.dn, password: secretOf(bind.password) } }),
    ...(referrals.follow.length === 0
      ? {}
      : { referrals: { ...referrals, allowsCleartext: (url: URL) => allowCleartext || isLoopback(url) } }),
    timeouts: { connectMilliseconds: 10_000, idleMilliseconds: 60_000 },
    onStart: (operation) => observer({ kind: 'ldap_request_started', directory: directory.name, operation }),
    onRequest: (operation, milliseconds, outcome) =>
      observer({ kind: 'ldap_request', directory: directory.name, operation, milliseconds, outcome }),
    onAbsent: (absenceReasons) => observer({ kind: 'absent_entries', directory: directory.name, absenceReasons }),
    onFailover: (from, to) => observer({ kind: 'directory_failover', directory: directory.name, from, to }),
  });
}

async function targetOptions(
  section: TargetConfiguration,
  observer: CycleObserver,
  parts: AccessParts,
): Promise<ScimTargetOptions> {
  const { name, url, limits } = section;
  const { clock, userAgent } = parts;
  return {
    name,
    url,
    ...(await openAccess(section, parts)),
    limits,
    dialect: section.profile.layers,
    clock,
    userAgent,
    onSending: (method) => observer({ kind: 'scim_request_started', target: name, method }),
    onRequest: (method, status, milliseconds) =>
      observer({ kind: 'scim_request', target: name, method, status, milliseconds }),
    onThrottled: (milliseconds) => observer({ kind: 'throttled', target: name, milliseconds }),
    onWaited: (milliseconds) => observer({ kind: 'rate_limit_wait', target: name, milliseconds }),
    onFault: (thrown) => observer({ kind: 'answer_unusable', target: name, thrown }),
  };
}

function setupOf(
  section: TargetConfiguration,
  configured: readonly string[],
  target: ScimTarget,
  definition: TargetSetup['definition'],
): TargetSetup {
  const {
    users,
    groups,
    removal,
    guard: { mustSee, ...limits },
  } = section;
  const dialect = profileDialect(section.profile);
  return {
    target,
    configured,
    url: section.url,
    definition,
    policy: {
      user: { ...users, create: dialect.users.create },
      group: {
        ...groups,
        adopt: groups.adopt ?? 'first-match',
        populated: groups.adopt === undefined ? 'refused' : 'held',
        create: dialect.groups.create,
      },
    },
    removal: { ...removal, offIsDeletion: dialect.users.deactivation === 'deletes' },
    limits,
    mustSee,
    createInactive: users.createInactive,
  };
}

/** @throws BridgeError D2S_USAGE */
export function unknownTarget(name: string, known: readonly string[]): BridgeError {
  return new BridgeError(
    'D2S_USAGE',
    `there is no target "${name}" in the configuration`,
    `there are: ${known.join(', ')}`,
  );
}

function required<T>(parts: ReadonlyMap<string, T>, name: string): T {
  const part = parts.get(name);
  if (part === undefined) throw new Error(`nothing is configured under ${name}`);
  return part;
}
