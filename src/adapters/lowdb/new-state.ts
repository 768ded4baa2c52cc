import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { NewState } from '../../ports/state-tools.ts';
import { unusable } from './shared/faults.ts';
import { writeFully, type StateFiles } from './shared/files.ts';
import { pathsOf } from './disk/load.ts';
import { acquireLock } from './lock/lock.ts';
import { nodeFiles } from './shared/node-files.ts';
import { openFolder, openStateStore } from './open-store.ts';
import { writeNew } from './shared/replace-file.ts';

export interface NewStateOptions {
  readonly folder: string;
  readonly files?: StateFiles | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** Where a state is made that takes the place of another. */
const workshop = 'new';

/**
 * Makes a state in a folder of its own below the state's folder, and then moves its files into their places, one by one.
 * A crash between two of them leaves files of different states, which no program opens: it is begun again, and the state
 * that there was is in the folder in which it is kept by then.
 */
export async function openNewState({ folder, clock, files = nodeFiles }: NewStateOptions): Promise<NewState> {
  const { path, facts } = await openFolder(files, folder).catch((error: unknown) => {
    throw unusable(folder, error);
  });
  const lock = await acquireLock(files, path, facts.identity);
  const made = join(path, workshop);
  try {
    await clear(files, made);
    const store = await openStateStore({ folder: made, clock, files });
    return {
      store,
      putInPlace: async () => {
        await store.close();
        const aside = await keepAside(files, path, clock.now());
        await moveIn(files, made, path);
        return aside;
      },
      close: async () => {
        await store.close();
        await clear(files, made);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw unusable(folder, error);
  }
}

/** What a crash left behind, or nobody wants. The folder itself stays when it cannot be removed, and does no harm. */
async function clear(files: StateFiles, made: string): Promise<void> {
  if ((await files.inspect(made))?.kind !== 'folder') return;
  for (const name of await files.list(made)) await files.remove(join(made, name));
  await files.removeFolder(made).catch(() => undefined);
}

/** Copies: as long as the new files are not in place, the old ones are. */
async function keepAside(files: StateFiles, folder: string, now: number): Promise<string | undefined> {
  const own = Object.values(pathsOf(folder)) as readonly string[];
  const there: string[] = [];
  for (const path of own) if ((await files.inspect(path)) !== undefined) there.push(path);
  if (there.length === 0) return undefined;
  const aside = join(folder, `before-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`);
  await files.makeFolder(aside);
  for (const path of there) await copy(files, path, join(aside, path.slice(folder.length + 1)));
  await files.syncFolder(aside);
  await files.syncFolder(folder);
  return aside;
}

const sliceLength = 1 << 20;

async function copy(files: StateFiles, from: string, to: string): Promise<void> {
  const source = await files.open(from, 'read');
  const { file } = await writeNew(files, to, []);
  try {
    const slice = Buffer.alloc(sliceLength);
    for (let position = 0; ;) {
      const size = await source.read(slice, position);
      if (size === 0) break;
      await writeFully(file, slice.subarray(0, size), position);
      position += size;
    }
    await file.sync();
  } finally {
    await source.close();
    await file.close();
  }
}

/** The snapshot first: with the journal and the key of another state it is no state, whereas a journal alone might be. */
async function moveIn(files: StateFiles, made: string, folder: string): Promise<void> {
  const [from, to] = [pathsOf(made), pathsOf(folder)];
  for (const name of ['snapshot', 'journal', 'key'] as const) await files.rename(from[name], to[name]);
  await files.syncFolder(folder);
}
