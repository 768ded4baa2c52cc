import { dirname } from 'node:path';
import { Low } from 'lowdb';
import type { Clock } from '../../ports/clock.ts';
import type { Opening } from '../../ports/state-store.ts';
import { clearComparedNotes } from './compared-notes.ts';
import { compactAfter, Compaction } from './disk/compaction.ts';
import { damaged, foreign, unusable } from './shared/faults.ts';
import type { FileFacts, StateFiles } from './shared/files.ts';
import type { JournalContent } from './disk/journal.ts';
import { JournalWriter } from './disk/journal-writer.ts';
import { openLatestNote } from './disk/latest-note.ts';
import { createState, loadState, pathsOf, type LoadedState, type StatePaths } from './disk/load.ts';
import { acquireLock, type StateLock } from './lock/lock.ts';
import { LogWriter, type LogBounds } from './log/log-writer.ts';
import { StateMemory } from './memory/memory.ts';
import { ownUser } from './shared/owner.ts';
import { nodeFiles } from './shared/node-files.ts';
import { besides } from './shared/replace-file.ts';
import { readSnapshot, writeSnapshot, type StateContent } from './disk/snapshot.ts';
import { createStore, type EmbeddedStore, type WrittenObserver } from './store.ts';
import { createView, viewFiles } from './view.ts';

export interface StateStoreOptions {
  readonly folder: string;
  readonly files?: StateFiles | undefined;
  /** Only for the date that a snapshot bears. */
  readonly clock: Pick<Clock, 'now'>;
  /** Where it is noted, outside of the folder, how far the state has come; nowhere when it is not given. */
  readonly latestNote?: string | undefined;
  /** Called once when it is open; must not throw. */
  readonly onOpened?: ((opening: Opening) => void) | undefined;
  /** Called after each write; must not throw. */
  readonly onWritten?: WrittenObserver | undefined;
  /** How much of the provisioning log is kept. */
  readonly log?: LogBounds | undefined;
  /** Journal bytes from which a new snapshot is written, once the journal is also larger than the old snapshot. */
  readonly compactAfter?: number | undefined;
}

/** As the configuration has it when it says nothing. */
const usualBounds: LogBounds = { bytes: 256 * 1024 * 1024, milliseconds: 90 * 24 * 60 * 60_000 };

/**
 * Opens the state for writing and takes its lock. Makes the folder and an empty state where there is none. What a
 * crash left half-written at the end of the journal is cut off; any other damage is an error, and nothing is changed.
 *
 * @throws BridgeError D2S_STATE_LOCKED, D2S_STATE_DAMAGED, D2S_STATE_NEWER, or D2S_STATE_UNWRITABLE
 */
export async function openStateStore(options: StateStoreOptions): Promise<EmbeddedStore> {
  const { files = nodeFiles } = options;
  const opened = new AsyncDisposableStack();
  try {
    const { path, facts } = await openFolder(files, options.folder);
    const lock = await acquireLock(files, path, facts.identity);
    opened.defer(() => lock.release());
    return await openLocked(options, files, path, lock, opened);
  } catch (error) {
    await opened.disposeAsync().catch(() => undefined);
    const facts = await files.inspect(options.folder).catch((): undefined => undefined);
    throw unusable(options.folder, error, facts?.owner);
  }
}

/** The folder of a state, made where there is none. @throws BridgeError when it is somebody else's */
export async function openFolder(
  files: StateFiles,
  folder: string,
): Promise<{ readonly path: string; readonly facts: FileFacts }> {
  await files.makeFolder(folder);
  const path = await files.realPath(folder);
  const facts = await files.inspect(path);
  if (facts?.kind !== 'folder') throw damaged(path, 'is not a folder');
  await files.syncFolder(dirname(path)).catch(() => undefined); // the folder above may be unreadable for us
  await keepPrivate(files, path, facts, 0o700);
  await refuseForeign(files, path, facts);
  return { path, facts };
}

/**
 * Whoever owns the folder, or a file of the state, decides what is in it. A volume of Kubernetes belongs to root, and may
 * be open to all: there, only we have files in it.
 */
async function refuseForeign(files: StateFiles, folder: string, facts: FileFacts): Promise<void> {
  const user = ownUser();
  if (user === undefined || facts.owner === undefined) return;
  if (user !== 0 && facts.owner !== user && facts.owner !== 0) throw foreign(folder, facts.owner, user);
  const paths = pathsOf(folder);
  for (const path of [paths.snapshot, paths.journal, paths.key]) {
    const found = await files.inspect(path);
    if (user !== 0 && found?.owner !== undefined && found.owner !== user && found.owner !== 0)
      throw foreign(path, found.owner, user);
  }
}

