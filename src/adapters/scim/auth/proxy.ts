import { Socket } from 'node:net';
import { Pool, type buildConnector } from 'undici';

/** An HTTP proxy on the way to a target. */
export interface Proxy {
  /** `http:` or `https:` address of the proxy itself, without a login. */
  readonly url: string;
  /** Sent by Basic (RFC 7617) with each CONNECT; the password is read anew each time. */
  readonly login?: { readonly username: string; readonly password: () => Promise<string> } | undefined;
}

export interface Tunnels {
  /** A connection through the proxy to `host:port`, on which nothing has been said yet. */
  open(authority: string): Promise<Socket>;
  close(): Promise<void>;
}

/** The proxy answered, and did not connect us. */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
}

/**
 * Tunnels by CONNECT (RFC 9110 §9.3.6), for plain http as well: what a proxy says in place of a target then never passes
 * for the target's own answer.
 *
 * undici's ProxyAgent is not used: it takes the password once and for all, tells a refusal only as a text, and connects
 * in its own way, which would not notice that files of certificates have changed.
 */
export function createTunnels({ url, login }: Proxy, connect: buildConnector.connector, timeout: number): Tunnels {
  const pool = new Pool(url, { connect, allowH2: false, pipelining: 1 });
  return {
    async open(authority) {
      const headers = {
        host: authority,
        ...(login === undefined ? {} : { 'proxy-authorization': await basic(login) }),
      };
      const { statusCode, socket } = await pool.connect({
        path: authority,
        headers,
        signal: AbortSignal.timeout(timeout),
      });
      if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket) return socket;
      socket.on('error', () => undefined).destroy();
      throw new ProxyRefusal(
        `the proxy ${url} does not connect to ${authority}: ${refusalWords(statusCode, login !== undefined)}`,
      );
    },
    close: () => pool.destroy(),
  };
}

async function basic({ username, password }: NonNullable<Proxy['login']>): Promise<string> {
  return `Basic ${Buffer.from(`${username}:${await password()}`).toString('base64')}`;
}

function refusalWords(status: number, hasLogin: boolean): string {
  switch (status) {
    case 407:
      return hasLogin ? 'it refuses user name or password (407)' : 'it wants a user name and a password (407)';
    case 403:
      return 'it does not allow this host or port (403)';
    case 502:
    case 503:
    case 504:
      return `it cannot reach the host (${status})`;
    default:
      return `it answered ${status}`;
  }
}
