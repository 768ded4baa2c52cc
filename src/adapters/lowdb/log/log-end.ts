import type { StateFiles } from '../shared/files.ts';
import { listLogFiles, readLogFile, readLogHeader, type LogFile } from './log-folder.ts';

/** A file of the log that is not written to any more, or not yet. */
export interface OlderFile extends LogFile {
  readonly size: number;
  /** When it began, milliseconds since 1970. */
  readonly began: number;
}

/** Where the log goes on. */
export interface LogEnd {
  /** The file that is written to; undefined when a new one has to begin. */
  readonly path: string | undefined;
  /** The entry before its first. */
  readonly after: number;
  /** The last entry. */
  readonly seq: number;
  /** Whether that is another state's, whose place this one took. */
  readonly isForeign: boolean;
  /** Position after its last whole line. */
  readonly size: number;
  readonly began: number;
  /** Of the last line. */
  readonly hash: string;
  readonly older: readonly OlderFile[];
}

const nothing: LogEnd = { path: undefined, after: 0, seq: 0, isForeign: false, size: 0, began: 0, hash: '', older: [] };

/** Finds the end of a log. Of a log that belongs to another state nothing is continued but its count. */
export async function findLogEnd(files: StateFiles, folder: string, lineage: string): Promise<LogEnd> {
  const all = await listLogFiles(files, folder);
  const last = all.pop();
  if (last === undefined) return nothing;
  const older: OlderFile[] = [];
  for (const one of all) older.push(await describe(files, one));
  let seq = last.after;
  let hash = '';
  let size = 0;
  let own = false;
  for await (const lines of readLogFile(files, last.path)) {
    for (const { line, end } of lines) {
      if (line === undefined) continue;
      ({ hash } = line);
      size = end;
      if (line.kind === 'entry') ({ seq } = line.logged);
      else if (line.kind === 'erased') ({ seq } = line);
      else own = line.header.lineage === lineage;
    }
  }
  const described = await describe(files, last);
  if (!own) return { ...nothing, after: seq, seq, isForeign: true };
  return { path: last.path, after: last.after, seq, isForeign: false, size, began: described.began, hash, older };
}

async function describe(files: StateFiles, file: LogFile): Promise<OlderFile> {
  const header = await readLogHeader(files, file.path);
  const size = (await files.inspect(file.path))?.size ?? 0;
  return { ...file, size, began: Date.parse(header?.at ?? '') || 0 };
}