/** @param opened gets what has to be closed when the rest cannot be opened */
async function openLocked(
  options: StateStoreOptions,
  files: StateFiles,
  folder: string,
  lock: StateLock,
  opened: AsyncDisposableStack,
): Promise<EmbeddedStore> {
  const paths = pathsOf(folder);
  const writtenAt = (): string => new Date(options.clock.now()).toISOString();
  const database = openDatabase(files, paths.snapshot, writtenAt);
  const { isNew, loaded } = await loadOrCreate(files, paths, database, writtenAt);
  const { content, journal: found, digest } = loaded;
  await tidy(files, paths);
  const beside = viewFiles(files, folder);
  const sizeOfSnapshot = async (): Promise<number> => (await files.inspect(paths.snapshot))?.size ?? 0;
  const snapshotSize = await sizeOfSnapshot();
  const journal = await JournalWriter.open(files, paths.journal, found);
  opened.defer(() => journal.close());
  const latest = await openLatestNote(files, options.latestNote, folder);
  opened.defer(() => latest.close());
  const log = await LogWriter.open(files, folder, {
    lineage: content.lineage,
    digest,
    now: () => options.clock.now(),
    bounds: options.log ?? usualBounds,
  });
  opened.defer(() => log.close());
  const write = async (): Promise<number> => {
    await log.sync(content.memory.log);
    await database.write();
    return sizeOfSnapshot();
  };
  const store = createStore({
    view: createView(content.lineage, content.memory, digest, beside),
    content,
    journal,
    compaction: new Compaction(journal, content.lineage, write, snapshotSize, options.compactAfter ?? compactAfter),
    log,
    decisions: beside.decisions,
    lock,
    latest,
    onWritten: options.onWritten ?? (() => undefined),
    clearNotes: () => clearComparedNotes(files, folder),
  });
  const lost = lostRecords(found, latest.serialOf(content.lineage));
  if (lost !== undefined) await store.record([{ kind: 'content_forgotten' }]);
  // An older copy of the state was put back without its log, or another state took its place: no number is given twice.
  const { seq } = log;
  if (seq > content.memory.log.seq)
    await store.record([{ kind: 'log_head', seq, ...(log.isForeign ? { others: seq } : {}) }]);
  await log.write(content.memory.log).catch(() => undefined); // what a crash took from it
  await latest.write(content.lineage, journal.serial);
  const isExposed = ((await files.inspect(folder))?.mode ?? 0) & 0o002;
  options.onOpened?.({ isNew, ...(isExposed === 0 ? {} : { exposed: true }), cut: found.tail, lost });
  return store;
}

/** What a crash leaves half-written is one line that nobody went by. More were acknowledged, and so was what was noted elsewhere. */
function lostRecords({ last, tail }: JournalContent, noted: number | undefined): Opening['lost'] {
  if (tail !== undefined && (tail.lines > 1 || (noted ?? 0) > last)) return 'damaged';
  return noted !== undefined && noted > last ? 'restored' : undefined;
}

/** lowdb holds the content; its own file adapter would neither sync nor keep the file private, and knows no damage. */
function openDatabase(files: StateFiles, path: string, writtenAt: () => string): Low<StateContent> {
  const adapter = {
    read: () => readSnapshot(files, path),
    write: (content: StateContent) => writeSnapshot(files, path, content, writtenAt()),
  };
  return new Low<StateContent>(adapter, { lineage: '', keyProof: '', serial: 0, memory: new StateMemory() });
}

async function loadOrCreate(
  files: StateFiles,
  paths: StatePaths,
  database: Low<StateContent>,
  writtenAt: () => string,
): Promise<{ readonly isNew: boolean; readonly loaded: LoadedState }> {
  const load = (): Promise<LoadedState | undefined> =>
    loadState(files, paths, async () => {
      await database.read();
      return database.data;
    });
  const loaded = await load();
  if (loaded !== undefined) return { isNew: false, loaded };
  await createState(files, paths, writtenAt());
  const created = await load();
  if (created === undefined) throw damaged(paths.snapshot, 'is gone as soon as it was written');
  return { isNew: true, loaded: created };
}

/** Removes what a crash left of a replacement, and closes the files to others, for instance after a restored backup. */
async function tidy(files: StateFiles, paths: StatePaths): Promise<void> {
  for (const path of [paths.snapshot, paths.journal, paths.key]) {
    if ((await files.inspect(besides(path))) !== undefined) await files.remove(besides(path));
    const facts = await files.inspect(path);
    if (facts !== undefined) await keepPrivate(files, path, facts, 0o600);
  }
}

/** Kubernetes mounts volumes with a root of its own that we may not change; what we make in there is private anyway. */
async function keepPrivate(files: StateFiles, path: string, facts: FileFacts, mode: number): Promise<void> {
  if ((facts.mode & 0o077) === 0) return;
  await files.restrict(path, mode).catch(() => undefined);
}
