import { BindRequest, ExtendedRequest } from 'ldapts';
import { kindRules } from '../../../core/directory/kinds.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { askSites, type Sites } from './client-site.ts';
import { bindError, externalBindError, externalUnansweredError, restrictedBindError } from '../protocol/bind-error.ts';
import { openTcp, openTls, parseAddress, type ServerAddress } from './connection.ts';
import { interruption } from '../protocol/message-stream.ts';
import type { OpenDirectory } from './open-directory.ts';
import type { LdapOperation, LdapOutcome, LdapSourceOptions, LdapKind } from '../shared/options.ts';
import { askForPolicy } from '../protocol/password-policy.ts';
import { createReadingBudget } from '../protocol/reading-budget.ts';
import { nameOfCode, quote } from '../protocol/result-code.ts';
import { isSynchronized, readRootDse, type RootDse } from './root-dse.ts';
import type { ServerChoice } from './server-choice.ts';
import { createSession, type Session } from '../protocol/session.ts';

/** OID of the StartTLS request, RFC 4511 §4.14.1. */
const startTlsOid = '1.3.6.1.4.1.1466.20037';

/**
 * Opens a bound session with the first server, in the order of `choice`, that can be reached and says that it is whole.
 * A server that refuses the password is not passed over: trying the same wrong password everywhere locks the account
 * sooner.
 */
export async function openDirectory(
  options: LdapSourceOptions,
  choice: ServerChoice,
  signal: AbortSignal,
): Promise<OpenDirectory> {
  const failures: BridgeError[] = [];
  const tried = new Set<string>();
  for (;;) {
    const url = await nextServer(options, choice, tried, signal);
    if (url === undefined) throw summary(failures);
    tried.add(url);
    try {
      const directory = await openServer(options, choice, url, signal);
      if (directory === undefined) {
        tried.delete(url);
        continue;
      }
      choice.works(url);
      return directory;
    } catch (error) {
      if (signal.aborted) throw interruption(signal, url);
      const failure = unreached(error);
      if (failure === undefined) throw error;
      failures.push(failure);
    }
  }
}

/** The next server to try. Once one has failed, where servers are looked up they are looked up again, once. */
async function nextServer(
  { name }: LdapSourceOptions,
  choice: ServerChoice,
  tried: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await choice.order(signal, tried.size === 1)).find((url) => !tried.has(url));
  } catch (error) {
    throw signal.aborted ? interruption(signal, name) : error;
  }
}

/** Undefined when the servers are to be gone through anew: others are nearer, or this one did not bear the question for that. */
async function openServer(
  options: LdapSourceOptions,
  choice: ServerChoice,
  url: string,
  signal: AbortSignal,
): Promise<OpenDirectory | undefined> {
  const address = parseAddress(url);
  const session = await timed(options, 'connect', () => connect(options, address, signal), url);
  try {
    const ask = (domain: string): Promise<Sites | undefined> =>
      timed(options, 'root_dse', () => askSites(session, domain));
    // What ends the connection at this question may be read without it.
    const isLeft = await choice.isFar?.(url, ask, signal).catch(() => !signal.aborted);
    if (isLeft === true) {
      session.close();
      return undefined;
    }
    signal.throwIfAborted();
    if (options.bind !== undefined) await bind(options, options.bind, session);
    const rootDse = await timed(options, 'root_dse', () => readRootDse(session));
    if (!isSynchronized(rootDse)) throw notSynchronized(url);
    const kind = detectKind(options.kind, rootDse);
    return { session, kind, idAttribute: options.idAttribute ?? kindRules[kind].idAttribute, rootDse, options, signal };
  } catch (error) {
    session.destroy();
    throw error;
  }
}

function notSynchronized(url: string): BridgeError {
  return new BridgeError(
    'D2S_DIRECTORY_UNREACHABLE',
    `${url} says that it has not caught up with the other domain controllers (isSynchronized is FALSE)`,
    'wait until its replication is done, or add another domain controller to `urls`',
  );
}

/** Measures a request and tells the listener, with what came of it. */
export async function timed<T>(
  options: LdapSourceOptions,
  operation: LdapOperation,
  request: () => Promise<T>,
  server?: string,
): Promise<T> {
  const start = performance.now();
  options.onStart?.(operation);
  const tell = (outcome: LdapOutcome): void =>
    options.onRequest?.(operation, performance.now() - start, outcome, server);
  try {
    const answer = await request();
    tell(isRefused(answer) ? 'refused' : 'success');
    return answer;
  } catch (error) {
    tell('failed');
    throw error;
  }
}

/** Some requests come back with the server's result, others with what was made of it. */
function isRefused(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'code' in answer && answer.code !== 0;
}

