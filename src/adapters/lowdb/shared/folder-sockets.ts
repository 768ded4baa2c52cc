import { constants } from 'node:fs';
import { chmod, chown, open } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename, dirname } from 'node:path';
import { heirOf } from './owner.ts';
import type { FolderSockets } from './files.ts';

/** What a file system says that has no sockets (FAT, shares of other systems), or a system without /proc. */
const withoutSockets = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EINVAL', 'ENOENT', 'ENOTDIR'];

/** Sockets that are files, on Linux. */
export const folderSockets: FolderSockets = {
  listen: async (path) => {
    const server = createServer((socket) => void socket.destroy());
    const works = await within(path, (short) => listens(server, short));
    if (!works) return undefined;
    server.unref();
    await chmod(path, 0o600);
    const heir = await heirOf(dirname(path));
    if (heir !== undefined) await chown(path, heir.uid, heir.gid);
    return { close: () => new Promise((resolve) => server.close(() => resolve())) };
  },
  answers: (path) => within(path, answers),
};

/** The address of a socket has room for 107 bytes (unix(7)): its folder is named by the number under which it is open. */
async function within<Result>(path: string, act: (short: string) => Promise<Result>): Promise<Result> {
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await act(`/proc/self/fd/${folder.fd}/${basename(path)}`);
  } finally {
    await folder.close();
  }
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (withoutSockets.includes(codeOf(error))) resolve(false);
      else reject(error);
    });
    server.listen(path, () => resolve(true));
  });
}

/** The kernel answers for a process whose event loop stands still. What says anything but that nobody listens counts as somebody. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => {
      resolve(!['ECONNREFUSED', 'ENOENT'].includes(codeOf(error)));
    });
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
