import type { Digest } from '../../../core/model/link.ts';
import type { LogCheck, LogFlaw } from '../../../core/model/log-entry.ts';
import type { StateFiles } from '../shared/files.ts';
import { listLogFiles, readLogFile, readLogHeader, type LogFile } from './log-folder.ts';
import type { LogLine } from './log-line.ts';
import type { LogMemory } from './log-memory.ts';

/**
 * Compares the files of the log with the chain of hashes, from the oldest entry that should be there to the last one that
 * the state knows. Whoever can read the key of the state can write a chain that fits: it shows what was changed by hand
 * or lost, and somebody who has the log alone.
 */
export async function checkLog(
  files: StateFiles,
  folder: string,
  log: LogMemory,
  { lineage, digest }: { readonly lineage: string; readonly digest: Digest },
): Promise<LogCheck> {
  const walk = createWalk(digest);
  const all = await filesOfState(files, folder, lineage, log);
  for (const [index, { path }] of all.kept.entries()) {
    let pending = 0;
    if (index === 0) walk.begin(all.oldest);
    walk.beginFile();
    for await (const lines of readLogFile(files, path)) {
      for (const { line } of lines) {
        if (line === undefined) {
          pending += 1;
          continue;
        }
        for (; pending > 0; pending -= 1) walk.unreadable();
        walk.see(line);
      }
    }
    // What stands at the end of the last file and is not whole is being written, or was cut short: the journal has it.
    if (index < all.kept.length - 1) for (; pending > 0; pending -= 1) walk.unreadable();
  }
  const found = walk.end((log.waiting[0]?.seq ?? log.seq + 1) - 1, log.others);
  return { ...found, others: await countEntries(files, all.others) };
}

/**
 * Files of this state that should be there, with the first entry that should be. Whatever comes after the entries of a
 * state that was there before is this one's, whatever the file says: its hash tells.
 */
async function filesOfState(
  files: StateFiles,
  folder: string,
  lineage: string,
  { others, seq }: Pick<LogMemory, 'others' | 'seq'>,
): Promise<{ readonly kept: readonly LogFile[]; readonly others: readonly LogFile[]; readonly oldest: number }> {
  const all = await listLogFiles(files, folder);
  const headers = await Promise.all(all.map(({ path }) => readLogHeader(files, path)));
  const oldest = headers.findLast((header) => header?.lineage === lineage)?.oldest ?? 1;
  const isOwn = (index: number): boolean => {
    const { after } = all[index] ?? { after: seq };
    return (headers[index]?.lineage ?? lineage) === lineage || (after >= others && after < seq);
  };
  return {
    kept: all.filter((_, index) => isOwn(index) && (all[index + 1]?.after ?? oldest) >= oldest),
    others: all.filter((_, index) => !isOwn(index)),
    oldest,
  };
}

async function countEntries(files: StateFiles, others: readonly LogFile[]): Promise<number> {
  let entries = 0;
  for (const { path } of others)
    for await (const lines of readLogFile(files, path))
      entries += lines.filter(({ line }) => line !== undefined && line.kind !== 'header').length;
  return entries;
}

function createWalk(digest: Digest) {
  const flaws: LogFlaw[] = [];
  let entries = 0;
  let erased = 0;
  let expected = 1;
  let before: string | undefined;
  let isFirst = true;
  return {
    begin(oldest: number): void {
      expected = oldest;
    },
    /** The line before the first file's first is not there any more: what the header says of it is in its hash. */
    beginFile(): void {
      isFirst = true;
    },
    see(line: LogLine): void {
      const linked = before ?? (line.kind === 'header' ? line.header.before : undefined);
      const isLinked = linked !== undefined && line.fits(linked, digest);
      before = line.hash;
      const isHeader = line.kind === 'header';
      if (isHeader !== isFirst || (isHeader && !isLinked)) flaws.push({ kind: 'header', from: expected, to: expected });
      isFirst = false;
      if (isHeader) return;
      const seq = line.kind === 'entry' ? line.logged.seq : line.seq;
      if (seq < expected) {
        if (entries > 0) flaws.push({ kind: 'changed', from: seq, to: seq });
        return;
      }
      if (seq > expected) flaws.push({ kind: 'missing', from: expected, to: seq - 1 });
      else if ((linked !== undefined && !isLinked) || (line.kind === 'entry' && !line.valuesFit(digest)))
        flaws.push({ kind: 'changed', from: seq, to: seq });
      entries += 1;
      if (line.kind === 'erased' || line.erased !== undefined) erased += 1;
      expected = seq + 1;
    },
    unreadable(): void {
      flaws.push({ kind: 'unreadable', from: expected, to: expected });
    },
    /**
     * @param last the last entry that the files should have
     * @param others up to where they are another state's
     */
    end(last: number, others: number): Omit<LogCheck, 'others'> {
      const from = Math.max(expected, others + 1);
      if (last >= from) flaws.push({ kind: 'missing', from, to: last });
      return { entries, erased, flaws };
    },
  };
}