/** TCP, then TLS where the URL or `startTls` asks for it, within the time for one server. */
async function connect(options: LdapSourceOptions, address: ServerAddress, signal: AbortSignal): Promise<Session> {
  const { connectMilliseconds, idleMilliseconds } = options.timeouts;
  const timeout = AbortSignal.timeout(connectMilliseconds);
  const either = AbortSignal.any([signal, timeout]);
  try {
    let socket = await openTcp(address, either);
    if (address.secure) {
      socket = await openTls(socket, address, options.tls, either);
    } else if (options.startTls) {
      const clear = createSession(
        socket,
        address.url,
        idleMilliseconds,
        either,
        createReadingBudget(address.url, options),
      );
      await requestStartTls(clear, address);
      socket = await openTls(clear.release(), address, options.tls, either);
    }
    return createSession(socket, address.url, idleMilliseconds, signal, createReadingBudget(address.url, options));
  } catch (error) {
    if (signal.aborted || !timeout.aborted) throw error;
    throw new BridgeError(
      'D2S_DIRECTORY_UNREACHABLE',
      `${address.url} gave no connection within ${connectMilliseconds / 1000} s`,
      'check the address, the firewall and that the directory is running',
      error,
    );
  }
}

/** Asks for TLS. A refusal ends the connection: in clear, nothing more may be sent on it. */
async function requestStartTls(session: Session, address: ServerAddress): Promise<void> {
  const result = await session.request(new ExtendedRequest({ messageId: 0, oid: startTlsOid }));
  if (result.code === 0) return;
  session.destroy();
  throw new BridgeError(
    'D2S_DIRECTORY_TLS',
    `${address.url} refused StartTLS: ${nameOfCode(result.code)}${quote(result.diagnostic)}`,
    'give the server a certificate, or use its ldaps:// port',
  );
}

async function bind(
  options: LdapSourceOptions,
  account: NonNullable<LdapSourceOptions['bind']>,
  session: Session,
): Promise<void> {
  if ('external' in account) {
    await bindExternal(options, session);
    return;
  }
  const password = await account.password();
  if (password === '') {
    // RFC 4513 §5.1.2: a DN without a password is an *anonymous* bind that succeeds, and would read less, or nothing.
    throw new BridgeError(
      'D2S_DIRECTORY_AUTH',
      'the password of the bind account is empty',
      'put the password where `bind.password` points to',
    );
  }
  const request = new BindRequest({ messageId: 0, dn: account.dn, password, controls: [askForPolicy()] });
  const result = await timed(options, 'bind', () => session.request(request), session.server);
  if (result.code !== 0) throw bindError(result, session.server, password);
  const restricted = restrictedBindError(result, session.server);
  if (restricted !== undefined) throw restricted;
}

/** SASL EXTERNAL (RFC 4513 §5.2.3): who we are is in the certificate that this side showed; nothing else is claimed. */
async function bindExternal(options: LdapSourceOptions, session: Session): Promise<void> {
  const request = new BindRequest({ messageId: 0, mechanism: 'EXTERNAL' });
  const bound = timed(options, 'bind', () => session.request(request), session.server);
  const result = await bound.catch((error: unknown) => {
    throw externalUnansweredError(error);
  });
  if (result.code === 0) return;
  const rootDse = await readRootDse(session).catch(() => undefined);
  throw externalBindError(result, session.server, rootDse?.get('supportedsaslmechanisms') ?? []);
}

/**
 * The failure because of which the next server may be tried; undefined when it may not. A connection that broke or
 * fell silent before anything was read is a server that cannot be reached.
 */
function unreached(error: unknown): BridgeError | undefined {
  if (!(error instanceof BridgeError)) return undefined;
  switch (error.code) {
    case 'D2S_DIRECTORY_UNREACHABLE':
    case 'D2S_DIRECTORY_TLS':
      return error;
    case 'D2S_DIRECTORY_READ_INCOMPLETE':
      return new BridgeError(
        'D2S_DIRECTORY_UNREACHABLE',
        error.message,
        'look at the server and the network between',
        error,
      );
    default:
      return undefined;
  }
}

function summary(failures: readonly BridgeError[]): BridgeError {
  // A refused certificate is the one of the reasons that a person has to mend.
  const first = failures.find((failure) => failure.code === 'D2S_DIRECTORY_TLS') ?? failures[0];
  if (first === undefined) throw new Error('a directory without URLs');
  if (failures.length === 1) return first;
  return new BridgeError(first.code, failures.map((failure) => failure.message).join('; '), first.remedy, first.cause);
}

/** LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS §3.1.1.3.4.3.1); Samba announces it too. */
const activeDirectoryOid = '1.2.840.113556.1.4.800';

/** The configured kind, or what the rootDSE tells. */
function detectKind(configured: LdapSourceOptions['kind'], rootDse: RootDse): LdapKind {
  if (configured !== 'auto') return configured;
  if (rootDse.get('supportedcapabilities')?.includes(activeDirectoryOid) === true) return 'active-directory';
  if (rootDse.get('vendorname')?.some((vendor) => /\b389\b/.test(vendor)) === true) return '389ds';
  if (rootDse.get('objectclass')?.includes('OpenLDAProotDSE') === true) return 'openldap';
  return 'generic';
}
