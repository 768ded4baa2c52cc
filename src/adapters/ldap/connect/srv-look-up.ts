import { Resolver } from 'node:dns/promises';
import type { SrvRecord } from './srv-order.ts';

/** Asks for the SRV records of a name. Empty when there are none; rejects when DNS gave no answer, or at the signal. */
export type SrvLookUp = (name: string, signal: AbortSignal) => Promise<readonly SrvRecord[]>;

/** How long one DNS server may take for one question, and how often it is asked. */
const question = { timeout: 2_000, tries: 2 };

/** @param servers addresses of DNS servers, with a port; those of the system when none are given */
export function createSrvLookUp(servers?: readonly string[]): SrvLookUp {
  return async (name, signal) => {
    signal.throwIfAborted();
    const resolver = new Resolver(question);
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      // RFC 2782: a target of "." says that the service is decidedly not available; Node shows it as an empty name.
      // Nothing can be at port 0 (RFC 6335 §6).
      return (await resolver.resolveSrv(name)).filter(({ name: host, port }) => !['', '.'].includes(host) && port > 0);
    } catch (error) {
      if (isNothing(error)) return [];
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** The name does not exist, or has no such records: an answer, in contrast to a server that fails or is silent. */
function isNothing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA');
}
