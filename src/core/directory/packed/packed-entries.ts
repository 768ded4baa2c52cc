import type { Entries } from '../../model/entries.ts';
import type { Entry, ResourceType, SourceId } from '../../model/entry.ts';
import type { Arena, Location } from './arena.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Dictionary } from './dictionary.ts';
import { compareIds, dnAt, idAt, isUnreadableAt, probeFor, readEntry, typeAt } from './packed-entry.ts';

/** What packed entries are read from. */
export interface Pack {
  readonly arena: Arena;
  readonly dictionary: Dictionary;
}

/** Where an id stands among those of its type, or would stand. */
export interface Place {
  readonly at: number;
  readonly isThere: boolean;
}

/**
 * Entries as they were at one time: records that do not change, in the order of projections, in which they are also found.
 * It stays as it is whatever is packed later.
 */
export class PackedEntries implements Entries {
  readonly counts: Readonly<Record<ResourceType, number>>;
  readonly locations: Uint32Array;
  readonly #pack: Pack;

  /**
   * @param locations in order (`compareLocations`), none with the id of another of its type
   * @param users how many of them are users
   */
  constructor(pack: Pack, locations: Uint32Array, users: number) {
    this.#pack = pack;
    this.locations = locations;
    this.counts = { user: users, group: locations.length - users };
  }

  get length(): number {
    return this.locations.length;
  }

  at(place: number): Entry | undefined {
    const location = this.locations[place];
    return location === undefined ? undefined : entryAt(this.#pack, location);
  }

  idAt(place: number): SourceId | undefined {
    const { arena, dictionary } = this.#pack;
    const location = this.locations[place];
    return location === undefined ? undefined : idAt(arena.bytesOf(location), arena.startOf(location), dictionary);
  }

  dnAt(place: number): string | undefined {
    const { arena, dictionary } = this.#pack;
    const location = this.locations[place];
    return location === undefined ? undefined : dnAt(arena.bytesOf(location), arena.startOf(location), dictionary);
  }

  has(id: SourceId): boolean {
    return this.#find(id) !== undefined;
  }

  get(id: SourceId): Entry | undefined {
    const place = this.#find(id);
    return place === undefined ? undefined : this.at(place);
  }

  *ids(type?: ResourceType): Generator<SourceId> {
    const { arena, dictionary } = this.#pack;
    const [start, end] = type === undefined ? [0, this.length] : this.#rangeOf(type);
    for (const location of this.locations.subarray(start, end))
      yield idAt(arena.bytesOf(location), arena.startOf(location), dictionary);
  }

  *unreadable(): Generator<SourceId> {
    const { arena, dictionary } = this.#pack;
    for (const location of this.locations) {
      const bytes = arena.bytesOf(location);
      const start = arena.startOf(location);
      if (isUnreadableAt(bytes, start)) yield idAt(bytes, start, dictionary);
    }
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (const location of this.locations) yield entryAt(this.#pack, location);
  }

  /** Where an id stands, or would stand, among entries of a type. */
  placeOf(id: SourceId, type: ResourceType): Place {
    const { arena, dictionary } = this.#pack;
    probe.at = 0;
    probeFor(id, dictionary, probe);
    let [low, high] = this.#rangeOf(type);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const location = this.locations[middle] ?? 0;
      const order = compareIds(arena.bytesOf(location), arena.startOf(location), probe.bytes, 0, dictionary);
      if (order === 0) return { at: middle, isThere: true };
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return { at: low, isThere: false };
  }

  #find(id: SourceId): number | undefined {
    for (const type of ['user', 'group'] as const) {
      const { at, isThere } = this.placeOf(id, type);
      if (isThere) return at;
    }
    return undefined;
  }

  #rangeOf(type: ResourceType): [number, number] {
    return type === 'user' ? [0, this.counts.user] : [this.counts.user, this.length];
  }
}

/** Written anew for each search. */
const probe = new ByteWriter(64);

function entryAt({ arena, dictionary }: Pack, location: Location): Entry {
  return readEntry(arena.bytesOf(location), arena.startOf(location), dictionary);
}

export function typeOf({ arena }: Pack, location: Location): ResourceType {
  return typeAt(arena.bytesOf(location), arena.startOf(location));
}

/** The order of projections: users first, then by id. */
export function compareLocations({ arena, dictionary }: Pack, one: Location, other: Location): number {
  const bytes = arena.bytesOf(one);
  const start = arena.startOf(one);
  const others = arena.bytesOf(other);
  const otherStart = arena.startOf(other);
  const type = typeAt(bytes, start);
  if (type !== typeAt(others, otherStart)) return type === 'user' ? -1 : 1;
  return compareIds(bytes, start, others, otherStart, dictionary);
}
