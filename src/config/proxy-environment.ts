import { BlockList, isIP } from 'node:net';
import { BridgeError } from '../core/model/errors.ts';
import { isLoopback } from './cleartext.ts';

/** A proxy as the environment names it: a login in its URL is allowed there, since the variable is no file to show around. */
export interface EnvironmentProxy {
  /** Without the login. */
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL: `https_proxy` for https, `http_proxy` for http, unless `no_proxy` names the host; each also in
 * capitals, small letters first, as curl has it (everything.curl.dev, "Proxy environment variables"). Never for
 * loopback: a proxy elsewhere would reach a loopback of its own.
 *
 * @throws BridgeError D2S_CONFIG_INVALID when the variable is no address; what it holds is not repeated
 */
export function proxyFromEnvironment(target: string, environment: Environment): EnvironmentProxy | undefined {
  const url = new URL(target);
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const written = variable(environment, name)?.trim() ?? '';
  if (written === '' || isLoopback(url) || isExempt(url, variable(environment, 'no_proxy') ?? '')) return undefined;
  const proxy = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`);
  const login = proxy === null ? undefined : loginIn(proxy);
  if (proxy === null || login === undefined || !['http:', 'https:'].includes(proxy.protocol)) {
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `the environment variable ${name} (or ${name.toUpperCase()}) is not an http or https address`,
      'write it like http://proxy.example:3128, or unset it',
    );
  }
  return { url: proxy.origin, ...(proxy.username === '' ? {} : { login }) };
}

/** Undefined when it is encoded wrongly. */
function loginIn({ username, password }: URL): EnvironmentProxy['login'] {
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}

function variable(environment: Environment, name: string): string | undefined {
  return environment[name] ?? environment[name.toUpperCase()];
}

/**
 * `*`, hosts (which stand for everything below them too, with or without a dot in front), addresses and subnets
 * (`10.0.0.0/8`), each with a port if wanted; separated by commas or spaces.
 */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname
    .toLowerCase()
    .replace(/^\[(.+)\]$/, '$1')
    .replace(/\.$/, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '') return false;
      if (entry === '*') return true;
      if (entry.includes('/')) return isInSubnet(host, entry);
      const { name, only } = splitEntry(entry);
      if (only !== undefined && only !== port) return false;
      return name !== '' && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
    });
}

/** A bare IPv6 address has colons of its own. */
function splitEntry(entry: string): { readonly name: string; readonly only: string | undefined } {
  if (isIP(entry) === 6) return { name: entry, only: undefined };
  const [, text = entry, only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return {
    name: text
      .replace(/^\[(.+)\]$/, '$1')
      .replace(/^\*?\./, '')
      .replace(/\.$/, ''),
    only,
  };
}

function isInSubnet(host: string, subnet: string): boolean {
  const [address = '', bits = ''] = subnet.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(bits), kind);
  return list.check(host, kind);
}
