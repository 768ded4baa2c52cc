import { dirname } from 'node:path';
import type { BridgeError } from '../../../core/model/errors.ts';
import { damaged, locked, unsynced, unwritable } from '../shared/faults.ts';
import { writeFully, type StateFile, type StateFiles } from '../shared/files.ts';
import { journalHeader, journalLine, type JournalContent, type Paths } from './journal.ts';
import { besides, writeNew } from '../shared/replace-file.ts';

/** The open end of the journal. Calls must not overlap. */
export class JournalWriter {
  readonly #files: StateFiles;
  readonly #path: string;
  #file: StateFile;
  #identity: string;
  /** Position after the last line that was synced. */
  #end: number;
  #serial: number;
  /** Set once the journal can no longer be trusted; every later append is refused with it. */
  #refusal: BridgeError | undefined;

  private constructor(files: StateFiles, path: string, file: StateFile, identity: string, content: JournalContent) {
    this.#files = files;
    this.#path = path;
    this.#file = file;
    this.#identity = identity;
    this.#end = content.end;
    this.#serial = content.last;
  }

  /** Opens a journal for writing and cuts off what a crash has left half-written. */
  static async open(files: StateFiles, path: string, content: JournalContent): Promise<JournalWriter> {
    const facts = await files.inspect(path);
    if (facts === undefined) throw damaged(path, 'is gone');
    const file = await files.open(path, 'extend');
    try {
      if (content.tail !== undefined) {
        await file.truncate(content.end);
        await file.sync();
      }
      return new JournalWriter(files, path, file, facts.identity, content);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /** Bytes that are safely in the journal. */
  get size(): number {
    return this.#end;
  }

  /** Serial of the last line that is safely in the journal. */
  get serial(): number {
    return this.#serial;
  }

  get refuses(): boolean {
    return this.#refusal !== undefined;
  }

  /**
   * Appends records as one line. They are on the disk when it resolves.
   * @throws BridgeError when they are not; then the journal is as before, or refuses everything from now on
   */
  async append(records: readonly string[], paths?: Paths): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal;
    await this.#checkUndisturbed();
    const bytes = Buffer.from(journalLine(this.#serial + 1, records, paths));
    try {
      await writeFully(this.#file, bytes, this.#end);
    } catch (error) {
      await this.#takeBack(error);
      throw unwritable(this.#path, error);
    }
    try {
      await this.#file.sync();
    } catch (error) {
      await this.#takeBack(error);
      throw (this.#refusal = unsynced(this.#path, error));
    }
    this.#end += bytes.length;
    this.#serial += 1;
  }

  /**
   * The lock holds on one machine and in one network namespace. Should another process have written all the same (two
   * containers on one volume), or someone have moved the folder away, this one stops instead of writing over it.
   */
  async #checkUndisturbed(): Promise<void> {
    const facts = await this.#files.inspect(this.#path).catch((error: unknown) => {
      throw unwritable(this.#path, error);
    });
    if (facts?.identity === this.#identity && facts.size === this.#end) return;
    const remedy = 'find out who else writes there, or who moved the folder, then start again';
    throw (this.#refusal = locked(dirname(this.#path), undefined, remedy));
  }

  async #takeBack(cause: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#end);
    } catch {
      this.#refusal = unsynced(this.#path, cause);
    }
  }

  /**
   * Starts over with an empty journal, once a snapshot contains every line of this one. Until the new one is in place
   * a failure leaves the old one in use: its lines are simply skipped by their serials.
   */
  async restart(lineage: string): Promise<void> {
    const temporary = besides(this.#path);
    const next = await writeNew(this.#files, temporary, [journalHeader(lineage, this.#serial)]);
    let identity: string | undefined;
    try {
      identity = (await this.#files.inspect(temporary))?.identity;
      await this.#file.close().catch(() => undefined); // Windows replaces no file that is open
      await this.#files.rename(temporary, this.#path);
    } catch (error) {
      await next.file.close().catch(() => undefined);
      await this.#files.remove(temporary).catch(() => undefined);
      await this.#openAgain();
      throw error;
    }
    this.#file = next.file;
    this.#identity = identity ?? '';
    this.#end = next.size;
    try {
      await this.#files.syncFolder(dirname(this.#path));
    } catch (error) {
      // After a power cut the old journal could be back, without what would be appended to the new one.
      throw (this.#refusal = unsynced(this.#path, error));
    }
  }

  /** The journal that was not replaced. */
  async #openAgain(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    try {
      this.#file = await this.#files.open(this.#path, 'extend');
    } catch (error) {
      this.#refusal = unwritable(this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
