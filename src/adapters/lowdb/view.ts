import { setImmediate } from 'node:timers/promises';
import type { SourceId } from '../../core/model/entry.ts';
import type { Digest, Link } from '../../core/model/link.ts';
import type { LogCheck, LoggedEntry } from '../../core/model/log-entry.ts';
import { emptyTargetState, type Intent } from '../../ports/state-records.ts';
import type { SeenMarks, StateView } from '../../ports/state-store.ts';
import { DecisionFolder } from './decision-folder.ts';
import type { StateFiles } from './shared/files.ts';
import { checkLog } from './log/log-check.ts';
import { logFolder, readLog } from './log/log-folder.ts';
import type { LogMemory } from './log/log-memory.ts';
import { IdRows } from './memory/id-rows.ts';
import { LinkWords } from './memory/link-words.ts';
import { Marks } from './memory/marks.ts';
import { TargetMemory } from './memory/target-memory.ts';
import type { StateMemory } from './memory/memory.ts';

const batchSize = 1000;
const nothing = new TargetMemory('', { ids: new IdRows(), words: new LinkWords() });

/** What is not in memory. */
export interface ViewFiles {
  readonly decisions: DecisionFolder;
  /** @param waiting what the files may lack */
  readonly readLog: (after: number, waiting: () => readonly LoggedEntry[]) => AsyncIterable<readonly LoggedEntry[]>;
  readonly checkLog: (log: LogMemory, by: { readonly lineage: string; readonly digest: Digest }) => Promise<LogCheck>;
}

export function viewFiles(files: StateFiles, stateFolder: string): ViewFiles {
  return {
    decisions: new DecisionFolder(files, stateFolder),
    readLog: (after, waiting) => readLog(files, logFolder(stateFolder), after, waiting),
    checkLog: (log, by) => checkLog(files, logFolder(stateFolder), log, by),
  };
}

/** Answers every other question from memory. */
export function createView(
  lineage: string,
  memory: StateMemory,
  digest: Digest,
  { decisions, ...log }: ViewFiles,
): StateView {
  const of = (target: string): TargetMemory => memory.target(target) ?? nothing;
  return {
    digest,
    lineage,
    links: (target, ids) => Promise.resolve(each(ids, (id) => of(target).link(id))),
    proofs: (target, ids) => Promise.resolve(each(ids, (id) => of(target).proof(id))),
    linksFrom: (target, directories) => linksFrom(of(target), directories, () => false),
    openMarks: () => Promise.resolve(openMarks(memory, of)),
    owners: (target, type, ids) => Promise.resolve(each(ids, (id) => of(target).owner(type, id))),
    formerOwners: (target, type, ids) => Promise.resolve(pick(of(target).former[type].ids, ids)),
    formerAccounts: (target, owner) => Promise.resolve(of(target).formerAccounts(owner)),
    members: (target, groups) => Promise.resolve(membersOf(of(target), groups)),
    quarantined: (target, ids) => Promise.resolve(pick(of(target).quarantined, ids)),
    names: (directory, ids) => Promise.resolve(namesOf(memory, directory, ids)),
    named: (directory, names) => Promise.resolve(idsOf(memory, directory, names)),
    counts: (target) => Promise.resolve(of(target).counts),
    unstored: (target) => Promise.resolve(of(target).unstored),
    strangers: (target) => Promise.resolve(of(target).members.acknowledged.strangers),
    openIntents: (target) => Promise.resolve([...of(target).intents.values()].filter((one) => !isRefused(one))),
    refusedCreations: (target) => Promise.resolve([...of(target).intents.values()].filter(isRefused)),
    target: (name) => Promise.resolve(memory.target(name)?.state ?? emptyTargetState),
    notes: (target) => Promise.resolve(of(target).notes),
    verified: (target) => Promise.resolve(of(target).verified),
    directory: (name) => Promise.resolve(memory.directory(name)),
    identity: (directory) => Promise.resolve(memory.identity(directory)),
    boundTo: (target) => Promise.resolve(of(target).endpoint),
    linkTotals: () => Promise.resolve(memory.linkTotals),
    memberships: (target) => Promise.resolve(of(target).members.acknowledged.totals),
    holders: (target, type, path) => Promise.resolve(of(target).holders(type, path)),
    removals: (target) => Promise.resolve([...of(target).removals.values()]),
    logged: (after) => log.readLog(after, () => memory.log.waiting),
    checkLog: () => log.checkLog(memory.log, { lineage, digest }),
    decisions: () => decisions.read(),
    decide: (decision) => decisions.write(decision),
    close: () => Promise.resolve(),
  };
}

