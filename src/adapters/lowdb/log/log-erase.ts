import type { SourceId } from '../../../core/model/entry.ts';
import type { Digest, TargetId } from '../../../core/model/link.ts';
import type { LoggedEntry } from '../../../core/model/log-entry.ts';
import { readText, type StateFiles } from '../shared/files.ts';
import { listLogFiles } from './log-folder.ts';
import { erasedLine, readLogLine } from './log-line.ts';
import { replaceFile } from '../shared/replace-file.ts';

/** Who is erased. */
export interface Erasure {
  readonly ids: ReadonlySet<SourceId>;
  /** What the targets call them: values may name them so. */
  readonly accounts: ReadonlySet<TargetId>;
}

/**
 * Takes somebody out of all files of a log, file by file: each is as before, or without them. Cut short, it is done again.
 *
 * @returns from how many entries they were taken
 */
export async function eraseFromLog(
  files: StateFiles,
  folder: string,
  who: Erasure,
  how: { readonly at: string; readonly digest: Digest },
): Promise<number> {
  let erased = 0;
  for (const { path } of await listLogFiles(files, folder)) {
    const size = (await files.inspect(path))?.size ?? 0;
    const lines = ((await readText(files, path, size)) ?? '').split('\n');
    const left = lines.map((line) => lineWithout(line, who, how));
    const changed = left.filter((line, index) => line !== lines[index]).length;
    if (changed === 0) continue;
    await replaceFile(files, path, [left.join('\n')]);
    erased += changed;
  }
  return erased;
}

function lineWithout(
  text: string,
  who: Erasure,
  { at, digest }: { readonly at: string; readonly digest: Digest },
): string {
  const line = readLogLine(text);
  if (line?.kind !== 'entry') return text;
  const left = entryWithout(line.logged, who);
  return left === line.logged ? text : erasedLine(line, left, at, digest).trimEnd();
}

/** The same entry where they are not in it; undefined where it is about them. */
function entryWithout(entry: LoggedEntry, { ids, accounts }: Erasure): LoggedEntry | undefined {
  const { sourceId, joined, left, replaces, values } = entry;
  if (ids.has(sourceId)) return undefined;
  const isIn = (list: readonly SourceId[] | undefined): boolean => list?.some((id) => ids.has(id)) === true;
  const replaced = replaces !== undefined && ids.has(replaces);
  const named =
    values !== undefined && accounts.values().some((id) => JSON.stringify(values).includes(JSON.stringify(id)));
  if (!isIn(joined) && !isIn(left) && !replaced && !named) return entry;
  const others = (list: readonly SourceId[] | undefined) => list?.filter((id) => !ids.has(id));
  return {
    ...entry,
    joined: others(joined),
    left: others(left),
    ...(replaced ? { replaces: undefined } : {}),
    ...(named ? { values: undefined } : {}),
  };
}
