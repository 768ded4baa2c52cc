import type { BigIntStats } from 'node:fs';
import type { FileFacts } from './files.ts';

/** Windows has neither users with numbers nor bits for others: who may do what stands in lists that Node does not show. */
export function factsOf(stats: BigIntStats, platform: NodeJS.Platform): FileFacts {
  const isWindows = platform === 'win32';
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other',
    size: Number(stats.size),
    mode: isWindows ? 0o700 : Number(stats.mode & 0o777n),
    owner: isWindows ? undefined : Number(stats.uid),
    identity: `${String(stats.dev)}:${String(stats.ino)}`,
  };
}
