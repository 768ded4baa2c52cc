import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { systemCode } from '../config/system-code.ts';
import { BridgeError } from '../core/model/errors.ts';

export interface WholeFileOptions {
  /** What is written, for the message: `the plan`. */
  readonly what: string;
  /** Puts it in place of a file that is there. Otherwise it is a new one, or nothing. */
  readonly replaces: boolean;
  /** Permission bits. Those of any new file unless said. */
  readonly mode?: number;
  /** What to do where the disk is not to blame. */
  readonly remedy: string;
}

/** Of a disk, whatever is to be written. */
const diskFaults: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS']);

/**
 * Writes a file for a person: whole, or not at all. A full disk leaves neither half a file nor less of the one that was
 * there.
 *
 * @throws BridgeError D2S_USAGE
 */
export async function writeWholeFile(path: string, text: string, options: WholeFileOptions): Promise<void> {
  const { what, replaces, mode = 0o666, remedy } = options;
  try {
    if (!replaces) await writeNew(path, text, mode);
    else if (await isOrdinary(path)) await replace(path, text, mode);
    else await write(await open(path, 'w'), text); // a pipe or a terminal
  } catch (error) {
    throw new BridgeError(
      'D2S_USAGE',
      `${what} cannot be written to ${path} (${systemCode(error)})`,
      placeRemedy(error, remedy),
      error,
    );
  }
}

/** What to do about a file that cannot be written. @param otherwise where the disk is not to blame */
export function placeRemedy(error: unknown, otherwise: string): string {
  return diskFaults.has(systemCode(error))
    ? 'make room on the disk or mend it, or name a file on another one'
    : otherwise;
}

async function isOrdinary(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts === undefined || facts.isFile();
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeNew(temporary, text, mode);
  await rename(temporary, path).catch(async (error: unknown) => {
    await rm(temporary, { force: true });
    throw error;
  });
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  await write(file, text).catch(async (error: unknown) => {
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  });
}

async function write(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text);
    await file.sync().catch((error: unknown) => {
      if (systemCode(error) !== 'EINVAL') throw error; // pipes and terminals have no disk
    });
  } finally {
    await file.close();
  }
}
