import type { Sites } from './client-site.ts';
import { monotonic } from '../shared/monotonic.ts';
import type { LdapSourceOptions } from '../shared/options.ts';
import { createDiscovery, type Servers } from './discovery.ts';

/** How long the preferred server is left alone after it failed. */
const holdMilliseconds = 5 * 60_000;

/**
 * Which of the servers of a directory is asked first. It stays the same one for as long as it works, because every
 * change of servers costs a comparison of everything. The preferred one, the first in the list, is tried again after a
 * hold time, so that a server that comes and goes does not make the daemon come and go with it.
 */
export interface ServerChoice {
  /**
   * All URLs, in the order in which to try them now.
   *
   * @param again whether the first of them failed just now, so that a list that was looked up may be outdated
   */
  order(signal: AbortSignal, again?: boolean): Promise<readonly string[]>;
  /**
   * This one was reached: where it is not known in which site this machine is, and servers can say it (`discover`), it is
   * asked, once. True when servers of that site are to be tried before it.
   *
   * @throws whatever `ask` does, or the look-up that follows it
   */
  isFar?(url: string, ask: (domain: string) => Promise<Sites | undefined>, signal: AbortSignal): Promise<boolean>;
  /** This one works. Tells `onFailover` when the one before was another. */
  works(url: string): void;
  /** This one broke while it was read: the others come first next time. */
  broke(url: string): void;
}

export function createServerChoice(options: LdapSourceOptions): ServerChoice {
  const { urls, discover, startTls, onFailover } = options;
  const servers: Servers =
    discover === undefined ? { list: () => Promise.resolve(urls) } : createDiscovery(discover, startTls);
  const now = (): number => monotonic(options);
  let preferred: string | undefined;
  let current: string | undefined;
  let broken: string | undefined;
  let leftAt = 0;
  /** A server that does not bear the question is read without an answer. */
  const asked = new Set<string>();

  return {
    order: async (signal, again = false) => {
      const isHoldOver = current !== preferred && now() - leftAt >= holdMilliseconds;
      const list = await servers.list(current, again || isHoldOver, signal);
      [preferred] = list;
      current ??= preferred;
      const first = isHoldOver ? [preferred, current] : [current];
      const order = [
        ...new Set([...first.filter((url) => url !== undefined).filter((url) => list.includes(url)), ...list]),
      ];
      return broken === undefined || !list.includes(broken)
        ? order
        : [...order.filter((url) => url !== broken), broken];
    },
    isFar: async (url, ask, signal) => {
      const { site } = servers;
      if (discover === undefined || site?.isWanted() !== true || asked.has(url)) return false;
      asked.add(url);
      const sites = await ask(discover.domain);
      const isElsewhere = sites !== undefined && sites.own.toLowerCase() !== sites.server.toLowerCase();
      const near = await site.learn(sites?.own, isElsewhere, signal);
      if (near.length === 0 || near.includes(url)) return false;
      current = undefined;
      return true;
    },
    works: (url) => {
      // Somebody else answered although it was the preferred one's turn: it is left alone for another hold time.
      if (url !== preferred && (current === preferred || now() - leftAt >= holdMilliseconds)) leftAt = now();
      if (current !== undefined && url !== current) onFailover?.(current, url);
      current = url;
      broken = undefined;
    },
    broke: (url) => {
      broken = url;
    },
  };
}
