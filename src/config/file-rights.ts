import type { Stats } from 'node:fs';

/**
 * Whether every user of this host may write to a file. Who writes the configuration or a secret decides where everything
 * goes, and as whom. Windows has no such bits.
 */
export function isOpenToAll({ mode }: Pick<Stats, 'mode'>): boolean {
  return process.platform !== 'win32' && (mode & 0o002) !== 0;
}