function namesOf(memory: StateMemory, directory: string, ids: readonly SourceId[]): Map<SourceId, readonly string[]> {
  const known = memory.names(directory);
  return new Map(ids.map((id) => [id, known?.of(id) ?? []] as const).filter(([, names]) => names.length > 0));
}

function idsOf(memory: StateMemory, directory: string, names: readonly string[]): Map<string, readonly SourceId[]> {
  const known = memory.names(directory);
  return new Map(names.map((name) => [name, known?.named(name) ?? []] as const).filter(([, ids]) => ids.length > 0));
}

function pick<Value>(from: ReadonlyMap<string, Value>, ids: readonly string[]): Map<string, Value> {
  return each(ids, (id) => from.get(id));
}

function each<Value>(ids: readonly string[], of: (id: string) => Value | undefined): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const id of ids) {
    const value = of(id);
    if (value !== undefined) found.set(id, value);
  }
  return found;
}

function membersOf(target: TargetMemory, groups: readonly SourceId[]): Map<SourceId, readonly SourceId[]> {
  return new Map(
    groups.map((group) => [group, target.members.acknowledged.of(group)] as const).filter(([, ids]) => ids.length > 0),
  );
}

function openMarks(memory: StateMemory, of: (target: string) => TargetMemory): SeenMarks {
  const seen = new Marks(memory.ids);
  return {
    mark(ids) {
      for (const id of ids) seen.add(id);
      return Promise.resolve();
    },
    unmarkedLinks: (target, directories) => linksFrom(of(target), directories, (row) => seen.hasRow(row)),
    unmarkedQuarantine: (target) => inBatches([...of(target).quarantined.keys()].filter((id) => !seen.has(id))),
    unmarkedNames: (directory) => unmarkedNames(memory, directory, seen),
    close: () => Promise.resolve(),
  };
}

/** Of those who are noted, and without a link, when it is first asked for. */
async function* unmarkedNames(
  memory: StateMemory,
  directory: string,
  seen: Marks,
): AsyncGenerator<readonly SourceId[]> {
  const rows = Uint32Array.from(unlinked());
  yield* inBatches(unmarked());
  function* unlinked(): Generator<number> {
    for (const row of memory.names(directory)?.rows() ?? []) if (!memory.isLinked(row)) yield row;
  }
  function* unmarked(): Generator<SourceId | undefined> {
    for (const [at, row] of rows.entries()) {
      if (at % batchSize === 0) yield undefined;
      if (!seen.hasRow(row)) yield memory.ids.idOf(row);
    }
  }
}

// The list is made when it is first asked for: records that come while it is walked through neither add nor hide any.
async function* linksFrom(
  target: TargetMemory,
  directories: ReadonlySet<string>,
  isSeen: (row: number) => boolean,
): AsyncGenerator<readonly Link[]> {
  yield* inBatches(wanted());
  function* wanted(): Generator<Link | undefined> {
    const isWanted = (row: number, directory: string): boolean => directories.has(directory) && !isSeen(row);
    for (const link of target.links.view(target.name, isWanted)) yield link && target.members.withDoubted(link);
  }
}

/** Between two batches, and where there is nothing for once, others have their turn. */
async function* inBatches<T>(items: Iterable<T | undefined>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (item === undefined) {
      await setImmediate();
      continue;
    }
    batch.push(item);
    if (batch.length < batchSize) continue;
    yield batch;
    await setImmediate();
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Once it was looked into, because somebody left, it is as open as any other. */
function isRefused({ unclear, lookAgainAt }: Intent): boolean {
  return unclear === 'refused' && lookAgainAt === undefined;
}
