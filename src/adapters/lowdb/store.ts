import type { SourceId } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { Decision } from '../../ports/decisions.ts';
import type { StateStore, StateView } from '../../ports/state-store.ts';
import type { Erased } from '../../ports/state-tools.ts';
import type { Compaction } from './disk/compaction.ts';
import type { DecisionFolder } from './decision-folder.ts';
import { GroupCommit } from './shared/group-commit.ts';
import { packChange, PathLists } from './disk/journal-links.ts';
import { readRecord } from './disk/state-change.ts';
import type { JournalWriter } from './disk/journal-writer.ts';
import { tryParseJson } from './shared/lines.ts';
import type { LatestNote } from './disk/latest-note.ts';
import type { LogWriter } from './log/log-writer.ts';
import type { StateLock } from './lock/lock.ts';
import type { StateContent } from './disk/snapshot.ts';

/** A state in a folder of this machine. */
export interface EmbeddedStore extends StateStore {
  /**
   * Everything about these entries is erased: from the files of the log, the decisions that wait, the state, and the
   * journal. Nothing else may be recorded meanwhile.
   */
  erase(ids: ReadonlySet<SourceId>): Promise<Erased>;
}

/** What each write to the disk came to. The journal's size tells when the next snapshot is due. */
export type WrittenObserver = (written: {
  readonly result: 'success' | 'error';
  readonly journalBytes: number;
}) => void;

export interface StoreParts {
  readonly view: StateView;
  readonly content: StateContent;
  readonly journal: JournalWriter;
  readonly compaction: Compaction;
  readonly log: LogWriter;
  readonly decisions: DecisionFolder;
  readonly lock: StateLock;
  readonly latest: LatestNote;
  readonly onWritten: WrittenObserver;
  /** Removes what comparisons noted that were cut short. */
  readonly clearNotes: () => Promise<void>;
}

/**
 * The writing side: journal first, memory afterwards. So the memory never holds what a crash could lose, and a
 * failed write leaves nothing to take back.
 */
export function createStore(parts: StoreParts): EmbeddedStore {
  const { view, journal, compaction, decisions, lock } = parts;
  const lists = new PathLists();
  const commits = new GroupCommit(
    (texts) => commit(parts, texts, lists),
    () => withReport(parts, () => compaction.duringWork()),
  );
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await commits.idle();
    await withReport(parts, () => compaction.atTheEnd());
    try {
      await parts.latest.close();
      await parts.log.close().catch(() => undefined); // the journal has what it could not write
      await journal.close();
    } finally {
      await lock.release();
    }
  };
  return {
    ...view,
    record: async (changes) => {
      if (closed !== undefined) throw closedError();
      // As text at once: what the caller does with its objects afterwards cannot reach the state.
      if (changes.length > 0) await commits.add(JSON.stringify(changes.map((one) => packChange(one, lists))));
    },
    removeDecision: (key) => decisions.remove(key),
    erase: async (ids) => {
      await commits.idle();
      // The state comes last: as long as it has them, a second try knows what to look for.
      const who = { ids, accounts: new Set(parts.content.memory.accountsOf(ids)) };
      const logEntries = await parts.log.erase(parts.content.memory.log, who);
      const about = await decisionsAbout(ids, decisions);
      for (const key of about) await decisions.remove(key);
      await parts.clearNotes();
      await commits.add(JSON.stringify([{ kind: 'erased', ids: [...ids] }]));
      await commits.idle();
      await compaction.now();
      return { logEntries, decisions: about.length };
    },
    close: () => (closed ??= close()),
  };
}

async function decisionsAbout(ids: ReadonlySet<SourceId>, decisions: DecisionFolder): Promise<string[]> {
  const { waiting } = await decisions.read();
  const isMeant = ({ sourceId, operations = [] }: Decision): boolean =>
    (sourceId !== undefined && ids.has(sourceId)) ||
    operations.some(
      (one) => ids.has(one.sourceId) || [...(one.add ?? []), ...(one.remove ?? [])].some((id) => ids.has(id)),
    );
  return waiting.filter(isMeant).map(({ key }) => key);
}

async function commit(
  { content, journal, log, latest, onWritten }: StoreParts,
  texts: readonly string[],
  lists: PathLists,
): Promise<void> {
  const paths = new Map<number, readonly string[]>();
  const pathsOf = (number: number): readonly string[] | undefined => {
    const list = lists.at(number);
    if (list !== undefined) paths.set(number, list);
    return list;
  };
  const records = texts.map((text) => asRecord(text, pathsOf));
  try {
    await journal.append(texts, paths);
  } catch (error) {
    onWritten({ result: 'error', journalBytes: journal.size });
    throw error;
  }
  for (const change of records.flat()) content.memory.apply(change);
  content.serial = journal.serial;
  // What cannot be written now is in the journal, and is written with the next, or before a snapshot takes its place.
  await log.write(content.memory.log).catch(() => undefined);
  await latest.write(content.lineage, content.serial);
  onWritten({ result: 'success', journalBytes: journal.size });
}

/** The memory is filled from the text, so that it is the same before and after a restart. */
function asRecord(text: string, pathsOf: (number: number) => readonly string[] | undefined): readonly StateChange[] {
  const record = readRecord(tryParseJson(text), pathsOf);
  if (record === undefined) throw new TypeError('this is not a list of state changes');
  return record;
}

/**
 * A compaction that fails loses nothing and concerns no caller: everything is in the old snapshot and the journal.
 * If the journal has become unusable by it, the next record is refused.
 */
async function withReport({ journal, onWritten }: StoreParts, compact: () => Promise<void>): Promise<void> {
  try {
    await compact();
  } catch {
    onWritten({ result: 'error', journalBytes: journal.size });
  }
}

/** Somebody still works with a state that was opened anew after a failed write. */
function closedError(): BridgeError {
  return new BridgeError(
    'D2S_STATE_UNWRITABLE',
    'the state was opened anew after a failed write, while this cycle was under way',
    'the next cycle goes on',
  );
}
