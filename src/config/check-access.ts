import { isLoopback } from './cleartext.ts';
import type { ConfigPath } from './place.ts';
import type { Problem } from './problem.ts';
import type { NotifySection, TargetSection } from './schema/configuration.ts';

type Access = Pick<TargetSection, 'url' | 'auth' | 'tls' | 'proxy' | 'allowCleartext'>;

/** What is wrong with how a target is reached and with who we are there. */
export function checkAccess(path: ConfigPath, target: Access): Problem[] {
  return [
    ...checkUrl([...path, 'url'], target),
    ...checkAuth([...path, 'auth'], target),
    ...checkOnlyCa([...path, 'tls'], target.tls),
    ...checkIdentity([...path, 'tls'], target.tls),
    ...(target.proxy === undefined ? [] : checkProxy([...path, 'proxy'], target.proxy, target.allowCleartext)),
  ];
}

/** What is wrong with how somebody is told. */
export function checkNotify(path: ConfigPath, { webhook, tls, allowCleartext }: NotifySection): Problem[] {
  const address = typeof webhook === 'string' ? checkWebhook([...path, 'webhook'], webhook, allowCleartext) : [];
  return [...address, ...checkOnlyCa([...path, 'tls'], tls), ...checkIdentity([...path, 'tls'], tls)];
}

function checkWebhook(path: ConfigPath, written: string, allowCleartext: boolean): Problem[] {
  const url = parseUrl(
    path,
    written,
    'https://ops.example/hook',
    'write { file } or { env }, and the whole address there',
  );
  if (!(url instanceof URL)) return url;
  return checkCleartext(path, url, 'what is told', allowCleartext, 'webhook');
}

function checkUrl(path: ConfigPath, { url: written, allowCleartext }: Access): Problem[] {
  const url = parseUrl(path, written, 'https://host/scim/v2', 'put it under auth');
  if (!(url instanceof URL)) return url;
  if (url.search !== '' || url.hash !== '')
    return [{ path, at: 'value', what: 'the URL has a query or a fragment', fix: 'leave off ? and #' }];
  return checkCleartext(path, url, 'the secret under auth', allowCleartext);
}

function checkAuth(path: ConfigPath, { auth, allowCleartext }: Access): Problem[] {
  const given = Object.keys(auth);
  if (given.length !== 1) {
    const what =
      given.length === 0
        ? 'there is no way to authenticate'
        : `there are ${given.length} ways to authenticate (${given.join(', ')})`;
    return [{ path, at: 'key', what, fix: 'name exactly one of bearer, oauth2, basic and headers' }];
  }
  if (auth.oauth2 !== undefined) return checkOAuth([...path, 'oauth2'], auth.oauth2, allowCleartext);
  if (auth.headers === undefined || Object.keys(auth.headers).length > 0) return [];
  return [
    {
      path: [...path, 'headers'],
      at: 'key',
      what: 'no header is named',
      fix: 'write it like X-Api-Key: { env: NAME }',
    },
  ];
}

/** These have keys of their own, or are nobody's business but the client's. */
const taken = new Set(['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'scope']);

function checkOAuth(
  path: ConfigPath,
  oauth2: NonNullable<Access['auth']['oauth2']>,
  allowCleartext: boolean,
): Problem[] {
  const at = [...path, 'tokenUrl'];
  const url = parseUrl(
    at,
    oauth2.tokenUrl,
    'https://login.example/oauth2/token',
    'put it under clientId and clientSecret',
  );
  const wrong = url instanceof URL ? checkTokenUrl(at, url, allowCleartext) : url;
  const parameters = Object.keys(oauth2.parameters).filter((name) => taken.has(name));
  return [
    ...wrong,
    ...parameters.map((name): Problem => ({
      path: [...path, 'parameters', name],
      at: 'key',
      what: `${name} has a place of its own`,
      fix: 'use clientId, clientSecret and scope',
    })),
  ];
}

/** RFC 6749 §3.2: a query is allowed, a fragment is not. */
function checkTokenUrl(path: ConfigPath, url: URL, allowCleartext: boolean): Problem[] {
  if (url.hash !== '') return [{ path, at: 'value', what: 'the URL has a fragment', fix: 'leave off #' }];
  return checkCleartext(path, url, 'the secret of the client', allowCleartext);
}

/** Trusting nobody else takes somebody to trust. */
export function checkOnlyCa(
  path: ConfigPath,
  { ca, onlyCa }: { readonly ca?: string | undefined; readonly onlyCa: boolean },
): Problem[] {
  return onlyCa && ca === undefined
    ? [
        {
          path: [...path, 'onlyCa'],
          at: 'key',
          what: 'onlyCa is of no use without ca',
          fix: 'name the file with the certificates to trust under ca',
        },
      ]
    : [];
}

/** A certificate and its key come together. */
export function checkIdentity(
  path: ConfigPath,
  { cert, key }: { readonly cert?: string | undefined; readonly key?: string | undefined },
): Problem[] {
  if ((cert === undefined) === (key === undefined)) return [];
  const [given, missing] = cert === undefined ? (['key', 'cert'] as const) : (['cert', 'key'] as const);
  return [
    {
      path: [...path, given],
      at: 'key',
      what: `${given} is of no use without ${missing}`,
      fix: `name the file under ${missing} as well`,
    },
  ];
}

function checkProxy(path: ConfigPath, proxy: NonNullable<Access['proxy']>, allowCleartext: boolean): Problem[] {
  const at = typeof proxy === 'string' ? path : [...path, 'url'];
  const url = parseUrl(
    at,
    typeof proxy === 'string' ? proxy : proxy.url,
    'http://proxy.example:3128',
    'write { url, username, password: { file } }',
  );
  if (!(url instanceof URL)) return url;
  const isBare = ['', '/'].includes(url.pathname) && url.search === '' && url.hash === '';
  if (!isBare) return [{ path: at, at: 'value', what: 'the address of the proxy has a path', fix: 'leave it off' }];
  return typeof proxy === 'string' ? [] : checkCleartext(at, url, 'the login of the proxy', allowCleartext);
}

/** The text is not repeated where it may contain a login. */
function parseUrl(path: ConfigPath, written: string, example: string, loginPlace: string): URL | Problem[] {
  const url = URL.parse(written);
  const say = (what: string, fix: string): Problem[] => [{ path, at: 'value', what, fix }];
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return say('this is not an http or https address', `write it like ${example}`);
  return url.username === '' && url.password === '' ? url : say('the URL contains a login', loginPlace);
}

function checkCleartext(path: ConfigPath, url: URL, what: string, allowed: boolean, where = 'target'): Problem[] {
  if (url.protocol === 'https:' || allowed || isLoopback(url)) return [];
  return [
    {
      path,
      at: 'value',
      code: 'D2S_CLEARTEXT_REFUSED',
      what: `${what} would travel to ${url.hostname} in clear text`,
      fix: `use https://; allowCleartext: true in this ${where} allows it, and lets anyone on the way read it`,
    },
  ];
}
