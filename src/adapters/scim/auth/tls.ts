import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { BridgeError } from '../../../core/model/errors.ts';

/** PEM text, read anew for each connection, so that a file that was renewed counts from the next one. */
export type PemText = () => Promise<string>;

export interface TlsOptions {
  /** Further authorities, besides Node's and the system's. */
  readonly ca?: PemText | undefined;
  /** Nobody is trusted but `ca`. */
  readonly onlyCa?: boolean | undefined;
  /** What this side shows of itself (mutual TLS): its certificate, with intermediate ones after it, and the key. */
  readonly identity?: { readonly certificate: PemText; readonly key: PemText } | undefined;
  /** Name that the server's certificate must carry, in place of the host in the URL. */
  readonly serverName?: string | undefined;
}

/** TLS as the files say now. The same object as long as they say the same: a new one must not resume old sessions. */
export type CurrentTls = () => Promise<SecureContext>;

/**
 * Reads the files each time, which costs next to nothing beside a handshake. The context is made only when they have
 * changed: adding some hundred authorities takes milliseconds.
 */
export function createCurrentTls(options: TlsOptions, now: () => number): CurrentTls {
  let known: { readonly texts: readonly (string | undefined)[]; readonly context: SecureContext } | undefined;
  return async () => {
    const { ca, cert, key } = await readTls(options);
    if (cert !== undefined) checkDates(new X509Certificate(cert), now());
    const texts = [ca, cert, key];
    if (known !== undefined && texts.every((text, index) => text === known?.texts[index])) return known.context;
    const authorities = new Set(
      options.onlyCa === true ? [] : [...getCACertificates('default'), ...getCACertificates('system')],
    );
    if (ca !== undefined) authorities.add(ca);
    known = { texts, context: createSecureContext({ ca: [...authorities], cert, key }) };
    return known.context;
  };
}

interface TlsTexts {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * Reads what TLS needs, and checks that certificate and key belong together: the other side would only cut the
 * connection. Dates are left to each connection, since a renewed file needs no restart.
 *
 * @throws BridgeError D2S_CONFIG_INVALID, and whatever reading threw
 */
export async function readTls({ ca, identity }: TlsOptions): Promise<TlsTexts> {
  const authorities = await ca?.();
  if (identity === undefined) return { ca: authorities, cert: undefined, key: undefined };
  const [cert, key] = await Promise.all([identity.certificate(), identity.key()]);
  checkPair(cert, key);
  return { ca: authorities, cert, key };
}

function checkPair(cert: string, key: string): void {
  const certificate = parsed(
    'tls.cert is not a certificate in PEM form',
    'name a file with -----BEGIN CERTIFICATE-----',
    () => new X509Certificate(cert),
  );
  const owner = privateKey(key);
  if (!certificate.checkPrivateKey(owner)) {
    throw invalid(
      'tls.key does not belong to the certificate in tls.cert',
      'name the key that the certificate was made for; in tls.cert it must come first, intermediate ones after it',
    );
  }
}

function checkDates(certificate: X509Certificate, now: number): void {
  if (certificate.validToDate.getTime() < now) {
    throw invalid(
      `the client certificate in tls.cert has expired on ${certificate.validToDate.toISOString()}`,
      'renew it; the file is read again for each connection',
    );
  }
  if (certificate.validFromDate.getTime() > now) {
    throw invalid(
      `the client certificate in tls.cert is not valid before ${certificate.validFromDate.toISOString()}`,
      'look at the clock of this machine',
    );
  }
}

function privateKey(key: string): KeyObject {
  // RFC 7468 §11; the other form is OpenSSL's own of RFC 1421.
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key)) {
    throw invalid(
      'the key in tls.key is encrypted',
      'store it without a passphrase, readable for the user that runs dir2scim only',
    );
  }
  return parsed('tls.key is not a private key in PEM form', 'name a file with -----BEGIN PRIVATE KEY-----', () =>
    createPrivateKey(key),
  );
}

/** What OpenSSL says of a key is not passed on: it is of no use to people, and the key is a secret. */
function parsed<T>(what: string, remedy: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw invalid(what, remedy);
  }
}

function invalid(what: string, remedy: string): BridgeError {
  return new BridgeError('D2S_CONFIG_INVALID', what, remedy);
}
