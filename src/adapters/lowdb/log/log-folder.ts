import { join } from 'node:path';
import type { LoggedEntry } from '../../../core/model/log-entry.ts';
import type { StateFiles } from '../shared/files.ts';
import { readStateLines } from '../shared/lines.ts';
import { readLogLine, type LogHeader, type LogLine } from './log-line.ts';

/** One file of the log. Its name says which entry it begins after. */
export interface LogFile {
  readonly path: string;
  readonly after: number;
}

const name = /^(\d{12})\.ndjson$/;

export function logFolder(stateFolder: string): string {
  return join(stateFolder, 'log');
}

export function logFilePath(folder: string, after: number): string {
  return join(folder, `${String(after).padStart(12, '0')}.ndjson`);
}

/** The files of a log, oldest first; none where there is no log yet. */
export async function listLogFiles(files: StateFiles, folder: string): Promise<LogFile[]> {
  if ((await files.inspect(folder))?.kind !== 'folder') return [];
  const names = await files.list(folder);
  return names
    .flatMap((one) => {
      const after = name.exec(one)?.[1];
      return after === undefined ? [] : [{ path: join(folder, one), after: Number(after) }];
    })
    .sort((a, b) => a.after - b.after);
}

/**
 * Lines of one file, as many at a time as a read brings; undefined in place of what is no line of a log.
 *
 * @param from the position of a line's first byte
 */
export async function* readLogFile(
  files: StateFiles,
  path: string,
  from = 0,
): AsyncGenerator<readonly { readonly line: LogLine | undefined; readonly end: number }[]> {
  const file = await files.open(path, 'read');
  try {
    for await (const lines of readStateLines(file, from)) {
      yield lines.map(({ bytes, whole, end }) => ({ line: whole ? readLogLine(bytes.toString()) : undefined, end }));
    }
  } finally {
    await file.close();
  }
}

/** The first line of a file alone. */
export async function readLogHeader(files: StateFiles, path: string): Promise<LogHeader | undefined> {
  for await (const [first] of readLogFile(files, path))
    return first?.line?.kind === 'header' ? first.line.header : undefined;
  return undefined;
}

/**
 * Entries after one of them, oldest first, in batches. What the files do not have yet comes from the state's journal.
 * A file that is removed meanwhile, because it is too old, is passed over.
 *
 * @param waiting what the journal has; called when the files are read
 */
export async function* readLog(
  files: StateFiles,
  folder: string,
  after: number,
  waiting: () => readonly LoggedEntry[] = () => [],
): AsyncGenerator<readonly LoggedEntry[]> {
  let last = after;
  const all = await listLogFiles(files, folder);
  for (const [index, { path }] of all.entries()) {
    const next = all[index + 1];
    if (next !== undefined && next.after <= after) continue;
    try {
      for await (const lines of readLogFile(files, path)) {
        const entries = lines.flatMap(({ line }) =>
          line?.kind === 'entry' && line.logged.seq > last ? [line.logged] : [],
        );
        last = entries.at(-1)?.seq ?? last;
        if (entries.length > 0) yield entries;
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  const rest = waiting().filter(({ seq }) => seq > last);
  if (rest.length > 0) yield rest;
}
