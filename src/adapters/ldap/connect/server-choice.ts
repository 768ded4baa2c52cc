import { monotonic } from '../shared/monotonic.ts';
import type { LdapSourceOptions } from '../shared/options.ts';

/** How long the preferred server is left alone after it failed. */
const holdMilliseconds = 5 * 60_000;

/**
 * Which of the servers of a directory is asked first. It stays the same one for as long as it works, because every
 * change of servers costs a comparison of everything. The preferred one, the first URL, is tried again after a hold
 * time, so that a server that comes and goes does not make the daemon come and go with it.
 */
export interface ServerChoice {
  /** All URLs, in the order in which to try them now. */
  order(): readonly string[];
  /** This one works. Tells `onFailover` when the one before was another. */
  works(url: string): void;
  /** This one broke while it was read: the others come first next time. */
  broke(url: string): void;
}

export function createServerChoice(options: LdapSourceOptions): ServerChoice {
  const { urls, onFailover } = options;
  const now = (): number => monotonic(options);
  const [preferred] = urls;
  let current = preferred;
  let broken: string | undefined;
  let leftAt = 0;

  return {
    order: () => {
      const first = current !== preferred && now() - leftAt >= holdMilliseconds ? [preferred, current] : [current];
      const order = [...new Set([...first.filter((url) => url !== undefined), ...urls])];
      return broken === undefined ? order : [...order.filter((url) => url !== broken), broken];
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
