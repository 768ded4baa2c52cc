import type { Clock } from '../../../ports/clock.ts';
import { overriding, type ScimTarget } from '../../../ports/scim-target.ts';
import type { TargetDialect } from './target-dialect.ts';
import { readServiceProviderConfig } from './discover.ts';
import { isRefusal, type Exchange } from '../shared/message.ts';

/** How long a target that could not be asked is not asked again: what is to be written says itself what is wrong. */
const restMilliseconds = 60_000;

/**
 * Asks for ServiceProviderConfig before the first write, once in the life of a state, whoever comes first and for all
 * who come meanwhile. Where that fails (credentials, network), the write goes on without and nothing is noted.
 */
export function createDiscovery(
  exchange: Exchange,
  targetDialect: TargetDialect,
  clock: Clock,
): (signal: AbortSignal) => Promise<void> {
  let underWay: Promise<void> | undefined;
  let failedAt = -Infinity;
  const ask = async (asked: AbortSignal): Promise<void> => {
    try {
      const document = await readServiceProviderConfig(exchange, targetDialect, asked);
      if (isRefusal(document)) failedAt = clock.monotonic();
    } catch (error) {
      // Whoever asked for all was told to stop: that concerns the others only if they were too.
      if (!asked.aborted) throw error;
    }
  };
  return async (signal) => {
    if (
      targetDialect.isDiscovered() ||
      !targetDialect.current().discovery.use ||
      clock.monotonic() - failedAt < restMilliseconds
    )
      return;
    underWay ??= ask(signal).finally(() => (underWay = undefined));
    await underWay;
    signal.throwIfAborted();
  };
}

/** The same target, whose writes wait for what discovery says about how to write. */
export function writeAfter(discovered: (signal: AbortSignal) => Promise<void>, target: ScimTarget): ScimTarget {
  return overriding(target, {
    async create(type, attributes, signal, members, isNew) {
      await discovered(signal);
      return target.create(type, attributes, signal, members, isNew);
    },
    async update(type, id, changes, signal, known) {
      if (changes.length > 0) await discovered(signal);
      return target.update(type, id, changes, signal, known);
    },
    async changeMembers(group, change, signal) {
      if (change.add.length + change.remove.length > 0) await discovered(signal);
      return target.changeMembers(group, change, signal);
    },
    async remove(type, id, signal, known) {
      await discovered(signal);
      return target.remove(type, id, signal, known);
    },
  });
}
