import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Digest } from '../../../core/model/link.ts';
import { damaged } from '../shared/faults.ts';
import type { StateFiles } from '../shared/files.ts';
import { journalHeader, readJournal, type JournalContent } from './journal.ts';
import { StateMemory } from '../memory/memory.ts';
import { replaceFile } from '../shared/replace-file.ts';
import { digestWith, keyProof, newKey, readKey } from '../shared/secret-key.ts';
import { readSnapshot, writeSnapshot, type StateContent } from './snapshot.ts';

/** The three files that are the state. Only together do they mean anything. */
export interface StatePaths {
  readonly snapshot: string;
  readonly journal: string;
  readonly key: string;
}

export interface LoadedState {
  readonly content: StateContent;
  readonly journal: JournalContent;
  readonly digest: Digest;
}

export function pathsOf(folder: string): StatePaths {
  return {
    snapshot: join(folder, 'snapshot.ndjson'),
    journal: join(folder, 'journal.ndjson'),
    key: join(folder, 'secret.key'),
  };
}

/**
 * Reads the state: snapshot, then the lines of the journal that it does not contain yet.
 *
 * | snapshot | journal               | key   | means                                              |
 * |----------|-----------------------|-------|----------------------------------------------------|
 * | –        | –                     | –     | a first run: undefined                             |
 * | –        | header alone, after 0 | – / ✓ | a first run that was interrupted: undefined        |
 * | ✓        | ✓                     | ✓     | the state, when lineage, serials and key fit       |
 * | anything else                            | | damaged: something was lost                        |
 *
 * @param read gives the content of the snapshot
 * @throws BridgeError when it is damaged or newer
 */
export async function loadState(
  files: StateFiles,
  paths: StatePaths,
  read: () => Promise<StateContent> = () => readSnapshot(files, paths.snapshot),
): Promise<LoadedState | undefined> {
  const has = {
    snapshot: await isThere(files, paths.snapshot),
    journal: await isThere(files, paths.journal),
    key: await isThere(files, paths.key),
  };
  if (!has.snapshot && !has.journal && !has.key) return undefined;
  if (!has.snapshot && has.journal && (await isUnused(files, paths.journal))) return undefined;
  for (const name of ['snapshot', 'journal', 'key'] as const) {
    if (!has[name]) throw damaged(paths[name], 'is missing, while other files of the state are there');
  }
  const content = await read();
  const digest = digestWith(await readKey(files, paths.key));
  if (keyProof(digest, content.lineage) !== content.keyProof) throw damaged(paths.key, 'is not the key of this state');
  const journal = await readJournal(files, paths.journal, content.serial, (changes) => {
    for (const change of changes) content.memory.apply(change);
  });
  checkFit(content, journal, paths);
  content.serial = journal.last;
  return { content, journal, digest };
}

async function isThere(files: StateFiles, path: string): Promise<boolean> {
  const facts = await files.inspect(path);
  if (facts !== undefined && facts.kind !== 'file') throw damaged(path, 'is not a regular file');
  return facts !== undefined;
}

/** Nothing was ever recorded in it. */
async function isUnused(files: StateFiles, path: string): Promise<boolean> {
  const journal = await readJournal(files, path, 0, () => undefined);
  return journal.last === 0 && journal.tail === undefined;
}

function checkFit(content: StateContent, journal: JournalContent, paths: StatePaths): void {
  if (journal.lineage !== content.lineage)
    throw damaged(paths.journal, `belongs to another state than ${paths.snapshot}`);
  if (journal.after > content.serial) throw damaged(paths.snapshot, `is older than ${paths.journal}`);
  // Whatever a snapshot contains was safely in the journal before.
  if (journal.last < content.serial) throw damaged(paths.journal, `is older than ${paths.snapshot}`);
}

/**
 * Makes a new, empty state. The snapshot comes last: as long as it is missing and the journal unused, the next start
 * takes the folder for the interrupted first run that it is.
 */
export async function createState(files: StateFiles, paths: StatePaths, writtenAt: string): Promise<void> {
  const lineage = randomUUID();
  const key = newKey();
  await replaceFile(files, paths.journal, [journalHeader(lineage, 0)]);
  await replaceFile(files, paths.key, [key]);
  const proof = keyProof(digestWith(key), lineage);
  await writeSnapshot(
    files,
    paths.snapshot,
    { lineage, keyProof: proof, serial: 0, memory: new StateMemory() },
    writtenAt,
  );
}
