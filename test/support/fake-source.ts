import { checkIdentity } from '../../src/core/directory/identity.ts';
import type { DirectoryIdentity } from '../../src/core/model/directory-identity.ts';
import type { Entry, ResourceType, SourceId } from '../../src/core/model/entry.ts';
import { BridgeError, toBridgeError } from '../../src/core/model/errors.ts';
import type { AbsenceReason } from '../../src/core/model/reading.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';

/**
 * A directory in memory that knows its changes: it answers a delta to whoever brings a watermark of its own. Entries
 * carry all their attributes; a reading gives those that were asked for.
 */
export interface FakeSource extends DirectorySource {
  /** Adds an entry, or replaces the one with the same id. */
  put(entry: Entry): void;
  remove(id: SourceId): void;
  /** An access rule keeps the entry from the account, without a change of the entry; false shows it again. */
  hide(id: SourceId, hidden?: boolean): void;
  /** An access rule keeps these attributes of all entries from the account, without a change of the entries. */
  hideAttributes(names: readonly string[]): void;
  /** Whether a look-up finds nobody who is hidden or gone, as where the server says the same of both. */
  tellNothing(nothing?: boolean): void;
  /** Everybody about whom it was asked what became of them, one list a request. */
  readonly lookUps: readonly (readonly SourceId[])[];
  entry(id: SourceId): Entry | undefined;
  /** All entries as they are, oldest first. */
  entries(): readonly Entry[];
  /** The directory as it is, to be put back later: a backup, or a replica that lags behind. */
  snapshot(): () => void;
  /** Readings end with this error half-way, until it is taken back. */
  failWith(error: BridgeError | undefined): void;
  /** From now on it is something else. */
  become(identity: DirectoryIdentity): void;
  /** Watermarks given so far are of no use any more. */
  forgetChanges(): void;
}

export function createFakeSource(name: string): FakeSource {
  const content = new Map<SourceId, Entry>();
  /** When each entry last changed or went, counted from the first change. */
  const changedAt = new Map<SourceId, number>();
  const hidden = new Set<SourceId>();
  const lookUps: SourceId[][] = [];
  let tellsNothing = false;
  let unshown: ReadonlySet<string> = new Set();
  let changes = 0;
  let forgotten = 0;
  let failure: BridgeError | undefined;
  let identity: DirectoryIdentity = { kind: 'generic', idAttribute: 'entryUUID', contexts: ['dc=corp'] };
  const mark = (id: SourceId): void => void changedAt.set(id, (changes += 1));
  const ofType = (type: ResourceType): Entry[] =>
    [...content.values()].filter((entry) => entry.type === type && !hidden.has(entry.id));
  return {
    name,
    put: (entry) => {
      content.set(entry.id, entry);
      mark(entry.id);
    },
    remove: (id) => {
      content.delete(id);
      mark(id);
    },
    hide: (id, isHidden = true) => {
      if (isHidden) hidden.add(id);
      else hidden.delete(id);
    },
    lookUps,
    lookUp: async (absent, signal) => {
      await Promise.resolve();
      endIfAborted(signal);
      if (failure !== undefined) throw failure;
      lookUps.push(absent.map(({ id }) => id));
      const isShown = (id: SourceId): boolean => content.has(id) && !hidden.has(id);
      const shareOf = (id: SourceId): AbsenceReason =>
        tellsNothing ? 'missing' : hidden.has(id) ? 'unreadable' : 'deleted';
      return new Map(absent.map(({ id }): [SourceId, AbsenceReason] => [id, isShown(id) ? 'present' : shareOf(id)]));
    },
    hideAttributes: (names) => void (unshown = new Set(names)),
    tellNothing: (nothing = true) => void (tellsNothing = nothing),
    snapshot: () => {
      const [before, at] = [[...content.values()], changes];
      return () => {
        content.clear();
        for (const entry of before) content.set(entry.id, entry);
        // Watermarks of the other data mean nothing here.
        changes = at;
        forgotten = Infinity;
      };
    },
    forgetChanges: () => void (forgotten = changes + 1),
    entry: (id) => content.get(id),
    entries: () => [...content.values()],
    become: (other) => void (identity = other),
    failWith: (error) => void (failure = error),
    async inspect(signal) {
      await Promise.resolve();
      endIfAborted(signal);
      return {
        kind: 'generic',
        idAttribute: 'entryUUID',
        identity,
        preset: 'openldap',
        server: 'memory',
        details: ['in memory'],
      };
    },
    async read({ attributes, since, expected, visit, signal }) {
      checkIdentity(name, expected, identity);
      const from = since === undefined ? undefined : Number(since.watermark);
      const isDelta = from !== undefined && from >= forgotten;
      const isNew = ({ id }: Pick<Entry, 'id'>): boolean => !isDelta || (changedAt.get(id) ?? 0) > from;
      const entries = [...ofType('user'), ...ofType('group')].filter(isNew);
      const half = Math.floor(entries.length / 2);
      for (const [at, entry] of entries.entries()) {
        endIfAborted(signal);
        if (failure !== undefined && at >= half) throw failure;
        await visit({ ...entry, attributes: pick(entry, attributes[entry.type].difference(unshown)) });
      }
      endIfAborted(signal);
      if (failure !== undefined) throw failure;
      const watermark = String(changes);
      const counters = { changes: String(changes) };
      const version = { server: 'memory', has: counters, shows: counters, tellsAll: true };
      if (!isDelta) return { kind: 'complete', identity, watermark, version };
      return {
        kind: 'delta',
        watermark,
        version,
        gone: [...changedAt.keys()].filter((id) => isNew({ id }) && !content.has(id)),
      };
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
