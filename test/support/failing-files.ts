import type { StateFile, StateFiles } from '../../src/adapters/lowdb/shared/files.ts';

/** What changes something on the disk. Reading is never counted. */
export type WritingOperation =
  'makeFolder' | 'restrict' | 'create' | 'write' | 'sync' | 'truncate' | 'rename' | 'remove' | 'syncFolder';

/** Before the operation has any effect, half-way through it (a write stores its first half), or right after it. */
export type Moment = 'before' | 'halfway' | 'after';

export const moments: readonly Moment[] = ['before', 'halfway', 'after'];

/** What happens instead of, or around, the operation with this number (from 1). Undefined lets it pass. */
export interface Fault {
  /** `stop`: the operation never answers, for tests that play the end of a process inside their own. */
  readonly kind: 'error' | 'kill' | 'stop';
  readonly moment: Moment;
  /** Of an error: `ENOSPC`, `EFBIG`, `EIO`. */
  readonly code?: string;
  /** Of a stop: called when it has come to that. */
  readonly onStop?: () => void;
}

export interface FailingFiles extends StateFiles {
  /** Every operation so far, in order, with the last part of the path it worked on. */
  readonly operations: readonly string[];
}

/**
 * Wraps file operations so that chosen ones fail, or are the last thing this process does (SIGKILL to itself).
 * @param decide is asked before each writing operation, with its number from 1
 */
export function failingFiles(
  files: StateFiles,
  decide: (number: number, operation: WritingOperation, path: string) => Fault | undefined,
): FailingFiles {
  const operations: string[] = [];
  const around = async <Result>(
    operation: WritingOperation,
    path: string,
    act: () => Promise<Result>,
    half: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Result> => {
    operations.push(`${operation} ${path.slice(path.lastIndexOf('/') + 1)}`);
    const fault = decide(operations.length, operation, path);
    if (fault === undefined) return act();
    if (fault.moment === 'after') await act();
    if (fault.moment === 'halfway') await half();
    if (fault.kind === 'kill') process.kill(process.pid, 'SIGKILL');
    if (fault.kind === 'stop') fault.onStop?.();
    if (fault.kind !== 'error') return new Promise<never>(() => undefined); // nothing may happen any more
    throw Object.assign(new Error(`${fault.code ?? 'EIO'}: made to fail, ${operation}`), { code: fault.code ?? 'EIO' });
  };
  const wrap = (file: StateFile, path: string): StateFile => ({
    read: (buffer, position) => file.read(buffer, position),
    write: (bytes, position) =>
      around(
        'write',
        path,
        () => file.write(bytes, position),
        () => file.write(bytes.subarray(0, bytes.length >> 1), position),
      ),
    sync: () => around('sync', path, () => file.sync()),
    truncate: (size) => around('truncate', path, () => file.truncate(size)),
    close: () => file.close(),
  });
  return {
    operations,
    makeFolder: (path) => around('makeFolder', path, () => files.makeFolder(path)),
    realPath: (path) => files.realPath(path),
    inspect: (path) => files.inspect(path),
    list: (folder) => files.list(folder),
    restrict: (path, mode) => around('restrict', path, () => files.restrict(path, mode)),
    open: async (path, use, folder) => {
      const open = (): Promise<StateFile> => files.open(path, use, folder);
      return wrap(await (use === 'create' ? around('create', path, open) : open()), path);
    },
    rename: (from, to) => around('rename', to, () => files.rename(from, to)),
    remove: (path) => around('remove', path, () => files.remove(path)),
    removeFolder: (path) => around('remove', path, () => files.removeFolder(path)),
    syncFolder: (folder) => around('syncFolder', folder, () => files.syncFolder(folder)),
  };
}

/** Kills this process at its nth writing operation. Beyond the last one nothing happens. */
function killingFiles(files: StateFiles, at: number, moment: Moment): FailingFiles {
  return failingFiles(files, (number) => (number === at ? { kind: 'kill', moment } : undefined));
}

/** `12:halfway` in an environment variable: the nth writing operation and the moment. Undefined when it is not set. */
export function killingFilesFrom(files: StateFiles, text: string | undefined): FailingFiles | undefined {
  if (text === undefined || text === '') return undefined;
  const [at = '', wanted = ''] = text.split(':');
  const moment = moments.find((one) => one === wanted);
  if (!/^\d+$/.test(at) || moment === undefined) throw new Error(`not a number and a moment: ${text}`);
  return killingFiles(files, Number(at), moment);
}
