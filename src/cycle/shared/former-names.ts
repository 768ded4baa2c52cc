import { dnKey } from '../../core/directory/dn.ts';
import { noFormerNames, type FormerNames } from '../../core/mapping/directory-index.ts';
import { memberNames } from '../../core/mapping/member-values.ts';
import type { EntryList } from '../../core/model/entries.ts';
import type { Entry, SourceId } from '../../core/model/entry.ts';
import type { Digest } from '../../core/model/link.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateView } from '../../ports/state-store.ts';
import { besides, inBatches } from './batches.ts';
import { createPauses } from './turns.ts';

/*
 * Where nothing keeps references in order (OpenLDAP without slapo-refint), a person who is renamed or moved still stands
 * under the former DN in their groups. The state remembers under which names every entry was known, as keyed digests, so
 * that such a value keeps its meaning, also for a `sync` that was not there when the person moved. Whoever is gone is
 * forgotten when no target has a link of theirs any more: until then, the name that a group still has for them tells
 * where to look for them.
 */

/** The name that an entry has, and those that it had: more moves than that before anybody looks after a group are rare. */
const mostNames = 4;
const batchSize = 1_000;
/** Names between two looks at the clock: each takes some microseconds. */
const fewNames = 200;

/**
 * Which reading was noted last, by state and directory: a poll that shows nothing new notes nothing, and one that tells
 * what changed notes that. Another state, as after it was put back from a backup, begins anew.
 */
const lastNoted = new WeakMap<StateStore, Map<string, WeakRef<CompleteReading>>>();

/**
 * Notes under which names the entries are known now. A state that cannot be written is the cycle's affair, not ours:
 * what is not noted is noted next time.
 */
export async function noteNames(
  readings: ReadonlyMap<string, CompleteReading>,
  store: StateStore,
  clock?: Pick<Clock, 'monotonic'>,
): Promise<void> {
  const noted = lastNoted.get(store) ?? new Map<string, WeakRef<CompleteReading>>();
  lastNoted.set(store, noted);
  for (const [directory, reading] of readings) {
    const before = noted.get(directory)?.deref();
    if (before === reading) continue;
    const change = before !== undefined && reading.change?.before.deref() === before ? reading.change : undefined;
    try {
      await note(directory, change?.entries ?? reading.entries, store, createPauses(clock));
      if (change === undefined) await forgetOrphanedNames(directory, reading, store);
      noted.set(directory, new WeakRef(reading));
    } catch {
      noted.delete(directory);
    }
  }
}

async function note(
  directory: string,
  entries: Iterable<Entry>,
  store: StateStore,
  pause: () => Promise<void> | undefined,
): Promise<void> {
  for (const batch of inBatches(entries, batchSize)) {
    const known = await store.names(
      directory,
      batch.map(({ id }) => id),
    );
    const names: [SourceId, readonly string[]][] = [];
    for (const entry of batch) {
      const name = digestName(dnKey(entry.dn), store.digest);
      const before = known.get(entry.id) ?? [];
      if (before[0] !== name)
        names.push([entry.id, [name, ...before.filter((one) => one !== name)].slice(0, mostNames)]);
      const paused = pause();
      if (paused !== undefined) await paused;
    }
    if (names.length > 0) await store.record([{ kind: 'names', directory, names }]);
  }
}

/** After a complete reading: the few who leave between two of them are no burden. */
async function forgetOrphanedNames(directory: string, { entries }: CompleteReading, store: StateStore): Promise<void> {
  for await (const ids of besides(entries.ids(), store, (marks) => marks.unmarkedNames(directory))) {
    if (ids.length > 0) await store.record([{ kind: 'names', directory, names: ids.map((id) => [id, []]) }]);
  }
}

/**
 * Where those stand, or stood, whom no reading shows: the names that members of groups have now, and that nobody has who
 * was read, compared with the last name of each of them.
 */
export async function namesInGroups(
  ids: readonly SourceId[],
  { directory, entries }: CompleteReading,
  store: Pick<StateView, 'names' | 'digest'>,
  clock: Pick<Clock, 'monotonic'>,
): Promise<ReadonlyMap<SourceId, string>> {
  const lastNames = new Map(
    [...(await store.names(directory, ids))].flatMap(([id, [last]]) => (last === undefined ? [] : [[last, id]])),
  );
  if (lastNames.size === 0) return new Map();
  const pause = createPauses(clock);
  const found = new Map<SourceId, string>();
  for await (const values of strangeNames(entries, pause)) {
    for (const value of values) {
      const id = lastNames.get(digestName(dnKey(value), store.digest));
      if (id !== undefined) found.set(id, value);
    }
  }
  return found;
}

/** Names of members that nobody has in this spelling, a few at a time: a group may have a million. */
async function* strangeNames(
  entries: EntryList,
  pause: () => Promise<void> | undefined,
): AsyncGenerator<readonly string[]> {
  const spelled = new Set<string>();
  for (const batch of inBatches(entries, fewNames)) {
    await pause();
    for (const { dn } of batch) spelled.add(dn);
  }
  for (const { type, attributes } of entries) {
    if (type !== 'group') continue;
    for (const name of memberNames)
      for (const batch of inBatches(attributes.get(name) ?? [], fewNames)) {
        await pause();
        yield batch.filter((value): value is string => typeof value === 'string' && !spelled.has(value));
      }
  }
}

/** Who had these names, in any of the directories. */
export async function formerNames(
  names: ReadonlySet<string>,
  directories: Iterable<string>,
  store: StateView,
  clock: Pick<Clock, 'monotonic'> | undefined,
): Promise<FormerNames> {
  if (names.size === 0) return noFormerNames;
  const pause = createPauses(clock);
  const asked = [...directories];
  const former = new Map<string, readonly SourceId[]>();
  for (const batch of inBatches([...names], fewNames)) {
    await pause();
    const digests = new Map(batch.map((name) => [name, digestName(dnKey(name), store.digest)]));
    const ids = new Map<string, Set<SourceId>>();
    for (const directory of asked) {
      for (const [digest, those] of await store.named(directory, [...new Set(digests.values())]))
        ids.set(digest, new Set([...(ids.get(digest) ?? []), ...those]));
    }
    for (const [name, digest] of digests) {
      const those = ids.get(digest);
      if (those !== undefined) former.set(name, [...those].sort());
    }
  }
  return former;
}

export function isSameFormer(one: FormerNames, other: FormerNames): boolean {
  return one.size === other.size && [...one].every(([name, ids]) => String(ids) === String(other.get(name) ?? ''));
}

/** Apart from the digests of values: a text that a target holds must not tell whose name it is. */
function digestName(key: string, digest: Digest): string {
  return digest(`name ${key}`);
}
