import { constants, type BigIntStats } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  type FileHandle,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { patiently } from './patiently.ts';
import { folderSockets } from './folder-sockets.ts';
import { factsOf } from './file-facts.ts';
import { heirOf } from './owner.ts';
import type { FileFacts, StateFile, StateFiles } from './files.ts';

/** O_NOFOLLOW does not exist on Windows, where links in the folder are caught by `inspect` alone. */
const openFlags = {
  read: constants.O_RDONLY | constants.O_NOFOLLOW,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
  extend: constants.O_RDWR | constants.O_NOFOLLOW,
};

/** The real disk. */
export const nodeFiles: StateFiles = {
  makeFolder: async (path) => {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    const heir = made === undefined ? undefined : await heirOf(dirname(made));
    if (made === undefined || heir === undefined) return;
    for (let folder = path; folder.length >= made.length; folder = dirname(folder))
      await chown(folder, heir.uid, heir.gid);
  },
  realPath: (path) => realpath(path),
  inspect,
  list: (folder) => readdir(folder),
  restrict: (path, mode) => chmod(path, mode),
  open: async (path, use, folder = dirname(path)) => {
    const handle = await open(path, openFlags[use], 0o600);
    const heir = use === 'create' ? await heirOf(folder) : undefined;
    if (heir !== undefined) await handle.chown(heir.uid, heir.gid);
    return stateFile(handle);
  },
  rename: (from, to) => patiently(process.platform, () => rename(from, to)),
  remove: (path) => rm(path, { force: true }),
  removeFolder: (path) => rmdir(path),
  syncFolder,
  sockets: process.platform === 'linux' ? folderSockets : undefined,
};

async function inspect(path: string): Promise<FileFacts | undefined> {
  let stats: BigIntStats;
  try {
    stats = await lstat(path, { bigint: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return factsOf(stats, process.platform);
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for that; NTFS journals its names itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function stateFile(handle: FileHandle): StateFile {
  return {
    read: async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  };
}
