import type { StarterBind, StarterDomain, StarterSource } from '../bridge/init/starter.ts';
import type { SecretPlace, StarterAuth } from '../bridge/init/starter-auth.ts';
import { BridgeError } from '../core/model/errors.ts';
import { printable } from '../core/wording/foreign.ts';
import type { InitOptions } from './init-options.ts';
import { pathFor } from './path-for.ts';
import type { Terminal } from './terminal.ts';

/** Asks for what was not given. Where nobody sits, the fallback is the answer. */
export type Ask = (given: string | undefined, question: string, fallback: string) => Promise<string>;

export function asker({ askText }: Pick<Terminal, 'askText'>): Ask {
  return async (given, question, fallback) => {
    if (given !== undefined || askText === undefined) return given ?? fallback;
    const answer = await askText(fallback === '' ? question : `${question} [${fallback}]`);
    return answer === '' ? fallback : answer;
  };
}

/** Of two options that say the same, one would be left out without a word. @throws BridgeError D2S_USAGE */
export function refuseContradictions(given: InitOptions): void {
  const ways: readonly (readonly (readonly [string, unknown])[])[] = [
    [
      ['--ldif', given.ldif],
      ['--url', given.url],
      ['--discover', given.discover],
    ],
    ...ofServers(given).map((option) => [['--ldif', given.ldif], option] as const),
    [
      ['--bind-dn', given.bindDn],
      ['--cert', given.cert],
    ],
    [
      ['--password-file', given.passwordFile],
      ['--password-env', given.passwordEnv],
      ['--cert', given.cert],
    ],
    [
      ['--token-file', given.tokenFile],
      ['--token-env', given.tokenEnv],
    ],
    [
      ['--basic', given.basic],
      ['--oauth2', given.oauth2],
      ['--header', given.header],
    ],
  ];
  for (const way of ways) {
    const [one, other] = way.filter(([, value]) => value !== undefined);
    if (one !== undefined && other !== undefined)
      throw new BridgeError('D2S_USAGE', `${one[0]} and ${other[0]} do not go together`, 'leave out one of them');
  }
  needs(['--site', given.site], ['--discover', given.discover]);
  needs(['--cert', given.cert], ['--key', given.key]);
  needs(['--key', given.key], ['--cert', given.cert]);
  needs(['--client-id', given.clientId], ['--oauth2', given.oauth2]);
  needs(['--oauth2-scope', given.oauth2Scope], ['--oauth2', given.oauth2]);
}

/** What a file has no use for. */
function ofServers(given: InitOptions): (readonly [string, unknown])[] {
  return [
    ['--start-tls', given.startTls ? true : undefined],
    ['--ca', given.ca],
    ['--bind-dn', given.bindDn],
    ['--password-file', given.passwordFile],
    ['--password-env', given.passwordEnv],
    ['--cert', given.cert],
  ];
}

/** An option that says nothing without another one. @throws BridgeError D2S_USAGE */
function needs(one: readonly [string, unknown], other: readonly [string, unknown]): void {
  if (one[1] !== undefined && other[1] === undefined)
    throw new BridgeError('D2S_USAGE', `${one[0]} says nothing without ${other[0]}`, `add ${other[0]}`);
}

/** Which directory, and who reads it. @throws BridgeError D2S_USAGE when that is not said and cannot be asked */
export async function askSource(given: InitOptions, out: string, ask: Ask): Promise<StarterSource> {
  const place = await askPlace(given, ask);
  if (typeof place === 'string') return { ldif: pathFor(out, place) };
  const file = (path: string | undefined): string | undefined => (path === undefined ? undefined : pathFor(out, path));
  const [cert, key] = [file(given.cert), file(given.key)];
  const bind = cert !== undefined && key !== undefined ? { cert, key } : await askAccount(given, out, ask);
  return { servers: place, startTls: given.startTls, ca: file(given.ca), bind };
}

