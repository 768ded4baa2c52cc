import { createSecureContext, getCACertificates } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import type { CheckedOptions } from './options.ts';

/** No connection came about: not a byte of the request has left, so that repeating it is safe whatever it was. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

/**
 * Kept-alive HTTP/1.1 connections to the target's origin, at most as many as calls make sense. HTTP/2 is refused on
 * purpose: undici sends writes one at a time over it (nodejs/undici#5390, #5494). Requests are never pipelined.
 */
export function openPool({ origin, tls, concurrency, requestMilliseconds }: CheckedOptions): Pool {
  const timeout = Math.min(10_000, requestMilliseconds);
  const connect = buildConnector({ allowH2: false, timeout, ...(origin.startsWith('https:') ? secured(tls.ca) : {}) });
  return new Pool(origin, {
    connections: concurrency,
    pipelining: 1,
    allowH2: false,
    connect: (target, callback) => {
      connect(target, (...outcome) => {
        if (outcome[0] === null) callback(null, outcome[1]);
        else callback(new ConnectError(connectWords(outcome[0]), { cause: outcome[0] }), null);
      });
    },
  });
}

/** One context for all connections: reading some hundred authorities takes milliseconds each time. */
function secured(ca: string | undefined): { secureContext: ReturnType<typeof createSecureContext> } {
  const authorities = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  if (ca !== undefined) authorities.add(ca);
  return { secureContext: createSecureContext({ ca: [...authorities] }) };
}

/** What Node's and OpenSSL's codes mean to the person who has to mend it. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ECONNRESET: 'the connection was cut while it was made',
  CERT_HAS_EXPIRED: "the target's TLS certificate has expired",
  CERT_NOT_YET_VALID: "the target's TLS certificate is not valid yet; look at the clock of this machine",
  ERR_TLS_CERT_ALTNAME_INVALID: "the target's TLS certificate is for another host name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the target's TLS certificate is signed by itself; name it under tls.ca",
  SELF_SIGNED_CERT_IN_CHAIN: "the target's TLS certificate comes from an unknown authority; name it under tls.ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the target's TLS certificate comes from an unknown authority; name it under tls.ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the target's TLS certificate comes from an unknown authority, or the target leaves out an intermediate certificate; name it under tls.ca",
  ERR_SSL_WRONG_VERSION_NUMBER: 'the target does not speak TLS on this port',
  EPROTO: 'the TLS handshake failed',
};

/** A sentence with the code, which is what people search for. */
export function connectWords(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return error.message === '' ? 'no connection' : error.message;
  return `${meanings[code] ?? 'no connection'} (${code})`;
}
