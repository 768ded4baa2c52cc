import { createCompactor } from '../../src/core/directory/compact-entries.ts';
import type { Entry, SourceId } from '../../src/core/model/entry.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';

/** A directory in memory that tells what changed, so that what a cycle costs is not what its reading costs. */
export interface MemorySource extends DirectorySource {
  readonly entries: ReadonlyMap<SourceId, Entry>;
  /** In place of the entry with its id. */
  put(entry: Entry): void;
  remove(id: SourceId): void;
}

/** @param source read once, with whatever attributes the first reading asks for */
export function createMemorySource(source: DirectorySource): MemorySource {
  const entries = new Map<SourceId, Entry>();
  const changed = new Set<SourceId>();
  const compact = createCompactor();
  let identity: Extract<Awaited<ReturnType<DirectorySource['read']>>, { kind: 'complete' }>['identity'] | undefined;
  let reads = 0;
  return {
    name: source.name,
    inspect: (signal) => source.inspect(signal),
    entries,
    async read({ attributes, since, visit, signal }) {
      if (identity === undefined) {
        const verdict = await source.read({
          attributes,
          visit: (entry) => void entries.set(entry.id, compact(entry)),
          signal,
        });
        if (verdict.kind === 'complete') ({ identity } = verdict);
      }
      if (identity === undefined) throw new Error('the world was not read');
      reads += 1;
      const news = [...changed];
      changed.clear();
      const watermark = String(reads);
      if (since === undefined) {
        for (const entry of entries.values()) await visit(entry);
        return { kind: 'complete', identity, watermark, settled: true };
      }
      for (const id of news) {
        const entry = entries.get(id);
        if (entry !== undefined) await visit(entry);
      }
      return { kind: 'delta', watermark, gone: news.filter((id) => !entries.has(id)) };
    },
    put(entry) {
      entries.set(entry.id, compact(entry));
      changed.add(entry.id);
    },
    remove(id) {
      entries.delete(id);
      changed.add(id);
    },
  };
}
