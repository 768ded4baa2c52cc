import type { Counters, DataVersion } from '../model/data-version.ts';
import type { Entries } from '../model/entries.ts';
import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import type { CompleteReading, AbsenceReason, DeltaReading, Watermark } from '../model/reading.ts';
import { familyOf } from './counters.ts';
import { EntryMap } from './entry-map.ts';

/** A reading, as it comes. */
export type Update = DeltaReading | (Omit<CompleteReading, 'entries'> & { readonly entries: Iterable<Entry> });

/**
 * Everything that a directory is known to hold, kept current by its readings. Made by a complete reading alone, so that
 * absence from it is as good as absence from that reading.
 */
export class DirectoryCache {
  #entries: Entries = new EntryMap([]);
  /** Of those who were here once. */
  readonly #absenceReasons = new Map<SourceId, AbsenceReason>();
  #version: DataVersion | undefined;
  #watermark: Watermark | undefined;
  #reading: CompleteReading | undefined;

  /** By source id, as of the watermark. */
  get known(): Entries {
    return this.#entries;
  }

  /** Undefined: the next reading has to be a complete one. */
  get watermark(): Watermark | undefined {
    return this.#watermark;
  }

  /** Takes a reading in. */
  update(reading: Update): void {
    for (const [id, absenceReason] of reading.absenceReasons ?? []) this.#absenceReasons.set(id, absenceReason);
    for (const { id } of reading.entries) this.#absenceReasons.delete(id);
    this.#version = reading.kind === 'complete' ? reading.version : advance(this.#version, reading.version);
    this.#watermark = reading.watermark;
    const isChanged = reading.kind === 'complete' || reading.entries.length + reading.gone.length > 0;
    if (isChanged || this.#reading === undefined) {
      this.#entries = new EntryMap(entriesAfter(this.#entries, reading).values());
      const change =
        reading.kind === 'delta' && this.#reading !== undefined
          ? { before: new WeakRef(this.#reading), entries: reading.entries, gone: reading.gone }
          : undefined;
      this.#reading = {
        kind: 'complete',
        directory: reading.directory,
        entries: this.#entries,
        change,
        absenceReasons: new Map(this.#absenceReasons),
        version: this.#version,
      };
    }
  }

  /** How many entries of each type. */
  get counts(): Readonly<Record<ResourceType, number>> {
    return this.#entries.counts;
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

function entriesAfter(before: Entries, reading: Update): Map<SourceId, Entry> {
  const entries = new Map<SourceId, Entry>();
  if (reading.kind === 'delta') for (const entry of before) entries.set(entry.id, entry);
  for (const id of reading.kind === 'delta' ? reading.gone : []) entries.delete(id);
  for (const entry of reading.entries) entries.set(entry.id, entry);
  return entries;
}
