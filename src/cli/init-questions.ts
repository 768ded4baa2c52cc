import { isAbsolute, relative, dirname, resolve } from 'node:path';
import type { SecretPlace, StarterSource } from '../bridge/init/starter.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { InitOptions } from './init-options.ts';
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
  const { ldif, url, bindDn, passwordFile, passwordEnv, tokenFile, tokenEnv } = given;
  const both: readonly (readonly [string, unknown, string, unknown])[] = [
    ['--ldif', ldif, '--url', url],
    ['--ldif', ldif, '--bind-dn', bindDn],
    ['--password-file', passwordFile, '--password-env', passwordEnv],
    ['--token-file', tokenFile, '--token-env', tokenEnv],
  ];
  for (const [one, first, other, second] of both)
    if (first !== undefined && second !== undefined)
      throw new BridgeError('D2S_USAGE', `${one} and ${other} do not go together`, 'leave out one of them');
}

/** A path as the configuration says it: relative to the folder of its file, unless it was given whole. */
function pathFor(out: string, path: string): string {
  return isAbsolute(path) ? path : relative(dirname(resolve(out)), resolve(path)).replaceAll('\\', '/');
}

/** Which directory, and who reads it. @throws BridgeError D2S_USAGE when that is not said and cannot be asked */
export async function askSource(given: InitOptions, out: string, ask: Ask): Promise<StarterSource> {
  if (given.ldif !== undefined) return { ldif: pathFor(out, given.ldif) };
  const place =
    given.url === undefined
      ? required(
          await ask(undefined, 'The directory: ldaps://host, or the path of an LDIF file', ''),
          'which directory is read is not said',
          'name it with --url or --ldif',
        )
      : undefined;
  if (place !== undefined && !/^ldaps?:\/\//i.test(place)) return { ldif: pathFor(out, place) };
  const urls = given.url ?? [place ?? ''];
  const dn = await ask(given.bindDn, 'Who reads it: a DN, or in Active Directory user@domain (empty: anonymous)', '');
  if (dn === '' && (given.passwordFile ?? given.passwordEnv) !== undefined)
    throw new BridgeError('D2S_USAGE', 'whose password it is, is not said', 'name who reads with --bind-dn');
  const bind = dn === '' ? undefined : { dn, password: await askPassword(given, out, ask) };
  return { urls, startTls: given.startTls, ca: given.ca === undefined ? undefined : pathFor(out, given.ca), bind };
}

async function askPassword(given: InitOptions, out: string, ask: Ask): Promise<SecretPlace> {
  const known = placeOf(given.passwordFile, given.passwordEnv, out);
  return (
    known ??
    placeIn(await ask(undefined, 'Where the password is: a file, or $VARIABLE', '$DIR2SCIM_LDAP_PASSWORD'), out)
  );
}

/** Where the token of the target is. */
export async function askToken(given: InitOptions, out: string, target: string, ask: Ask): Promise<SecretPlace> {
  const usual = `$${target
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_')}_TOKEN`;
  const known = placeOf(given.tokenFile, given.tokenEnv, out);
  return known ?? placeIn(await ask(undefined, 'Where its token is: a file, or $VARIABLE', usual), out);
}

function placeOf(file: string | undefined, env: string | undefined, out: string): SecretPlace | undefined {
  if (file !== undefined) return { file: pathFor(out, file) };
  return env === undefined ? undefined : { env };
}

function placeIn(answer: string, out: string): SecretPlace {
  return answer.startsWith('$') ? { env: answer.slice(1) } : { file: pathFor(out, answer) };
}

/** @throws BridgeError D2S_USAGE for an empty answer */
export function required(answer: string, what: string, remedy: string): string {
  if (answer !== '') return answer;
  throw new BridgeError('D2S_USAGE', what, remedy);
}