/** Which servers, or the path of an LDIF file. */
async function askPlace(
  { ldif, url, discover, site }: InitOptions,
  ask: Ask,
): Promise<string | readonly string[] | StarterDomain> {
  if (ldif !== undefined) return ldif;
  if (url !== undefined) return url;
  if (discover !== undefined) return { domain: discover, site };
  const answer = required(
    await ask(
      undefined,
      'The directory: ldaps://host, dns:domain (its domain controllers), or the path of an LDIF file',
      '',
    ),
    'which directory is read is not said',
    'name it with --url, --discover or --ldif',
  );
  if (/^ldaps?:\/\//i.test(answer)) return [answer];
  const domain = /^dns:(.+)$/i.exec(answer)?.[1];
  if (domain === undefined) return answer;
  const itsSite = await ask(undefined, 'The Active Directory site that dir2scim runs in (empty: not known)', '');
  return { domain, site: itsSite === '' ? undefined : itsSite };
}

async function askAccount(given: InitOptions, out: string, ask: Ask): Promise<StarterBind | undefined> {
  const dn = await ask(given.bindDn, 'Who reads it: a DN, or in Active Directory user@domain (empty: anonymous)', '');
  if (dn === '' && (given.passwordFile ?? given.passwordEnv) !== undefined)
    throw new BridgeError('D2S_USAGE', 'whose password it is, is not said', 'name who reads with --bind-dn');
  if (dn === '') return undefined;
  const { passwordFile, passwordEnv } = given;
  const question = 'Where the password is: a file, or $VARIABLE';
  return { dn, password: await askSecret(passwordFile, passwordEnv, question, '$DIR2SCIM_LDAP_PASSWORD', out, ask) };
}

/** How requests to the target authenticate. @throws BridgeError D2S_USAGE when that is not said and cannot be asked */
export async function askAuth(given: InitOptions, out: string, target: string, ask: Ask): Promise<StarterAuth> {
  const usual = `$${target
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_')}_TOKEN`;
  const secretOf = (what: string): Promise<SecretPlace> =>
    askSecret(given.tokenFile, given.tokenEnv, `Where its ${what} is: a file, or $VARIABLE`, usual, out, ask);
  const kind = required(
    await ask(kindOf(given), 'How it knows dir2scim: bearer (a token), basic, oauth2 or headers', 'bearer'),
    'how the service knows dir2scim is not said',
    'name it with --basic, --oauth2 or --header; a token is usual',
  );
  const say = async (answer: string | undefined, question: string, option: string): Promise<string> =>
    required(await ask(answer, question, ''), `${question.toLowerCase()} is not said`, `name it with ${option}`);
  switch (kind) {
    case 'bearer':
      return { kind, secret: await secretOf('token') };
    case 'basic':
      return { kind, username: await say(given.basic, 'The user name', '--basic'), secret: await secretOf('password') };
    case 'headers':
      return { kind, header: await say(given.header, 'The header', '--header'), secret: await secretOf('value') };
    case 'oauth2':
      return {
        kind,
        tokenUrl: await say(given.oauth2, 'The address that gives tokens', '--oauth2'),
        clientId: await say(given.clientId, 'The client id', '--client-id'),
        scope: given.oauth2Scope,
        secret: await secretOf('client secret'),
      };
    default:
      throw new BridgeError(
        'D2S_USAGE',
        `${printable(kind)} is no way to authenticate`,
        'say bearer, basic, oauth2 or headers',
      );
  }
}

function kindOf({ basic, oauth2, header, tokenFile, tokenEnv }: InitOptions): StarterAuth['kind'] | undefined {
  if (basic !== undefined) return 'basic';
  if (oauth2 !== undefined) return 'oauth2';
  if (header !== undefined) return 'headers';
  return (tokenFile ?? tokenEnv) === undefined ? undefined : 'bearer';
}

/** Where a secret is: a file, an environment variable, or what a person answers. */
async function askSecret(
  file: string | undefined,
  env: string | undefined,
  question: string,
  usual: string,
  out: string,
  ask: Ask,
): Promise<SecretPlace> {
  if (file !== undefined) return { file: pathFor(out, file) };
  if (env !== undefined) return { env };
  const answer = await ask(undefined, question, usual);
  return answer.startsWith('$') ? { env: answer.slice(1) } : { file: pathFor(out, answer) };
}

/** @throws BridgeError D2S_USAGE for an empty answer */
export function required(answer: string, what: string, remedy: string): string {
  if (answer !== '') return answer;
  throw new BridgeError('D2S_USAGE', what, remedy);
}
