import { setImmediate } from 'node:timers/promises';
import { DirectoryCache } from '../../src/core/directory/directory-cache.ts';
import type { Entries } from '../../src/core/model/entries.ts';
import type { Entry, SourceId } from '../../src/core/model/entry.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';

/** As a server answers: the next page comes in another turn. */
const pageSize = 500;

/** A directory in memory that tells what changed, so that what a cycle costs is not what its reading costs. */
export interface MemorySource extends DirectorySource {
  readonly entries: Entries;
  /** In place of the entry with its id. */
  put(entry: Entry): void;
  remove(id: SourceId): void;
}

/** @param source read once, with whatever attributes the first reading asks for */
export function createMemorySource(source: DirectorySource): MemorySource {
  const world = new DirectoryCache();
  const changed = new Set<SourceId>();
  const { name: directory } = source;
  let identity: Extract<Awaited<ReturnType<DirectorySource['read']>>, { kind: 'complete' }>['identity'] | undefined;
  let reads = 0;
  return {
    name: directory,
    inspect: (signal) => source.inspect(signal),
    get entries() {
      return world.known;
    },
    async read({ attributes, since, visit, signal }) {
      if (identity === undefined) {
        const entries = world.intake();
        const take = (entry: Entry): void => {
          entries.add(entry);
        };
        const verdict = await source.read({ attributes, visit: take, signal });
        world.update({ ...verdict, directory, entries });
        if (verdict.kind === 'complete') ({ identity } = verdict);
      }
      if (identity === undefined) throw new Error('the world was not read');
      reads += 1;
      const news = [...changed];
      changed.clear();
      const watermark = String(reads);
      if (since === undefined) {
        let page = 0;
        for (const entry of world.known) {
          await visit(entry);
          page = (page + 1) % pageSize;
          if (page === 0) await setImmediate();
        }
        return { kind: 'complete', identity, watermark, settled: true };
      }
      for (const id of news) {
        const entry = world.known.get(id);
        if (entry !== undefined) await visit(entry);
      }
      return { kind: 'delta', watermark, gone: news.filter((id) => !world.known.has(id)) };
    },
    put(entry) {
      world.update({ kind: 'delta', directory, entries: [entry], gone: [] });
      changed.add(entry.id);
    },
    remove(id) {
      world.update({ kind: 'delta', directory, entries: [], gone: [id] });
      changed.add(id);
    },
  };
}
