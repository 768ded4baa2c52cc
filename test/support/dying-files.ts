import type { StateFile, StateFiles } from '../../src/adapters/lowdb/shared/files.ts';

/** The files of a process that may die in the middle of using them. */
export interface DyingFiles {
  readonly files: StateFiles;
  /** Resolves when it has died. */
  readonly death: Promise<'dead'>;
  /** From now on, nothing that it does has an effect, or an answer before it is buried. */
  die(): void;
  /** What waits for an answer fails, so that the dead one lets go of all that it holds. */
  bury(): void;
  /** Resolves while it lives. */
  alive(): Promise<void>;
}

/** @param isLast whether it dies now: asked before and after each operation that changes something, counted from 1 */
export function dyingFiles(files: StateFiles, isLast: (moment: number) => boolean = () => false): DyingFiles {
  const grave = Promise.withResolvers<never>();
  grave.promise.catch(() => undefined);
  const death = Promise.withResolvers<'dead'>();
  let dead = false;
  let moments = 0;
  const die = (): void => {
    dead = true;
    death.resolve('dead');
  };
  const alive = async (): Promise<void> => {
    if (dead) await grave.promise;
  };
  const pass = async (): Promise<void> => {
    moments += 1;
    if (isLast(moments)) die();
    await alive();
  };
  const look = async <Result>(effect: () => Promise<Result>): Promise<Result> => {
    await alive();
    return effect();
  };
  const act = async <Result>(effect: () => Promise<Result>): Promise<Result> => {
    await alive();
    await pass();
    const result = await effect();
    await pass();
    return result;
  };
  const around = (file: StateFile): StateFile => ({
    read: (...call) => look(() => file.read(...call)),
    write: (...call) => act(() => file.write(...call)),
    sync: () => act(() => file.sync()),
    truncate: (size) => act(() => file.truncate(size)),
    close: () => file.close(),
  });
  return {
    death: death.promise,
    die,
    alive,
    bury() {
      die();
      grave.reject(new Error('this process died'));
    },
    files: {
      makeFolder: (path) => act(() => files.makeFolder(path)),
      realPath: (path) => look(() => files.realPath(path)),
      inspect: (path) => look(() => files.inspect(path)),
      list: (folder) => look(() => files.list(folder)),
      restrict: (...call) => act(() => files.restrict(...call)),
      open: async (path, use) => around(await (use === 'create' ? act : look)(() => files.open(path, use))),
      rename: (...call) => act(() => files.rename(...call)),
      remove: (path) => act(() => files.remove(path)),
      removeFolder: (path) => act(() => files.removeFolder(path)),
      syncFolder: (folder) => act(() => files.syncFolder(folder)),
    },
  };
}
