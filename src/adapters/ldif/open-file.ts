import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { BridgeError } from '../../core/model/errors.ts';
import { invalid, throwIfInterrupted } from './invalid.ts';

/** How long we wait for someone to finish writing. */
const patienceMilliseconds = 30_000;

/**
 * Opens the file as it is now and gives it to `use`: a file that is replaced meanwhile (renamed over) stays what it was
 * when it was opened, and one that is written to meanwhile is an error. A file that was just written to may be half
 * there (truncated, and not yet filled again): it is opened when it was left alone for `settleMilliseconds`.
 */
export async function withFile<T>(
  path: string,
  settleMilliseconds: number,
  signal: AbortSignal,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  throwIfInterrupted(signal, path);
  const file = await openSettled(path, settleMilliseconds, signal);
  try {
    const before = await version(file);
    const result = await use(file);
    if ((await version(file)) !== before) {
      throw invalid(
        path,
        undefined,
        'the file changed while it was read',
        'write a new file and rename it to this name',
      );
    }
    return result;
  } finally {
    await file.close();
  }
}

async function openSettled(path: string, settleMilliseconds: number, signal: AbortSignal): Promise<FileHandle> {
  const start = performance.now();
  for (;;) {
    const file = await openRegular(path);
    const age = Date.now() - Number((await file.stat({ bigint: true })).mtimeMs);
    const before = await version(file);
    if (age >= settleMilliseconds) return file;
    try {
      await delay(settleMilliseconds, undefined, { signal });
    } catch {
      // Interrupted: said below.
    }
    // The clock of a file server may run ahead of ours: what did not change while we waited has settled as well.
    if (!signal.aborted && (await version(file)) === before) return file;
    await file.close();
    throwIfInterrupted(signal, path);
    if (performance.now() - start > patienceMilliseconds) {
      throw invalid(
        path,
        undefined,
        'the file is written to all the time',
        'write a new file and rename it to this name',
      );
    }
  }
}

/**
 * Opening a pipe waits for somebody who writes to it, with one of the few threads that all files share. Whoever may put an
 * export there may put a pipe there. Windows has no such flag, and no such files.
 */
const withoutWaiting = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK);

async function openRegular(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, withoutWaiting);
    if ((await file.stat()).isFile()) return file;
  } catch (error) {
    await file?.close();
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new BridgeError(
      'D2S_DIRECTORY_UNREACHABLE',
      `the LDIF file ${path} cannot be opened (${reason})`,
      'correct `path`, or let dir2scim read the file',
      error,
    );
  }
  await file.close();
  throw new BridgeError('D2S_DIRECTORY_UNREACHABLE', `${path} is not a file`, 'let `path` name an LDIF file');
}

/** Two writes within so many milliseconds may leave a file with the same times: FAT has the coarsest, of 2 s. */
const coarsestTime = 2_000;

/**
 * Tells the content of a file from any other that was under its name: equal texts, equal content. Undefined for a file
 * that was written to so lately that another write could leave the same times. Of an open file, so that a network file
 * system has asked its server.
 */
export async function contentMark(file: FileHandle): Promise<string | undefined> {
  const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = await file.stat({ bigint: true });
  const age = Date.now() - Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs);
  return age >= coarsestTime ? `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}` : undefined;
}

async function version(file: FileHandle): Promise<string> {
  const { size, mtimeNs } = await file.stat({ bigint: true });
  return `${size} ${mtimeNs}`;
}
