import type { Entry } from '../../model/entry.ts';
import type { Steps } from '../../model/steps.ts';
import { compareLocations, typeOf, type Pack, PackedEntries } from './packed-entries.ts';
import { writeEntry } from './packed-entry.ts';
import { sortInSteps } from './sort-in-steps.ts';

/** The entries of one reading, packed as they come. */
export class Intake {
  readonly #pack: Pack;
  readonly #before: PackedEntries;
  #locations = new Uint32Array(64);
  #length = 0;

  /** @param before who does not differ from what is known is not packed again */
  constructor(pack: Pack, before: PackedEntries) {
    this.#pack = pack;
    this.#before = before;
  }

  /** How many were added. */
  get length(): number {
    return this.#length;
  }

  add(entry: Entry): void {
    const { arena, dictionary } = this.#pack;
    const { at, isThere } = this.#before.placeOf(entry.id, entry.type);
    const known = isThere ? this.#before.locations[at] : undefined;
    const location = arena.add((writer) => {
      writeEntry(entry, dictionary, writer);
    }, known);
    if (this.#length === this.#locations.length) {
      const larger = new Uint32Array(this.#length * 2);
      larger.set(this.#locations);
      this.#locations = larger;
    }
    this.#locations[this.#length] = location;
    this.#length += 1;
  }

  /** In order. Of two with one id the later one counts, and one that is a user, too, is one. */
  *sorted(): Steps<PackedEntries> {
    const pack = this.#pack;
    const compare = (one: number, other: number): number => compareLocations(pack, one, other);
    const sorted = yield* sortInSteps(this.#locations.subarray(0, this.#length), compare);
    let length = 0;
    let users = 0;
    for (let at = 0; at < sorted.length; at += 1) {
      if (at % 1_000 === 0) yield;
      const location = sorted[at] ?? 0;
      const next = sorted[at + 1];
      if (next !== undefined && compare(location, next) === 0) continue;
      if (typeOf(pack, location) === 'user') users += 1;
      sorted[length++] = location;
    }
    const all = new PackedEntries(pack, sorted.slice(0, length), users);
    const groups = all.locations.subarray(users);
    const twice = [...all.ids('group')].map((id) => all.placeOf(id, 'user').isThere);
    if (!twice.includes(true)) return all;
    const alone = groups.filter((_, at) => twice[at] !== true);
    const locations = new Uint32Array(users + alone.length);
    locations.set(all.locations.subarray(0, users));
    locations.set(alone, users);
    return new PackedEntries(pack, locations, users);
  }
}
