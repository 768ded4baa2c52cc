import { isDeepStrictEqual } from 'node:util';
import { BridgeError } from '../../../core/model/errors.ts';
import type { Refusal } from '../shared/message.ts';

/** Reads a secret anew each time it is asked, so that a changed file counts at once. */
export type Secret = () => Promise<string>;

export type AuthHeaders = Readonly<Record<string, string>>;

/** Tells a target who we are. */
export interface Auth {
  /** Headers for one request, or why there are none now. Rejects with the signal's reason, or a BridgeError. */
  headers(signal: AbortSignal): Promise<{ readonly headers: AuthHeaders } | { readonly refusal: Refusal }>;
  /** The target refused these headers (401). True: the next ones may be others, so that one more try makes sense. */
  renew(refused: AuthHeaders): Promise<boolean>;
  close(): Promise<void>;
}

/** How a target wants to be told who we are. `headers`: fixed ones, such as Datadog's two keys. */
export type AuthConfig =
  | { readonly bearer: Secret }
  | { readonly basic: { readonly user: string; readonly password: Secret } }
  | { readonly headers: Readonly<Record<string, Secret>> };

/**
 * Authentication by what somebody has stored: a bearer token (RFC 6750 §2.1), Basic (RFC 7617, UTF-8), or fixed headers.
 * After a 401 the secret is read once more: it may have been exchanged between reading and use.
 *
 * @throws BridgeError D2S_CONFIG_INVALID at once, when the configuration cannot work; `headers` rejects with
 *   D2S_SECRET_UNREADABLE when a secret is empty, and with whatever reading it threw
 */
export function createAuth(target: string, config: AuthConfig): Auth {
  const read = createHeaders(target, config);
  return {
    headers: async () => ({ headers: await read() }),
    renew: async (refused) => !isDeepStrictEqual(await read(), refused),
    close: () => Promise.resolve(),
  };
}

function createHeaders(target: string, config: AuthConfig): () => Promise<AuthHeaders> {
  if ('bearer' in config) {
    return async () => ({ authorization: `Bearer ${await readSecret(target, 'the bearer token', config.bearer)}` });
  }
  if ('basic' in config) {
    const { user, password } = config.basic;
    // RFC 7617 §2: what is before the first colon is the user.
    if (user.includes(':'))
      throw invalid(target, 'auth.basic.username contains a colon', 'HTTP Basic cannot carry such a name');
    return async () => {
      const credentials = `${user}:${await readSecret(target, 'the password', password)}`;
      return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    };
  }
  const headers = Object.entries(config.headers).map(([name, secret]) => ({ name: name.toLowerCase(), secret }));
  const taken = headers.find(({ name }) => ours.has(name));
  if (taken !== undefined)
    throw invalid(target, `auth.headers contains ${taken.name}`, 'leave it out: dir2scim sets it by itself');
  if (headers.length === 0) throw invalid(target, 'auth.headers is empty', 'name at least one header');
  return async () => {
    const values = headers.map(
      async ({ name, secret }) => [name, await readSecret(target, `the header ${name}`, secret)] as const,
    );
    return Object.fromEntries(await Promise.all(values));
  };
}

/** What frames a message or describes it is not for the configuration: a wrong one changes what a request means. */
const ours = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'content-type',
  'accept',
  'expect',
  'upgrade',
  'user-agent',
]);

/** An empty secret would only come back as a 401, which tells less. */
async function readSecret(target: string, what: string, secret: Secret): Promise<string> {
  const value = await secret();
  if (value !== '') return value;
  throw new BridgeError(
    'D2S_SECRET_UNREADABLE',
    `target ${target}: ${what} is empty`,
    'look at the file or the environment variable that it comes from',
  );
}

function invalid(target: string, what: string, remedy: string): BridgeError {
  return new BridgeError('D2S_CONFIG_INVALID', `target ${target}: ${what}`, remedy);
}
