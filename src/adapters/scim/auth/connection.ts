import type { Socket } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { BridgeError } from '../../../core/model/errors.ts';
import { clean } from '../../../core/wording/foreign.ts';
import type { Clock } from '../../../ports/clock.ts';
import { createTunnels, ProxyRefusal, type Proxy, type Tunnels } from './proxy.ts';
import { createCurrentTls, type TlsOptions } from './tls.ts';

/** How a server is reached. */
export interface Route {
  readonly tls: TlsOptions;
  readonly proxy?: Proxy | undefined;
  readonly clock: Clock;
}

export interface Connections {
  readonly pool: Pool;
  /** Cuts what is under way. */
  readonly close: () => Promise<void>;
}

/** No connection came about: not a byte of the request has left, so that repeating it is safe whatever it was. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

/**
 * Kept-alive HTTP/1.1 connections to an origin, at most as many as calls make sense. HTTP/2 is refused on purpose:
 * undici sends writes one at a time over it (nodejs/undici#5390, #5494). Requests are never pipelined.
 */
export function openConnections(
  origin: string,
  route: Route,
  connections: number,
  requestMilliseconds: number,
): Connections {
  // Two steps with a proxy, and still before the request's own deadline, after which nobody knows what was sent.
  const timeout = Math.min(10_000, requestMilliseconds / 3);
  const direct = createConnect(route.tls, route.clock, timeout);
  const tunnels = route.proxy === undefined ? undefined : openTunnels(route.proxy, route, timeout);
  const connect = tunnels === undefined || route.proxy === undefined ? direct : through(tunnels, route.proxy, direct);
  const pool = new Pool(origin, { connections, pipelining: 1, allowH2: false, connect: toConnector(connect) });
  return {
    pool,
    close: async () => {
      await Promise.all([pool.destroy(), tunnels?.close()]);
    },
  };
}

type Connect = (options: buildConnector.Options) => Promise<Socket>;

/** A fresh connector for each state of the files: it remembers TLS sessions, which belong to one identity. */
function createConnect(tls: TlsOptions, clock: Clock, timeout: number): Connect {
  const currentTls = createCurrentTls(tls, () => clock.now());
  let known: { readonly secureContext: unknown; readonly connector: buildConnector.connector } | undefined;
  return async (options) => {
    const secureContext = options.protocol === 'https:' ? await currentTls() : undefined;
    if (known === undefined || known.secureContext !== secureContext) {
      const secured = secureContext === undefined ? {} : { secureContext };
      known = {
        secureContext,
        connector: buildConnector({ allowH2: false, timeout, rejectUnauthorized: true, ...secured }),
      };
    }
    const { connector } = known;
    const named =
      secureContext === undefined || tls.serverName === undefined
        ? options
        : { ...options, servername: tls.serverName };
    return new Promise((resolve, reject) => {
      connector(named, (...outcome) => {
        if (outcome[0] === null) resolve(tellingAlerts(outcome[1]));
        else reject(outcome[0]);
      });
    });
  };
}

/** undici would forget the alert over the end of the connection that follows it. */
function tellingAlerts(socket: Socket): Socket {
  return socket.once('error', (error) => {
    if (isCertificateAlert(error)) socket.destroy();
  });
}

/** The proxy is trusted by the same authorities; who we are is for the target only. */
function openTunnels(proxy: Proxy, { tls, clock }: Route, timeout: number): Tunnels {
  const connect = createConnect({ ca: tls.ca, onlyCa: tls.onlyCa }, clock, timeout);
  const toProxy: Connect = (options) =>
    connect(options).catch((error: unknown) => {
      throw new ConnectError(`no connection to the proxy ${proxy.url}: ${wordsOf(error)}`, { cause: error });
    });
  return createTunnels(proxy, toConnector(toProxy), timeout);
}

