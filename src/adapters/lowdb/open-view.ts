import { randomUUID } from 'node:crypto';
import { BridgeError } from '../../core/model/errors.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { StateView } from '../../ports/state-store.ts';
import { unusable } from './shared/faults.ts';
import type { StateFiles } from './shared/files.ts';
import { loadState, pathsOf, type LoadedState, type StatePaths } from './disk/load.ts';
import { StateMemory } from './memory/memory.ts';
import { nodeFiles } from './shared/node-files.ts';
import { digestWith, newKey } from './shared/secret-key.ts';
import { createView, viewFiles } from './view.ts';

export interface StateViewOptions {
  readonly folder: string;
  readonly files?: StateFiles | undefined;
}

/**
 * Opens the state for reading, next to a daemon that may be writing: takes no lock, repairs and writes nothing (but
 * the decisions it is asked to leave). It shows the state of this moment and does not follow later changes. Where
 * there is no state yet it shows an empty one, and leaves the folder as it is.
 *
 * @throws BridgeError D2S_STATE_DAMAGED, D2S_STATE_NEWER, or D2S_STATE_UNWRITABLE when it cannot be read
 */
export async function openStateView({ folder, files = nodeFiles }: StateViewOptions): Promise<StateView> {
  try {
    const beside = viewFiles(files, folder);
    const loaded = await loadBesideWriter(files, pathsOf(folder));
    if (loaded === undefined) return createView(randomUUID(), new StateMemory(), digestWith(newKey()), beside);
    return createView(loaded.content.lineage, loaded.content.memory, loaded.digest, beside);
  } catch (error) {
    const facts = await files.inspect(folder).catch(() => undefined);
    throw unusable(folder, error, facts?.owner);
  }
}

const batchSize = 1000;

/** The changes that lead from nothing to the state of this moment, in batches; none where there is no state yet. */
export async function* stateChanges({
  folder,
  files = nodeFiles,
}: StateViewOptions): AsyncGenerator<readonly StateChange[]> {
  const loaded = await loadBesideWriter(files, pathsOf(folder)).catch((error: unknown) => {
    throw unusable(folder, error);
  });
  let batch: StateChange[] = [];
  for (const change of loaded?.content.memory.changes() ?? []) {
    batch.push(change);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

const attempts = 10;

/*
 * A writer may put a new snapshot and journal in place between our reading the one and the other, or take back a line
 * that we are reading. What then looks like damage is none, if the files have changed meanwhile: read again.
 */
async function loadBesideWriter(files: StateFiles, paths: StatePaths): Promise<LoadedState | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await fingerprint(files, paths);
    try {
      return await loadState(files, paths);
    } catch (error) {
      const changed = before !== (await fingerprint(files, paths));
      if (attempt === attempts || !changed || !mayBeRace(error)) throw error;
    }
  }
}

function mayBeRace(error: unknown): boolean {
  if (error instanceof BridgeError) return error.code === 'D2S_STATE_DAMAGED';
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function fingerprint(files: StateFiles, paths: StatePaths): Promise<string> {
  const facts = await Promise.all([
    files.inspect(paths.snapshot),
    files.inspect(paths.journal),
    files.inspect(paths.key),
  ]);
  return JSON.stringify(facts);
}
