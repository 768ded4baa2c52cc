import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { locked } from '../shared/faults.ts';
import type { StateFiles } from '../shared/files.ts';

/** How often a folder is tried in which somebody else listens: who tries at the same time gives way, and so do we. */
const attempts = 5;

const listening = /^lock-[0-9a-f]{16}\.sock$/;
const unfinished = /^lock-[0-9a-f]{16}\.new$/;

/** Something that is held until it is given back. */
interface Claim {
  release(): Promise<void>;
}

/**
 * Claims a folder against processes of this machine that see other abstract sockets: containers that share a volume have
 * network namespaces of their own, but a socket that is a file is found wherever the file is.
 *
 * Everybody has a socket of a name of its own, which shows only once it listens, and then looks for others. Whoever finds
 * one that answers gives way; one that refuses is of a process that ended, whatever became of it, and is removed. So two
 * never hold the folder at once, and no name is ever taken from somebody who lives.
 *
 * @returns undefined where the file system has no sockets
 * @throws BridgeError D2S_STATE_LOCKED
 */
export async function claimFolder(files: StateFiles, folder: string): Promise<Claim | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const name = `lock-${randomBytes(8).toString('hex')}`;
    const claim = await listen(files, folder, name);
    if (claim === 'unsupported') return undefined;
    try {
      if (claim !== 'disturbed' && !(await hearsOthers(files, folder, `${name}.sock`))) return claim;
    } catch (error) {
      if (claim !== 'disturbed') await claim.release().catch(() => undefined);
      throw error;
    }
    if (claim !== 'disturbed') await claim.release();
    if (attempt === attempts) throw locked(folder, undefined, remedyIn(folder));
    await wait(attempt * (10 + Math.random() * 40));
  }
}

function remedyIn(folder: string): string {
  return `stop the other one first, which may run in another container; if there is none, remove ${join(folder, 'lock-*.sock')}`;
}

/** @returns `disturbed` when somebody took the name for a leftover before it was shown */
async function listen(files: StateFiles, folder: string, name: string): Promise<Claim | 'unsupported' | 'disturbed'> {
  const [hidden, shown] = [join(folder, `${name}.new`), join(folder, `${name}.sock`)];
  const socket = await files.sockets?.listen(hidden);
  if (socket === undefined) return 'unsupported';
  try {
    await files.rename(hidden, shown);
  } catch (error) {
    await socket.close();
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'disturbed';
    throw error;
  }
  return {
    release: async () => {
      await files.remove(shown).catch(() => undefined);
      await socket.close();
    },
  };
}

async function hearsOthers(files: StateFiles, folder: string, own: string): Promise<boolean> {
  const names = await files.list(folder);
  for (const name of names) {
    if (name === own || !listening.test(name)) continue;
    const path = join(folder, name);
    if ((await files.sockets?.answers(path)) === true) return true;
    await files.remove(path);
  }
  // Of a process that ended between two steps. Whoever is there right now tries again.
  for (const name of names) if (unfinished.test(name)) await files.remove(join(folder, name));
  return false;
}
