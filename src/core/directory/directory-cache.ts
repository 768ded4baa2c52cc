import type { Counters, DataVersion } from '../model/data-version.ts';
import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import type { CompleteReading, AbsenceReason, Reading, Watermark } from '../model/reading.ts';
import { familyOf } from './counters.ts';

/**
 * Everything that a directory is known to hold, kept current by its readings. Made by a complete reading alone, so that
 * absence from it is as good as absence from that reading.
 */
export class DirectoryCache {
  readonly #entries = new Map<SourceId, Entry>();
  /** Of those who were here once. */
  readonly #absenceReasons = new Map<SourceId, AbsenceReason>();
  #version: DataVersion | undefined;
  #watermark: Watermark | undefined;
  #reading: CompleteReading | undefined;
  #counts: Readonly<Record<ResourceType, number>> = { user: 0, group: 0 };

  /** By source id, as of the watermark. */
  get known(): ReadonlyMap<SourceId, Entry> {
    return this.#entries;
  }

  /** Undefined: the next reading has to be a complete one. */
  get watermark(): Watermark | undefined {
    return this.#watermark;
  }

  /** Takes a reading in. */
  update(reading: Reading): void {
    if (reading.kind === 'complete') this.#entries.clear();
    else for (const id of reading.gone) this.#entries.delete(id);
    const entries = reading.kind === 'complete' ? reading.entries.toSorted(inOrder) : reading.entries;
    for (const entry of entries) this.#entries.set(entry.id, entry);
    for (const [id, absenceReason] of reading.absenceReasons ?? []) this.#absenceReasons.set(id, absenceReason);
    for (const { id } of entries) this.#absenceReasons.delete(id);
    this.#version = reading.kind === 'complete' ? reading.version : advance(this.#version, reading.version);
    this.#watermark = reading.watermark;
    const isChanged = reading.kind === 'complete' || reading.entries.length + reading.gone.length > 0;
    if (isChanged || this.#reading === undefined) {
      const entries = [...this.#entries.values()];
      const users = entries.filter(({ type }) => type === 'user').length;
      this.#counts = { user: users, group: entries.length - users };
      const change =
        reading.kind === 'delta' && this.#reading !== undefined
          ? { before: new WeakRef(this.#reading), entries: reading.entries, gone: reading.gone }
          : undefined;
      this.#reading = {
        kind: 'complete',
        directory: reading.directory,
        entries,
        change,
        absenceReasons: new Map(this.#absenceReasons),
        version: this.#version,
      };
    }
  }

  /** How many entries of each type. */
  get counts(): Readonly<Record<ResourceType, number>> {
    return this.#counts;
  }

  /** What a complete reading would show now. The same object for as long as nothing changes. Undefined before the first. */
  get reading(): CompleteReading | undefined {
    return this.#reading;
  }
}

/**
 * What a delta says replaces what was known. Counters that it does not name stay as they were, for as long as the same
 * server tells, and unless it names others of a family that is told as a whole: what another server, or one that was
 * restored, does not name it does not have.
 */
function advance(before: DataVersion | undefined, now: DataVersion | undefined): DataVersion | undefined {
  if (before === undefined || now === undefined) return now ?? before;
  if (before.server !== now.server) return now;
  return { ...now, has: carryOn(before.has, now.has), shows: carryOn(before.shows, now.shows) };
}

function carryOn(before: Counters, now: Counters): Counters {
  const whole = new Set(
    Object.keys(now)
      .map(familyOf)
      .filter((family) => /^(?:csn|ruv) /.test(family)),
  );
  return { ...Object.fromEntries(Object.entries(before).filter(([name]) => !whole.has(familyOf(name)))), ...now };
}

/** The order of projections, so that sorting those costs next to nothing: nearly everyone stands where they belong. */
function inOrder(left: Entry, right: Entry): number {
  if (left.type !== right.type) return left.type === 'user' ? -1 : 1;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}