function through(tunnels: Tunnels, { url }: Proxy, connect: Connect): Connect {
  return async (options) => {
    const { protocol, port, hostname, host = hostname } = options;
    const standard = protocol === 'https:' ? 443 : 80;
    const authority = port === '' ? `${host}:${standard}` : host;
    const socket = await tunnels.open(authority).catch((error: unknown) => {
      throw new ConnectError(
        error instanceof ProxyRefusal || error instanceof ConnectError
          ? error.message
          : `the proxy ${url} does not connect to ${authority}: ${wordsOf(error)}`,
        { cause: error },
      );
    });
    if (protocol !== 'https:') return socket;
    try {
      return await connect({ ...options, httpSocket: socket });
    } catch (error) {
      socket.destroy();
      throw error;
    }
  };
}

function toConnector(connect: Connect): buildConnector.connector {
  return (options, callback) => {
    connect(options).then(
      (socket) => {
        callback(null, socket);
      },
      (error: unknown) => {
        callback(error instanceof ConnectError ? error : new ConnectError(wordsOf(error), { cause: error }), null);
      },
    );
  };
}

function wordsOf(error: unknown): string {
  if (error instanceof BridgeError) return `${error.message}; ${error.remedy}`;
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  return connectWords(error instanceof Error ? error : new Error(String(error)));
}

/**
 * TLS alerts about our certificate (RFC 8446 §6.2), by what OpenSSL's codes end with; how they begin depends on its
 * version. In TLS 1.3 they come when this side has taken the handshake for done and has begun to send; the server has
 * looked at none of it (§4.4.2.4).
 */
const certificateAlerts: Readonly<Record<string, string>> = {
  CERTIFICATE_REQUIRED: 'the server wants a certificate; name it under tls.cert and tls.key',
  UNKNOWN_CA: 'the server does not know who signed the certificate in tls.cert',
  BAD_CERTIFICATE: 'the server refuses the certificate in tls.cert',
  UNSUPPORTED_CERTIFICATE: 'the server refuses this kind of certificate in tls.cert',
  CERTIFICATE_EXPIRED: 'the server takes the certificate in tls.cert for expired',
  CERTIFICATE_REVOKED: 'the server takes the certificate in tls.cert for revoked',
  CERTIFICATE_UNKNOWN: 'the server refuses the certificate in tls.cert',
};

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function alertIn(code: string | undefined): string | undefined {
  return /^ERR_SSL_.+_ALERT_(.+)$/.exec(code ?? '')?.[1];
}

function isCertificateAlert(error: unknown): boolean {
  const alert = alertIn(codeOf(error));
  return alert !== undefined && Object.hasOwn(certificateAlerts, alert);
}

/** Whether a request that failed so can't have had an effect. */
export function isUnsent(error: Error): boolean {
  return error instanceof ConnectError || isCertificateAlert(error);
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
  CERT_HAS_EXPIRED: 'the TLS certificate of the server has expired',
  CERT_NOT_YET_VALID: 'the TLS certificate of the server is not valid yet; look at the clock of this machine',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the TLS certificate of the server is for another host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the TLS certificate of the server is signed by itself; name it under tls.ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'the TLS certificate of the server comes from an unknown authority; name it under tls.ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the TLS certificate of the server comes from an unknown authority; name it under tls.ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the TLS certificate of the server comes from an unknown authority, or the server leaves out an intermediate certificate; name it under tls.ca',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS on this port',
  EPROTO: 'the TLS handshake failed',
};

/** A sentence with the code, which is what people search for. */
export function connectWords(error: Error): string {
  const code = codeOf(error);
  if (code === undefined) return error.message === '' ? 'no connection' : clean(error.message);
  const alert = alertIn(code) ?? '';
  const handshake =
    alert === 'HANDSHAKE_FAILURE'
      ? 'the server broke off the TLS handshake; it may want a certificate (tls.cert, tls.key)'
      : undefined;
  return `${certificateAlerts[alert] ?? handshake ?? meanings[code] ?? 'no connection'} (${code})`;
}
