import type { Entry, ResourceType, SourceId } from '../../src/core/model/entry.ts';
import { BridgeError, toBridgeError } from '../../src/core/model/errors.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';

/** A directory in memory. Entries carry all their attributes; a reading gives those that were asked for. */
export interface FakeSource extends DirectorySource {
  /** Adds an entry, or replaces the one with the same id. */
  put(entry: Entry): void;
  remove(id: SourceId): void;
  entry(id: SourceId): Entry | undefined;
  /** All entries as they are, oldest first. */
  entries(): readonly Entry[];
  /** Readings end with this error half-way, until it is taken back. */
  failWith(error: BridgeError | undefined): void;
}

export function createFakeSource(name: string): FakeSource {
  const content = new Map<SourceId, Entry>();
  let failure: BridgeError | undefined;
  const ofType = (type: ResourceType): Entry[] => [...content.values()].filter((entry) => entry.type === type);
  return {
    name,
    put: (entry) => void content.set(entry.id, entry),
    remove: (id) => void content.delete(id),
    entry: (id) => content.get(id),
    entries: () => [...content.values()],
    failWith: (error) => void (failure = error),
    async inspect(signal) {
      await Promise.resolve();
      endIfAborted(signal);
      return { kind: 'generic', idAttribute: 'entryUUID', preset: 'openldap', server: 'memory', details: ['in memory'] };
    },
    async read({ attributes, visit, signal }) {
      const entries = [...ofType('user'), ...ofType('group')];
      const half = Math.floor(entries.length / 2);
      for (const [at, entry] of entries.entries()) {
        endIfAborted(signal);
        if (failure !== undefined && at >= half) throw failure;
        await visit({ ...entry, attributes: pick(entry, attributes[entry.type]) });
      }
      endIfAborted(signal);
      if (failure !== undefined) throw failure;
      return { kind: 'complete' };
    },
  };
}

function pick({ attributes }: Entry, names: ReadonlySet<string>): Entry['attributes'] {
  return new Map([...attributes].filter(([name, values]) => names.has(name) && values.length > 0));
}

function endIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof BridgeError ? reason : new BridgeError('D2S_INTERRUPTED', toBridgeError(reason).message, '');
}
