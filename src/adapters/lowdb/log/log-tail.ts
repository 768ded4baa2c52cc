import type { LoggedEntry } from '../../../core/model/log-entry.ts';
import type { StateFiles } from '../shared/files.ts';
import { listLogFiles, logFolder, readLogFile } from './log-folder.ts';
import { nodeFiles } from '../shared/node-files.ts';

/**
 * Follows the files of a log that somebody else writes.
 *
 * @returns to be called again and again: what came after this entry, or since the last call. Calls must not overlap
 */
export function tailLog(
  stateFolder: string,
  after: number,
  files: StateFiles = nodeFiles,
): () => Promise<readonly LoggedEntry[]> {
  const folder = logFolder(stateFolder);
  let last = after;
  let at = { path: '', position: 0 };
  return async () => {
    const all = await listLogFiles(files, folder);
    const from = all.findLastIndex((file) => (at.path === '' ? file.after <= last : file.path === at.path));
    const found: LoggedEntry[] = [];
    for (const { path } of all.slice(Math.max(from, 0))) {
      if (path !== at.path) at = { path, position: 0 };
      if ((await files.inspect(path))?.size === at.position) continue;
      for await (const lines of readLogFile(files, path, at.position)) {
        for (const { line, end } of lines) {
          if (line === undefined) continue;
          at = { path, position: end };
          if (line.kind !== 'entry' || line.logged.seq <= last) continue;
          last = line.logged.seq;
          found.push(line.logged);
        }
      }
    }
    return found;
  };
}
