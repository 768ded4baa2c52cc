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
import { createAnswerMemory } from './adapters/scim/shared/answer-memory.ts';
import { createScimTarget } from './adapters/scim/target.ts';
import { systemClock } from './adapters/system/clock.ts';
import { openAccess, type AccessParts } from './app-access.ts';
import type { App } from './bridge/app.ts';
import { unknownTarget } from './bridge/targets.ts';
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
import { scimPath } from './core/mapping/scim-path.ts';
import { neededBy, type NeededAttributes } from './core/mapping/needed-of-body.ts';
import { createShares, type Share } from './core/memory/shares.ts';
import type { ResourceType } from './core/model/entry.ts';
import { toBridgeError } from './core/model/errors.ts';
import type { TargetSetup } from './cycle/shared/target-setup.ts';
import type { CycleObserver } from './ports/cycle-observer.ts';
import type { DirectoryFacts, DirectorySource } from './ports/directory-source.ts';
import type { ScimTarget } from './ports/scim-target.ts';
import { createInFlight } from './telemetry/in-flight.ts';
import { version } from './version.ts';

/** What is put together, with what the command line alone asks for. */
export interface ComposedApp extends App {
  /** For trying a target out. To be closed. */
  openDoctor(target: string, how: Pick<DoctorOptions, 'allowLeftovers' | 'onFinding'>): Promise<Doctor>;
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
): Promise<ComposedApp> {
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
  const setups = new Map<string, TargetSetup>();
  const memory = createAnswerMemory();
  const optionsOf = async (target: TargetConfiguration): Promise<ScimTargetOptions> => ({
    ...(await targetOptions(target, observer, { clock, userAgent: `dir2scim/${version}`, secretOf, onSecret })),
    memory,
    needed: (type) => neededOf(setups.get(target.name), type),
  });
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
    prepare: createPreparation(configuration, targets, inspect, setups),
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
        log: { bytes: configuration.log.megabytes * 1024 * 1024, milliseconds: configuration.log.keepMilliseconds },
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
  setups: Map<string, TargetSetup>,
): App['prepare'] {
  const memory = createShares(foundBytes);
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
      configuration,
      required(targets, name),
      await defineTarget(configuration, name, presets),
      memory.open(),
    );
    setups.set(name, setup);
    return setup;
  };
}

/** What cycles keep of those whom they found on their targets, in bytes: 100,000 accounts of 2 kB, and 8,000 of each. */
const foundBytes = { total: 256 * 1024 * 1024, each: 16 * 1024 * 1024 };

/** What is looked at of resources on a target; undefined before its first cycle. */
function neededOf(setup: TargetSetup | undefined, type: ResourceType): NeededAttributes | undefined {
  if (setup === undefined) return undefined;
  const known = needs.get(setup)?.[type];
  if (known !== undefined) return known;
  const { maps, match } = setup.definition;
  const of = (one: ResourceType): NeededAttributes =>
    neededBy([...[...maps.values()].flatMap((map) => map[one].map(({ path }) => path)), ...match[one].map(scimPath)]);
  const needed = { user: of('user'), group: of('group') };
  needs.set(setup, needed);
  return needed[type];
}
const needs = new WeakMap<TargetSetup, Readonly<Record<ResourceType, NeededAttributes>>>();

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
): Promise<Omit<ScimTargetOptions, 'memory' | 'needed'>> {
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
  configuration: Configuration,
  target: ScimTarget,
  definition: TargetSetup['definition'],
  kept: Share,
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
    configured: [...configuration.targets.keys()],
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
    logValues: configuration.log.values,
    kept,
  };
}

function required<T>(parts: ReadonlyMap<string, T>, name: string): T {
  const part = parts.get(name);
  if (part === undefined) throw new Error(`nothing is configured under ${name}`);
  return part;
}
