import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Whether every user of this host may write to a file. Who writes the configuration or a secret decides where everything
 * goes, and as whom. Windows has no such bits.
 */
export function isOpenToAll({ mode }: Pick<Stats, 'mode'>, platform: NodeJS.Platform = process.platform): boolean {
  return platform !== 'win32' && (mode & 0o002) !== 0;
}

/**
 * Whether every user of this host may put another file in the place of this one. Not where the folder has the sticky bit,
 * nor where nobody may write there: Kubernetes mounts ConfigMaps and Secrets as folders of mode 0777, read-only.
 */
export async function isReplaceable(path: string): Promise<boolean> {
  const folder = dirname(path);
  const stats = await stat(folder);
  if (!isOpenToAll(stats) || (stats.mode & constants.S_IFMT) !== constants.S_IFDIR || (stats.mode & 0o1000) !== 0)
    return false;
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
