import { dirname, resolve } from 'node:path';
import { readsFile } from './check-directory.ts';
import type {
  Configuration,
  DirectoryConfiguration,
  LdapDirectoryConfiguration,
  NotifyConfiguration,
  ProxyConfiguration,
  SecretReference,
  TargetAuth,
  TargetConfiguration,
  TargetTlsConfiguration,
} from './configuration.ts';
import { mapChanges } from './map-changes.ts';
import type { ProfiledSource, ProfiledTarget } from './profile.ts';
import type { DirectorySection, NotifySection, TargetSection } from './schema/configuration.ts';
import { targetNotes } from './target-notes.ts';
import type { YamlText } from './yaml-text.ts';

/** Turns a file that was found good into what the program works with: absolute paths, defaults that depend on others. */
export function resolveConfiguration(source: ProfiledSource, text: YamlText): Configuration {
  const file = resolve(text.file);
  const absolute = (path: string): string => resolve(dirname(file), path);
  const directories = Object.keys(source.directories);
  return {
    file,
    directories: mapOf(source.directories, (directory, name) => resolveDirectory(name, directory, absolute)),
    targets: mapOf(source.targets, (target, name) => resolveTarget(name, target, directories, absolute, text)),
    schedule: {
      poll: source.schedule.poll,
      full: source.schedule.full,
      ...(source.schedule.verify === undefined ? {} : { verify: source.schedule.verify }),
      probeMilliseconds: source.schedule.probe,
    },
    state: { path: absolute(source.state.path) },
    notify: source.notify.map((section) => resolveNotify(section, absolute)),
    http: source.http,
    log: resolveLog(source.log),
  };
}

function resolveLog({ keep, ...log }: ProfiledSource['log']): Configuration['log'] {
  return { ...log, keepMilliseconds: keep };
}

type Absolute = (path: string) => string;

function resolveDirectory(name: string, directory: DirectorySection, absolute: Absolute): DirectoryConfiguration {
  const {
    kind,
    idAttribute,
    changes,
    sees,
    users,
    groups,
    urls,
    discover,
    bind,
    startTls,
    tls,
    referrals,
    allowCleartext,
    path,
  } = directory;
  const limits = {
    maximumEntries: directory.limits.maximumEntries,
    readTimeoutMilliseconds: directory.limits.readTimeout,
  };
  const id = idAttribute === undefined ? {} : { idAttribute };
  if (kind === 'ldif' || readsFile(directory)) {
    const origin = kind === 'ldif' || kind === 'auto' ? {} : { exportedFrom: kind };
    return {
      name,
      kind: 'ldif',
      ...origin,
      ...id,
      changes,
      limits,
      sees,
      path: absolute(path ?? ''),
      ...(users === undefined ? {} : { users }),
      ...(groups === undefined ? {} : { groups }),
    };
  }
  return {
    name,
    kind,
    ...id,
    changes,
    limits,
    sees,
    urls: urls ?? [],
    ...(discover === undefined ? {} : { discover: typeof discover === 'string' ? { domain: discover } : discover }),
    ...resolveBind(bind, absolute),
    startTls,
    tls: resolveTls(tls, absolute),
    referrals,
    allowCleartext,
    ...(users === undefined ? {} : { users: { ...users, bases: users.bases ?? [] } }),
    ...(groups === undefined ? {} : { groups: { ...groups, bases: groups.bases ?? [] } }),
  };
}

function resolveBind(
  bind: DirectorySection['bind'],
  absolute: Absolute,
): Pick<LdapDirectoryConfiguration, 'bind'> | undefined {
  if (bind === undefined) return undefined;
  if (bind.external) return { bind: { kind: 'external' } };
  const { dn, password } = bind;
  if (dn === undefined || password === undefined) return undefined;
  return { bind: { kind: 'simple', dn, password: resolveSecret(password, absolute) } };
}

function resolveTarget(
  name: string,
  target: ProfiledTarget,
  directories: readonly string[],
  absolute: Absolute,
  text: YamlText,
): TargetConfiguration {
  const {
    url,
    auth,
    profile,
    tls,
    proxy,
    from,
    overlap,
    scope,
    users,
    groups,
    removal,
    guard,
    limits,
    drift,
    allowCleartext,
  } = target;
  return {
    name,
    url,
    auth: resolveAuth(auth, absolute),
    profile,
    drift,
    tls: resolveTls(tls, absolute),
    allowCleartext,
    ...(proxy === undefined ? {} : { proxy: resolveProxy(proxy, absolute) }),
    from: from ?? directories,
    overlap,
    scope: {
      users: scope.users,
      groups: {
        memberOf: scope.groups.memberOf,
        ...(scope.groups.where === undefined ? {} : { where: scope.groups.where }),
      },
      nested: scope.groups.nested,
    },
    users: { ...users, map: mapChanges(['targets', name, 'users', 'map'], users.map, text) },
    groups: { ...groups, map: mapChanges(['targets', name, 'groups', 'map'], groups.map, text) },
    removal,
    guard,
    limits,
    notes: targetNotes(target),
  };
}

function resolveAuth(auth: TargetSection['auth'], absolute: Absolute): TargetAuth {
  if (auth.bearer !== undefined) return { kind: 'bearer', token: resolveSecret(auth.bearer, absolute) };
  if (auth.basic !== undefined) {
    return { kind: 'basic', username: auth.basic.username, password: resolveSecret(auth.basic.password, absolute) };
  }
  if (auth.oauth2 !== undefined) {
    return { kind: 'oauth2', ...auth.oauth2, clientSecret: resolveSecret(auth.oauth2.clientSecret, absolute) };
  }
  return { kind: 'headers', headers: mapOf(auth.headers ?? {}, (reference) => resolveSecret(reference, absolute)) };
}

function resolveTls(
  { ca, onlyCa, cert, key, serverName }: TargetSection['tls'],
  absolute: Absolute,
): TargetTlsConfiguration {
  return {
    ...(ca === undefined ? {} : { ca: absolute(ca) }),
    ...(onlyCa ? { onlyCa } : {}),
    ...(cert === undefined ? {} : { cert: absolute(cert) }),
    ...(key === undefined ? {} : { key: absolute(key) }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

function resolveNotify({ webhook, secret, tls, ...rest }: NotifySection, absolute: Absolute): NotifyConfiguration {
  return {
    ...rest,
    webhook: typeof webhook === 'string' ? webhook : resolveSecret(webhook, absolute),
    ...(secret === undefined ? {} : { secret: resolveSecret(secret, absolute) }),
    tls: resolveTls(tls, absolute),
  };
}

function resolveProxy(proxy: NonNullable<TargetSection['proxy']>, absolute: Absolute): ProxyConfiguration {
  if (typeof proxy === 'string') return { url: proxy };
  return { url: proxy.url, login: { username: proxy.username, password: resolveSecret(proxy.password, absolute) } };
}

function resolveSecret(reference: SecretReference, absolute: Absolute): SecretReference {
  return 'file' in reference ? { file: absolute(reference.file) } : reference;
}

function mapOf<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Map<string, To> {
  return new Map(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
