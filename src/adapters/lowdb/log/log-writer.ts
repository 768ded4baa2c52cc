import type { Digest } from '../../../core/model/link.ts';
import { writeFully, type StateFile, type StateFiles } from '../shared/files.ts';
import { eraseFromLog, type Erasure } from './log-erase.ts';
import { findLogEnd, type LogEnd, type OlderFile } from './log-end.ts';
import { logFilePath, logFolder } from './log-folder.ts';
import { entryLine, headerLine } from './log-line.ts';
import type { LogMemory } from './log-memory.ts';
import { besides, writeNew } from '../shared/replace-file.ts';

/** How much of the log is kept. */
export interface LogBounds {
  readonly bytes: number;
  readonly milliseconds: number;
}

export interface LogWriterOptions {
  readonly lineage: string;
  readonly digest: Digest;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly bounds: LogBounds;
}

const day = 24 * 60 * 60_000;
/** What is too much goes file by file: a file is at most this part of it. */
const filesOfAll = 8;
const mostFileBytes = 8 * 1024 * 1024;

/**
 * The open end of the provisioning log. An entry is in the journal, together with the outcome that it tells of, before it
 * comes here; so nothing has to be synced here, and whatever a crash takes from the files is written again from the
 * journal. Before a snapshot takes the place of the journal, the files are synced (`sync`). Calls must not overlap.
 */
export class LogWriter {
  readonly #files: StateFiles;
  readonly #folder: string;
  readonly #options: LogWriterOptions;
  #end: LogEnd;
  #file: StateFile | undefined;

  private constructor(files: StateFiles, folder: string, options: LogWriterOptions, end: LogEnd) {
    this.#files = files;
    this.#folder = folder;
    this.#options = options;
    this.#end = end;
  }

  static async open(files: StateFiles, stateFolder: string, options: LogWriterOptions): Promise<LogWriter> {
    const folder = logFolder(stateFolder);
    return new LogWriter(files, folder, options, await findLogEnd(files, folder, options.lineage));
  }

  /** Of the last entry in the files. */
  get seq(): number {
    return this.#end.seq;
  }

  /** Whether the last entry in the files is another state's. */
  get isForeign(): boolean {
    return this.#end.isForeign;
  }

  /** Writes what waits. @throws when it cannot; then it waits on */
  async write(log: LogMemory): Promise<void> {
    const waiting = log.waiting.filter(({ seq }) => seq > this.#end.seq);
    if (waiting.length > 0) {
      const file = await this.#open(log);
      let { hash } = this.#end;
      const texts: string[] = [];
      for (const { seq, ...entry } of waiting) {
        const line = entryLine(seq, entry, hash, this.#options.digest);
        texts.push(line.text);
        hash = line.hash;
      }
      const bytes = Buffer.from(texts.join(''));
      await writeFully(file, bytes, this.#end.size);
      const { seq } = waiting.at(-1) ?? this.#end;
      this.#end = { ...this.#end, size: this.#end.size + bytes.length, seq, hash };
    }
    log.written(this.#end.seq);
  }

  /** The same, and it is on the disk when it resolves. */
  async sync(log: LogMemory): Promise<void> {
    await this.write(log);
    await (await this.#resume())?.sync();
  }

  /** Erases somebody from all files, once everything is in them. @returns from how many entries */
  async erase(log: LogMemory, who: Erasure): Promise<number> {
    const { lineage, digest, now } = this.#options;
    await this.sync(log);
    await this.close();
    const erased = await eraseFromLog(this.#files, this.#folder, who, { at: new Date(now()).toISOString(), digest });
    this.#end = await findLogEnd(this.#files, this.#folder, lineage);
    return erased;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #open(log: LogMemory): Promise<StateFile> {
    const file = await this.#resume();
    return file === undefined || this.#isFull() ? this.#begin(file, log) : file;
  }

  /**
   * The file that was written to last, also by a process before this one, of which nobody knows what of it is on the disk.
   * Undefined where there is none.
   */
  async #resume(): Promise<StateFile | undefined> {
    const { path, size } = this.#end;
    if (this.#file !== undefined || path === undefined) return this.#file;
    this.#file = await this.#files.open(path, 'extend');
    await this.#file.truncate(size); // what a crash left half-written
    return this.#file;
  }

  #isFull(): boolean {
    const { seq, after, size, began } = this.#end;
    const { bounds, now } = this.#options;
    const most = Math.min(mostFileBytes, bounds.bytes / filesOfAll);
    return seq > after && (size >= most || now() - began >= Math.min(day, bounds.milliseconds));
  }

  /** Begins a new file, and then removes what is too old or too much. */
  async #begin(last: StateFile | undefined, log: LogMemory): Promise<StateFile> {
    const { lineage, digest, now } = this.#options;
    const { seq, hash, isForeign } = this.#end;
    await this.#files.makeFolder(this.#folder);
    await last?.sync();
    const { kept, dropped } = this.#divide();
    const began = now();
    const header = {
      lineage,
      after: seq,
      // A file that says that it is another state's, and has entries of this one, was edited: they should be there.
      oldest: (kept[0]?.after ?? (isForeign ? log.others : seq)) + 1,
      at: new Date(began).toISOString(),
      before: hash,
    };
    const line = headerLine(header, digest);
    const path = logFilePath(this.#folder, seq);
    const { file, size } = await writeNew(this.#files, besides(path), [line.text]);
    try {
      await this.#files.rename(besides(path), path);
      await this.#files.syncFolder(this.#folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    await last?.close().catch(() => undefined);
    this.#file = file;
    this.#end = { path, after: seq, seq, isForeign: false, size, began, hash: line.hash, older: kept };
    for (const one of dropped) await this.#files.remove(one.path).catch(() => undefined); // tried again with the next file
    return file;
  }

  /** Which of the files are kept, now that a new one begins. Nothing in a file is younger than the beginning of the next. */
  #divide(): { readonly kept: readonly OlderFile[]; readonly dropped: readonly OlderFile[] } {
    const { bounds, now } = this.#options;
    const { path, after, size, began, older } = this.#end;
    const all = [...older, ...(path === undefined ? [] : [{ path, after, size, began }])];
    const endsBefore = now() - bounds.milliseconds;
    let total = all.reduce((sum, one) => sum + one.size, 0);
    const first = all.findIndex((one, index) => {
      const isTooOld = (all[index + 1]?.began ?? now()) < endsBefore;
      const isTooMuch = total > bounds.bytes;
      total -= one.size;
      return !isTooOld && !isTooMuch;
    });
    const keptFrom = first < 0 ? all.length : first;
    return { kept: all.slice(keptFrom), dropped: all.slice(0, keptFrom) };
  }
}
