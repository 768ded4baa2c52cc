import { toBridgeError, type BridgeError } from '../../core/model/errors.ts';
import type { DirectoryCache } from '../../core/directory/directory-cache.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { Entries } from '../../core/model/entries.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { TargetDefinition } from '../../core/mapping/definition.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CycleObserver } from '../../ports/cycle-observer.ts';
import type { DirectorySource, Since, ReadOutcome } from '../../ports/directory-source.ts';
import type { DirectoryState } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { AttributeNames, CachedDirectory, DirectoryCaches } from './directory-caches.ts';
import { inTurns } from '../shared/turns.ts';
import { whatWasMissed } from './missed.ts';
import { pinnedDirectories } from './pin-directories.ts';

/** How often `entries_read` tells of progress. */
const progressEvery = 1_000;

export interface ReadControl {
  readonly clock: Clock;
  readonly observer: CycleObserver;
  readonly signal: AbortSignal;
  /** What is known from cycles before; without it everything is read. */
  readonly directoryCaches?: DirectoryCaches | undefined;
  /** Tells what the directories were when their people were linked. */
  readonly store: Pick<StateView, 'identity' | 'linkTotals' | 'openMarks' | 'members' | 'names' | 'digest'>;
  /** Attributes to be read besides, in lower case, that no map needs: for whoever looks for somebody by another name. */
  readonly also?: readonly string[] | undefined;
  /** Reads everything although something is known. */
  readonly fresh?: boolean | undefined;
}

/** What came of one directory. */
export type Pass =
  | {
      readonly kind: 'read';
      readonly reading: CompleteReading;
      /** Somebody was there before, or may have been, who is not any more. */
      readonly left: boolean;
      /** For the status: how it was found. */
      readonly seen: DirectoryState;
      /** What it turned out to be, where it was read completely. */
      readonly identity: DirectoryIdentity | undefined;
    }
  | { readonly kind: 'failed'; readonly error: BridgeError };

/** What a directory is read for: these targets, and everything that their maps mention. */
export interface Purpose {
  readonly definitions: readonly TargetDefinition[];
  readonly attributes: AttributeNames;
}

/** Reads a directory, when nobody else reads it. An error is told, and a value. */
export async function readDirectory(source: DirectorySource, purpose: Purpose, control: Reading): Promise<Pass> {
  return control.directoryCaches.alone(source.name, async () => {
    try {
      const followed = control.directoryCaches.of(source.name, purpose.attributes);
      const { directoryCache } = followed;
      const before = directoryCache.reading;
      const { reading, identity } = await follow(source, followed, purpose.definitions, control);
      const left = before === undefined || (before !== reading && !hasAll(directoryCache, before));
      const { counts } = directoryCache;
      const readAt = new Date(control.clock.now()).toISOString();
      return {
        kind: 'read',
        reading,
        left,
        identity,
        seen: { readAt, users: counts.user, groups: counts.group, changes: followed.changes },
      };
    } catch (thrown) {
      // What a reading that was ended stumbled over says nothing of the directory.
      const error = toBridgeError(control.signal.aborted ? control.signal.reason : thrown);
      control.observer({
        kind: 'directory_failed',
        directory: source.name,
        code: error.code,
        message: error.message,
        remedy: error.remedy,
      });
      return { kind: 'failed', error };
    }
  });
}

export interface Reading extends ReadControl {
  readonly directoryCaches: DirectoryCaches;
}

function hasAll({ known, reading }: DirectoryCache, before: CompleteReading): boolean {
  const { change } = reading ?? before;
  return change?.before.deref() === before ? change.gone.length === 0 : hasAllOf(known, before.entries.ids());
}

function hasAllOf(known: Entries, ids: Iterable<SourceId>): boolean {
  for (const id of ids) if (!known.has(id)) return false;
  return true;
}

/**
 * Brings a directory cache up to date. When the reading fails, the directory cache stays as it was, with its watermark.
 *
 * A complete reading takes its time. Who is moved meanwhile may be missed in both places, and a group that is read after
 * a member was renamed names somebody who is not known. So what changed since it began is read as well, where anything
 * did; where nobody can say, when somebody is missing, or a name means nobody.
 */
async function follow(
  source: DirectorySource,
  followed: CachedDirectory,
  definitions: readonly TargetDefinition[],
  control: Reading,
): Promise<{ readonly reading: CompleteReading; readonly identity: DirectoryIdentity | undefined }> {
  const { directoryCache } = followed;
  const { watermark, known } = directoryCache;
  const since = control.fresh === true || watermark === undefined ? undefined : { watermark, known };
  const verdict = await readInto(source, followed, since, control);
  if (verdict.kind === 'complete' && verdict.settled !== true)
    await readAgain(source, followed, definitions, verdict.settled, control);
  const { reading } = directoryCache;
  if (reading === undefined) throw new Error(`directory ${source.name} answered a delta to a request for everything`);
  return { reading, identity: verdict.kind === 'complete' ? verdict.identity : undefined };
}

/**
 * What changed while everything was read, read once more: where only a comparison can tell, when something may have been
 * missed. Without a watermark everything is read again for the sake of names; who is missing is looked up anyway.
 */
async function readAgain(
  source: DirectorySource,
  followed: CachedDirectory,
  definitions: readonly TargetDefinition[],
  settled: false | undefined,
  control: Reading,
): Promise<void> {
  const { directoryCache } = followed;
  const { watermark, known } = directoryCache;
  const missed = settled === false ? undefined : await whatWasMissed(source.name, definitions, directoryCache, control);
  if (settled === undefined && missed === undefined) return;
  if (watermark !== undefined) await readInto(source, followed, { watermark, known }, control);
  else if (missed === 'names') await readInto(source, followed, undefined, control);
}

/** One reading, taken into the directory cache. */
async function readInto(
  source: DirectorySource,
  followed: CachedDirectory,
  since: Since | undefined,
  { clock, observer, store, signal }: Reading,
): Promise<ReadOutcome> {
  const { directoryCache, attributes } = followed;
  const directory = source.name;
  const began = clock.monotonic();
  const pinned = await pinnedDirectories([directory], store);
  observer({ kind: 'reading_started', directory });
  const entries = directoryCache.intake();
  const verdict = await source.read({
    attributes,
    since,
    known: directoryCache.known,
    expected: pinned.get(directory),
    visit: (entry) => {
      entries.add(entry);
      if (entries.length % progressEvery === 0) observer({ kind: 'entries_read', directory, entries: entries.length });
    },
    signal,
  });
  await inTurns(directoryCache.updateInSteps({ ...verdict, directory, entries }), clock);
  if (verdict.kind === 'complete') {
    followed.changes = verdict.changes;
    const { openToAll = [] } = verdict;
    if (openToAll.length > 0) observer({ kind: 'open_to_all', directory, paths: openToAll });
  }
  observer({
    kind: 'directory_read',
    directory,
    verdict: verdict.kind,
    users: directoryCache.counts.user,
    groups: directoryCache.counts.group,
    changed: verdict.kind === 'delta' ? entries.length + verdict.gone.length : undefined,
    because: verdict.kind === 'complete' ? verdict.because : undefined,
    changes: verdict.kind === 'complete' ? verdict.changes : undefined,
    milliseconds: clock.monotonic() - began,
  });
  return verdict;
}
