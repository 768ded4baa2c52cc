import type { Entry, ResourceType, SourceId } from '../../src/core/model/entry.ts';
import type { Entries } from '../../src/core/model/entries.ts';

/** Entries that are there as objects. */
export class EntryMap implements Entries {
  readonly #byId: ReadonlyMap<SourceId, Entry>;
  readonly #list: readonly Entry[];
  readonly counts: Readonly<Record<ResourceType, number>>;

  constructor(entries: Iterable<Entry>) {
    this.#list = [...entries].sort(inOrder);
    const users = this.#list.filter(({ type }) => type === 'user').length;
    this.counts = { user: users, group: this.#list.length - users };
    this.#byId = new Map(this.#list.map((entry) => [entry.id, entry]));
  }

  get length(): number {
    return this.#list.length;
  }

  at(place: number): Entry | undefined {
    return this.#list[place];
  }

  has(id: SourceId): boolean {
    return this.#byId.has(id);
  }

  get(id: SourceId): Entry | undefined {
    return this.#byId.get(id);
  }

  *ids(type?: ResourceType): Iterable<SourceId> {
    for (const entry of this.#list) if (type === undefined || entry.type === type) yield entry.id;
  }

  *unreadable(): Iterable<SourceId> {
    for (const { id, unreadable } of this.#list) if (unreadable === true) yield id;
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#list[Symbol.iterator]();
  }
}

/** The order of projections, so that sorting those costs next to nothing: nearly everyone stands where they belong. */
function inOrder(left: Entry, right: Entry): number {
  if (left.type !== right.type) return left.type === 'user' ? -1 : 1;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}
