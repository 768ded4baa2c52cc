import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { StateFile, StateFiles } from '../../src/adapters/lowdb/shared/files.ts';

interface Content {
  readonly identity: string;
  now: Buffer;
  /** What the last sync made durable. */
  durable: Buffer;
}

/** How a power cut treats what was not synced. Each choice is a number in [0, 1). */
export type Chance = () => number;

/**
 * A disk in memory that keeps only what it was told to sync: content by `sync` of the file, names by `syncFolder`.
 * Everything else may or may not survive a power cut, in any combination, as POSIX allows it.
 */
export class VolatileDisk {
  #names = new Map<string, Content>();
  #durableNames = new Map<string, Content>();
  readonly #folders = new Map<string, string>();

  /** The disk as it is found after the power came back. */
  afterPowerCut(chance: Chance): VolatileDisk {
    const disk = new VolatileDisk();
    const survivors = new Map<Content, Content>();
    for (const path of this.#folders.keys()) disk.#folders.set(path, randomUUID());
    for (const path of new Set([...this.#names.keys(), ...this.#durableNames.keys()])) {
      const names = chance() < 0.5 ? this.#durableNames : this.#names;
      const content = names.get(path);
      if (content === undefined) continue;
      const survivor = survivors.get(content) ?? afterPowerCut(content, chance);
      survivors.set(content, survivor);
      disk.#names.set(path, survivor);
      disk.#durableNames.set(path, survivor);
    }
    return disk;
  }

  /** What stands in all files, for those who look for a word. */
  text(): string {
    return [...this.#names].map(([path, { now }]) => `${path}\n${now.toString()}`).join('\n');
  }

  files(): StateFiles {
    return {
      makeFolder: (path) =>
        this.#do(() => {
          if (!this.#folders.has(path)) this.#folders.set(path, randomUUID());
        }),
      realPath: (path) => this.#do(() => path),
      inspect: (path) =>
        this.#do(() => {
          const folder = this.#folders.get(path);
          if (folder !== undefined) return { kind: 'folder', size: 0, mode: 0o700, identity: folder } as const;
          const content = this.#names.get(path);
          return (
            content && ({ kind: 'file', size: content.now.length, mode: 0o600, identity: content.identity } as const)
          );
        }),
      list: (folder) =>
        this.#do(() =>
          [...this.#names.keys()]
            .filter((path) => dirname(path) === folder)
            .map((path) => path.slice(folder.length + 1)),
        ),
      restrict: () => this.#do(() => undefined),
      open: (path, use) =>
        this.#do(() => {
          const content = this.#names.get(path);
          if (use === 'create' ? content !== undefined : content === undefined) {
            throw Object.assign(new Error(path), { code: use === 'create' ? 'EEXIST' : 'ENOENT' });
          }
          const opened = content ?? { identity: randomUUID(), now: Buffer.alloc(0), durable: Buffer.alloc(0) };
          this.#names.set(path, opened);
          return this.#file(opened);
        }),
      rename: (from, to) =>
        this.#do(() => {
          const content = this.#names.get(from);
          if (content === undefined) throw Object.assign(new Error(from), { code: 'ENOENT' });
          this.#names.delete(from);
          this.#names.set(to, content);
        }),
      remove: (path) => this.#do(() => void this.#names.delete(path)),
      removeFolder: (path) => this.#do(() => void this.#folders.delete(path)),
      syncFolder: (folder) =>
        this.#do(() => {
          const inFolder = (path: string): boolean => dirname(path) === folder;
          for (const path of [...this.#durableNames.keys()].filter(inFolder)) this.#durableNames.delete(path);
          for (const [path, content] of this.#names) if (inFolder(path)) this.#durableNames.set(path, content);
        }),
    };
  }

  #file(content: Content): StateFile {
    return {
      read: (buffer, position) => this.#do(() => content.now.copy(buffer, 0, position)),
      write: (bytes, position) =>
        this.#do(() => {
          // Never more than this at once: every caller has to cope with short writes.
          const part = bytes.subarray(0, 200);
          const next = Buffer.alloc(Math.max(content.now.length, position + part.length));
          content.now.copy(next);
          next.set(part, position);
          content.now = next;
          return part.length;
        }),
      sync: () => this.#do(() => void (content.durable = content.now)),
      truncate: (size) => this.#do(() => void (content.now = content.now.subarray(0, size))),
      close: () => this.#do(() => undefined),
    };
  }

  async #do<Result>(act: () => Result): Promise<Result> {
    await Promise.resolve();
    return act();
  }
}

/** The synced content, the newest, or something in between: a part, or a hole of zeros in what came last. */
function afterPowerCut({ now, durable }: Content, chance: Chance): Content {
  const choice = chance();
  let bytes = choice < 0.3 ? durable : now;
  if (choice > 0.6 && now.length > durable.length) {
    bytes = Buffer.from(now.subarray(0, durable.length + Math.ceil(chance() * (now.length - durable.length))));
    if (choice > 0.8) bytes.fill(0, durable.length + Math.floor(chance() * (bytes.length - durable.length)));
  }
  return { identity: randomUUID(), now: bytes, durable: bytes };
}
