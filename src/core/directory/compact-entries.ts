import type { AttributeValue, Entry, ResourceType } from '../model/entry.ts';

type Values = readonly AttributeValue[];
type Attributes = ReadonlyMap<string, Values>;

/** Names that entries of a type have, each with its place in the lists of their values. */
interface Names {
  readonly all: string[];
  readonly places: Map<string, number>;
}

/**
 * Attributes in a third of the memory that a map of lists takes: the names are shared by all entries of a type, and what
 * is alone in its list is kept without one. A million users have twenty of each.
 */
class CompactAttributes implements Attributes {
  readonly #names: Names;
  /** By the place of the name; undefined where the entry has none. */
  readonly #values: readonly (AttributeValue | Values | undefined)[];

  constructor(names: Names, values: readonly (AttributeValue | Values | undefined)[]) {
    this.#names = names;
    this.#values = values;
  }

  get size(): number {
    let size = 0;
    for (const value of this.#values) if (value !== undefined) size += 1;
    return size;
  }

  get(name: string): Values | undefined {
    const place = this.#names.places.get(name);
    return place === undefined ? undefined : listOf(this.#values[place]);
  }

  has(name: string): boolean {
    const place = this.#names.places.get(name);
    return place !== undefined && this.#values[place] !== undefined;
  }

  forEach(callback: (values: Values, name: string, map: Attributes) => void, thisArgument?: unknown): void {
    for (const [name, values] of this) callback.call(thisArgument, values, name, this);
  }

  *entries(): MapIterator<[string, Values]> {
    for (const [place, value] of this.#values.entries()) {
      const name = this.#names.all[place];
      const values = listOf(value);
      if (name !== undefined && values !== undefined) yield [name, values];
    }
  }

  *keys(): MapIterator<string> {
    for (const [name] of this) yield name;
  }

  *values(): MapIterator<Values> {
    for (const [, values] of this) yield values;
  }

  [Symbol.iterator](): MapIterator<[string, Values]> {
    return this.entries();
  }
}

function listOf(value: AttributeValue | Values | undefined): Values | undefined {
  return typeof value === 'string' || value instanceof Uint8Array ? [value] : value;
}

/** With more names than this the gaps would cost more than is saved. */
const mostNames = 256;
/** An attribute with more different values than this has one for nearly everybody: looking for the same is in vain. */
const mostShared = 512;

/** Makes entries compact, and leaves those alone that are: whoever did not change stays the same object. */
export function createCompactor(): (entry: Entry) => Entry {
  const names: Record<ResourceType, Names> = {
    user: { all: [], places: new Map() },
    group: { all: [], places: new Map() },
  };
  const share = createSharing();
  return (entry) => {
    if (entry.attributes instanceof CompactAttributes) return entry;
    const { all, places } = names[entry.type];
    const values: (AttributeValue | Values | undefined)[] = [];
    for (const [name, list] of entry.attributes) {
      let place = places.get(name);
      if (place === undefined) {
        if (all.length >= mostNames) return entry;
        place = all.push(name) - 1;
        places.set(name, place);
      }
      while (values.length < place) values.push(undefined);
      const [first] = list;
      values[place] = list.length === 1 && first !== undefined ? share(name, first) : list;
    }
    // A list that was filled one by one has room for more.
    return { ...entry, attributes: new CompactAttributes(names[entry.type], values.slice()) };
  };
}

/** Texts that many have (a city, a title) are kept once. */
function createSharing(): (name: string, value: AttributeValue) => AttributeValue {
  const known = new Map<string, Map<string, string>>();
  return (name, value) => {
    if (typeof value !== 'string') return value;
    let own = known.get(name);
    if (own === undefined) known.set(name, (own = new Map<string, string>()));
    const same = own.get(value);
    if (same !== undefined) return same;
    if (own.size < mostShared) own.set(value, value);
    return value;
  };
}
