import { BridgeError } from '../../../core/model/errors.ts';
import type { LdapSourceOptions } from '../shared/options.ts';
import { readRootDse } from '../connect/root-dse.ts';
import type { ChangeStrategy } from './change-strategy.ts';

/** So often in a row. */
const mostFailures = 3;

interface Failures {
  count: number;
  /** What went wrong last. */
  message: string;
}

/** Of each source, until the process ends: a server that a question brings down should not be asked it every hour. */
const known = new WeakMap<LdapSourceOptions, Failures>();

/**
 * Why syncrepl is not used any more; undefined while it is. A provider may err at, or die of, each poll:
 * the directory would never be read again, although everything else works.
 */
export function whyGivenUp(options: LdapSourceOptions, name: ChangeStrategy['name']): string | undefined {
  const failures = name === 'syncrepl' ? known.get(options) : undefined;
  if (failures === undefined || failures.count < mostFailures) return undefined;
  return `syncrepl failed ${mostFailures} times in a row and is not used until the next start (${failures.message})`;
}

/** The strategy, with its failures counted. What works once is trusted again. */
export function counted(strategy: ChangeStrategy, options: LdapSourceOptions): ChangeStrategy {
  if (strategy.name !== 'syncrepl') return strategy;
  const note = (message: string): void =>
    void known.set(options, { count: (known.get(options)?.count ?? 0) + 1, message });
  const noteError = (error: unknown): void => {
    if (error instanceof BridgeError && error.code !== 'D2S_INTERRUPTED') note(error.message);
  };
  return {
    name: strategy.name,
    begin: async (directory) => {
      try {
        return await strategy.begin(directory);
      } catch (error) {
        // A server that does not have it says so, and goes on.
        await readRootDse(directory.session).catch(() => {
          noteError(error);
        });
        throw error;
      }
    },
    poll: async (directory, cursor) => {
      try {
        const feed = await strategy.poll(directory, cursor);
        if (feed.kind !== 'lost') known.delete(options);
        else if (feed.isRefusal === true) note(feed.reason);
        return feed;
      } catch (error) {
        noteError(error);
        throw error;
      }
    },
  };
}
