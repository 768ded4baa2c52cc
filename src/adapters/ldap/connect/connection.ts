import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { BridgeError } from '../../../core/model/errors.ts';
import { clean } from '../../../core/wording/foreign.ts';
import type { LdapSourceOptions } from '../shared/options.ts';

/** A server's address, read from its URL. */
export interface ServerAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
}

/** Reads `ldap://host[:port]` or `ldaps://host[:port]`; RFC 4516 defaults: 389, and 636 by custom. */
export function parseAddress(url: string): ServerAddress {
  const parsed = new URL(url);
  const secure = parsed.protocol === 'ldaps:';
  return {
    url,
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? (secure ? 636 : 389) : Number(parsed.port),
    secure,
  };
}

/** Opens a TCP connection. Rejects with D2S_DIRECTORY_UNREACHABLE, or with the signal's reason. */
export async function openTcp(address: ServerAddress, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: address.host, port: address.port });
  try {
    await settled(socket, 'connect', signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new BridgeError(
      'D2S_DIRECTORY_UNREACHABLE',
      `${address.url} cannot be reached: ${describe(error)}`,
      'check the address, the firewall and that the directory is running',
      error,
    );
  }
  socket.setNoDelay(true);
  return socket;
}

/**
 * Turns an open connection into a TLS one, for ldaps:// and StartTLS alike. The certificate must be trusted and carry
 * the configured name, or else the host's: never "localhost", which Node assumes for a socket without a host.
 * Rejects with D2S_DIRECTORY_TLS, with the signal's reason, or with what is wrong with the certificates of this side.
 */
export async function openTls(
  raw: Socket,
  address: ServerAddress,
  tls: LdapSourceOptions['tls'],
  signal: AbortSignal,
): Promise<Socket> {
  const name = tls.serverName ?? address.host;
  const context = await ownFiles(raw, tls);
  try {
    const socket = connectTls({
      socket: raw,
      host: name,
      // RFC 6066 §3 has no place for an IP address here; Node then compares the certificate with `host`.
      servername: isIP(name) === 0 ? name : '',
      ...(context === undefined ? {} : { secureContext: context }),
      rejectUnauthorized: true,
    });
    await settled(socket, 'secureConnect', signal);
    return socket;
  } catch (error) {
    raw.destroy();
    signal.throwIfAborted();
    throw new BridgeError(
      'D2S_DIRECTORY_TLS',
      `no secure connection to ${address.url}: ${describe(error)}`,
      'check `tls.ca` and `tls.serverName` against the certificate of the server, and that the port speaks TLS',
      error,
    );
  }
}

/** Files of ours that cannot be used are no fault of the server; the connection to it ends all the same. */
async function ownFiles(raw: Socket, tls: LdapSourceOptions['tls']): Promise<SecureContext | undefined> {
  try {
    return await tls.context?.();
  } catch (error) {
    raw.destroy();
    throw error;
  }
}

/** Waits for an event of a fresh socket; destroys the socket when an error, its end or the signal comes first. */
function settled(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (failure?: Error): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', finish);
      socket.off('close', onClose);
      socket.off(event, onReady);
      // Whatever the socket reports before the session listens, or after it was destroyed, must not end the process.
      socket.on('error', () => undefined);
      if (failure === undefined) {
        resolve();
        return;
      }
      socket.destroy();
      reject(failure);
    };
    const onReady = (): void => finish();
    const onClose = (): void => finish(new Error('the server closed the connection'));
    const onAbort = (): void => finish(new Error('interrupted'));
    socket.once(event, onReady);
    socket.once('error', finish);
    socket.once('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function describe(error: unknown): string {
  // With several addresses for one name (Happy Eyeballs), Node throws an AggregateError with an empty message.
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ');
  return clean(error instanceof Error ? error.message : String(error));
}
