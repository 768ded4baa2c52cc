import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * What of a file every user of this host may change: the file, or its folder, in which another may be put in its place
 * (unless it has the sticky bit). Whoever can decides who the people and groups are. Windows has no such bits.
 */
export async function openToAll(path: string): Promise<string[]> {
  if (process.platform === 'win32') return [];
  const folder = dirname(path);
  const isOpen = ({ mode }: { readonly mode: number }): boolean => (mode & 0o002) !== 0;
  const around = await stat(folder);
  return [
    ...(isOpen(await stat(path)) ? [path] : []),
    ...(isOpen(around) && (around.mode & 0o1000) === 0 ? [folder] : []),
  ];
}
