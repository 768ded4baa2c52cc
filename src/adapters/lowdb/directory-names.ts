import type { SourceId } from '../../core/model/entry.ts';
import type { StateChange } from '../../ports/state-change.ts';

type NamesChange = Extract<StateChange, { kind: 'names' }>;

/** As many ids as go into one line of a snapshot. */
const batchSize = 500;

/** Under which names the entries of one directory are and were known. */
export class DirectoryNames {
  /** Id → digests, the current name first, with a space between: one text takes a third of the room of a list. */
  readonly #names = new Map<SourceId, string>();
  /** Digest → ids. Made when somebody asks, which is when a value names nobody, and kept current from then on. */
  #ids: Map<string, Set<SourceId>> | undefined;

  set(id: SourceId, names: readonly string[]): void {
    for (const name of this.of(id)) this.#ids?.get(name)?.delete(id);
    if (names.length === 0) this.#names.delete(id);
    else this.#names.set(id, names.join(' '));
    if (this.#ids !== undefined) for (const name of names) add(this.#ids, name, id);
  }

  of(id: SourceId): readonly string[] {
    return this.#names.get(id)?.split(' ') ?? [];
  }

  named(name: string): readonly SourceId[] {
    if (this.#ids === undefined) {
      this.#ids = new Map();
      for (const id of this.#names.keys()) for (const one of this.of(id)) add(this.#ids, one, id);
    }
    return [...(this.#ids.get(name) ?? [])];
  }

  get ids(): readonly SourceId[] {
    return [...this.#names.keys()];
  }

  *changes(directory: string): Generator<NamesChange> {
    const ids = this.ids;
    for (let at = 0; at < ids.length; at += batchSize) {
      yield { kind: 'names', directory, names: ids.slice(at, at + batchSize).map((id) => [id, this.of(id)]) };
    }
  }
}

function add(ids: Map<string, Set<SourceId>>, name: string, id: SourceId): void {
  const known = ids.get(name);
  if (known === undefined) ids.set(name, new Set([id]));
  else known.add(id);
}
