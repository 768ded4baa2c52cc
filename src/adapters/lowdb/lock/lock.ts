import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createServer, type Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { locked } from '../shared/faults.ts';
import { claimFolder } from './folder-lock.ts';
import { lockAddress } from './lock-address.ts';
import { newKey } from '../shared/secret-key.ts';
import { readText, writeFully, type StateFiles } from '../shared/files.ts';

/** The right to write to a state folder. The kernel frees it however its holder ends, or the next one takes it over. */
export interface StateLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder, once per machine.
 *
 * Linux: an abstract unix socket named after the folder's identity and a secret in it. A second listener gets EADDRINUSE,
 * whatever name it knows the folder by, and `kill -9` frees it at once; a file with a time stamp in it would let a second
 * process in while the event loop of the first one stands still. Any user may listen on any abstract name, so that nobody
 * else may know this one. Containers that share a volume have abstract names of their own: a socket in the folder keeps
 * them apart as well (`folder-lock.ts`). Windows: a named pipe does the same. Elsewhere: a file with the holder's process id.
 *
 * @throws BridgeError D2S_STATE_LOCKED
 */
export function acquireLock(files: StateFiles, folder: string, identity: string): Promise<StateLock> {
  return lockAddress('', process.platform) === undefined
    ? acquireFile(files, folder)
    : acquireSocket(files, folder, identity);
}

const noteName = 'lock';

/** How long another process may take to write one line. */
const patience = 10;

/**
 * What only those know who may read the folder: the state's own key; in a folder without a state yet, a file that the
 * first one makes who comes. Everybody who comes later finds the same.
 */
async function lockSecret(files: StateFiles, folder: string): Promise<string> {
  const path = join(folder, 'lock.key');
  const key = join(folder, 'secret.key');
  if ((await files.inspect(path)) === undefined) {
    if ((await files.inspect(key)) !== undefined) return (await readText(files, key, 64)) ?? '';
    await writeSecret(files, path);
  }
  for (let attempt = 0; attempt < patience; attempt += 1) {
    const text = (await readText(files, path, 64)) ?? '';
    if (text.endsWith('\n')) return text;
    await wait(20);
  }
  return ''; // whoever made it was ended before it wrote the line: then the name is what everybody can tell
}

async function writeSecret(files: StateFiles, path: string): Promise<void> {
  try {
    const file = await files.open(path, 'create');
    try {
      await writeFully(file, Buffer.from(newKey()), 0);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

async function acquireSocket(files: StateFiles, folder: string, identity: string): Promise<StateLock> {
  const name = createHash('sha256')
    .update(`${identity}\n${await lockSecret(files, folder)}`)
    .digest('hex')
    .slice(0, 32);
  const server = createServer((socket) => void socket.destroy());
  const note = join(folder, noteName);
  const address = lockAddress(name, process.platform) ?? '';
  if (!(await listens(server, address))) throw locked(folder, await readPid(files, note));
  server.unref();
  const claim = await claimFolder(files, folder).catch(async (error: unknown) => {
    await close(server);
    throw error;
  });
  // Only so that the other one can be named; the lock does not depend on it, and the disk may be full.
  await files.remove(note).catch(() => undefined);
  await writePid(files, note).catch(() => undefined);
  return {
    release: async () => {
      await files.remove(note).catch(() => undefined);
      await claim?.release();
      await close(server);
    },
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** False when someone else listens there. */
function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(path, () => resolve(true));
  });
}

/** Lock files that this very process holds: after a restart in a container a stale one may bear our own number. */
const held = new Set<string>();

/** The lock by file, for systems without abstract sockets. */
export async function acquireFile(files: StateFiles, folder: string): Promise<StateLock> {
  const path = join(folder, noteName);
  for (let attempt = 0; ; attempt += 1) {
    try {
      await writePid(files, path);
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const pid = await readPid(files, path);
    const remedy = `stop the other one first; if there is none, remove ${path}`;
    if (attempt > 0 || pid === undefined || isRunning(Number(pid), path)) throw locked(folder, pid, remedy);
    await files.remove(path);
  }
  held.add(path);
  return {
    release: async () => {
      held.delete(path);
      await files.remove(path);
    },
  };
}

function isRunning(pid: number, path: string): boolean {
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function writePid(files: StateFiles, path: string): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    await writeFully(file, Buffer.from(`${process.pid}\n`), 0);
  } finally {
    await file.close();
  }
}

async function readPid(files: StateFiles, path: string): Promise<string | undefined> {
  const text = await readText(files, path, 32).catch(() => undefined);
  return /^\d+(?=\n$)/.exec(text ?? '')?.[0];
}
