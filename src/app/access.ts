/**
 * How a target is reached, and who we are there: from the configuration to the parts that do it. A part of app.ts.
 */
import { env } from 'node:process';
import type { LdapSourceOptions } from '../adapters/ldap/shared/options.ts';
import { createAuth, type Auth, type Secret } from '../adapters/scim/auth/auth.ts';
import { createOAuth } from '../adapters/scim/auth/oauth.ts';
import type { Proxy } from '../adapters/scim/auth/proxy.ts';
import { createCurrentTls, readTls, type TlsOptions } from '../adapters/scim/auth/tls.ts';
import type { ScimTargetOptions } from '../adapters/scim/http/options.ts';
import { readAuthorities, readPem } from '../config/authorities.ts';
import { isLoopback } from '../config/cleartext.ts';
import type {
  OAuthConfiguration,
  SecretReference,
  TargetConfiguration,
  TargetTlsConfiguration,
} from '../config/configuration.ts';
import { proxyFromEnvironment } from '../config/proxy-environment.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';

/** What of the surroundings is needed for it. */
export interface AccessParts {
  readonly clock: Clock;
  readonly userAgent: string;
  readonly secretOf: (reference: SecretReference) => Secret;
  /** Told each secret that came from elsewhere than a reference. */
  readonly onSecret: (secret: string) => void;
}

interface Access {
  readonly auth: Auth;
  readonly tls: TlsOptions;
  readonly proxy: Proxy | undefined;
}

/** @throws BridgeError when certificates, the proxy of the environment or the way to authenticate cannot work */
async function openAccess(section: TargetConfiguration, parts: AccessParts): Promise<Access> {
  const tls = tlsOf(section.tls);
  // What cannot work is said at the start, not with the first request.
  await readTls(tls);
  return { auth: createAccessAuth(section, tls, parts), tls, proxy: proxyFor(section.url, section, parts) };
}

/** TLS as it is configured; files are read when they are needed. */
export function tlsOf({ ca, onlyCa, cert, key, serverName }: TargetTlsConfiguration): TlsOptions {
  return {
    ca: ca === undefined ? undefined : () => readAuthorities(ca),
    identity:
      cert === undefined || key === undefined
        ? undefined
        : { certificate: () => readPem('tls.cert', cert), key: () => readPem('tls.key', key) },
    onlyCa,
    serverName,
  };
}

/** The same for a directory. What cannot work is said now, and not only with the first connection. */
export async function directoryTls(section: TargetTlsConfiguration, clock: Clock): Promise<LdapSourceOptions['tls']> {
  const tls = tlsOf(section);
  await readTls(tls);
  const { serverName } = section;
  return { context: createCurrentTls(tls, () => clock.now()), ...(serverName === undefined ? {} : { serverName }) };
}

/** The configured proxy, or that of the environment. @throws BridgeError D2S_CLEARTEXT_REFUSED */
export function proxyFor(
  url: string,
  { proxy: configured, allowCleartext }: Pick<TargetConfiguration, 'proxy' | 'allowCleartext'>,
  { secretOf, onSecret }: AccessParts,
): Proxy | undefined {
  if (configured !== undefined) {
    const { login } = configured;
    return {
      url: configured.url,
      login: login === undefined ? undefined : { username: login.username, password: secretOf(login.password) },
    };
  }
  const proxy = proxyFromEnvironment(url, env);
  if (proxy?.login === undefined) return proxy === undefined ? undefined : { url: proxy.url };
  const { username, password } = proxy.login;
  const address = new URL(proxy.url);
  if (address.protocol === 'http:' && !allowCleartext && !isLoopback(address)) {
    throw new BridgeError(
      'D2S_CLEARTEXT_REFUSED',
      `the login of the proxy in the environment would travel to ${address.hostname} in clear text`,
      'use an https:// address of the proxy; allowCleartext: true in the target allows it, and lets anyone on the way read the password',
    );
  }
  onSecret(password);
  return { url: proxy.url, login: { username, password: () => Promise.resolve(password) } };
}

function createAccessAuth(section: TargetConfiguration, tls: TlsOptions, parts: AccessParts): Auth {
  const { name, auth } = section;
  const { secretOf } = parts;
  switch (auth.kind) {
    case 'bearer':
      return createAuth(name, { bearer: secretOf(auth.token) });
    case 'basic':
      return createAuth(name, { basic: { user: auth.username, password: secretOf(auth.password) } });
    case 'headers':
      return createAuth(name, {
        headers: Object.fromEntries([...auth.headers].map(([header, secret]) => [header, secretOf(secret)])),
      });
    case 'oauth2':
      return createAccessOAuth(section, auth, tls, parts);
  }
}

/** Tokens come on the same terms as answers of the target: its authorities, its proxy. A name of its own is the target's only. */
function createAccessOAuth(
  section: TargetConfiguration,
  auth: OAuthConfiguration,
  tls: TlsOptions,
  parts: AccessParts,
): Auth {
  const isSameHost = new URL(section.url).host === new URL(auth.tokenUrl).host;
  return createOAuth({
    ...parts,
    client: { ...auth, clientSecret: parts.secretOf(auth.clientSecret) },
    tls: isSameHost ? tls : { ...tls, serverName: undefined },
    proxy: proxyFor(auth.tokenUrl, section, parts),
  });
}

/** Everything that a target is made of but for what it shares with others. */
export async function targetOptions(
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
