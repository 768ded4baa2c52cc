import type { Counters, DataVersion } from '../model/data-version.ts';
import type { Entries } from '../model/entries.ts';
import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import type { CompleteReading, AbsenceReason, DeltaReading, Watermark } from '../model/reading.ts';
import { eachInSteps, inOneGo, type Steps } from '../model/steps.ts';
import { familyOf } from './counters.ts';
import { Arena, type Mark } from './packed/arena.ts';
import { Dictionary } from './packed/dictionary.ts';
import { Intake } from './packed/intake.ts';
import { PackedEntries, type Pack } from './packed/packed-entries.ts';
import { replaceEntries } from './packed/replace-entries.ts';

/** A reading, as it comes. */
export type Update = Taken<DeltaReading> | Taken<CompleteReading>;
type Taken<R> = Omit<R, 'entries'> & { readonly entries: Iterable<Entry> | Intake };

/** With so many bytes that nobody needs any more, and no fewer than are needed, what is needed is put into new memory. */
const fewBytes = 4 * 1024 * 1024;

/**
 * Everything that a directory is known to hold, kept current by its readings. Made by a complete reading alone, so that
 * absence from it is as good as absence from that reading. Entries are packed: objects are made when somebody asks.
 */
export class DirectoryCache {
  #pack: Pack = { arena: new Arena(), dictionary: new Dictionary() };
  #entries = new PackedEntries(this.#pack, new Uint32Array(), 0);
  /** How far the memory was filled when the reading began that is under way, or has failed. */
  #begun: Mark | undefined;
  /** Bytes of the entries that there were when it was looked at last. */
  #size = 0;
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

  /**
   * For the entries of one reading, to be handed over with it. One reading at a time: what came of one that was never
   * handed over, because it failed, is given up.
   */
  intake(): Intake {
    const { arena } = this.#pack;
    if (this.#begun !== undefined) arena.goBack(this.#begun);
    this.#begun = arena.mark;
    return new Intake(this.#pack, this.#entries);
  }

  /** Takes a reading in. */
  update(reading: Update): void {
    inOneGo(this.updateInSteps(reading));
  }

  /** The same. Until the end everything is as it was. */
  *updateInSteps(reading: Update): Steps<void> {
    const taken = yield* (reading.entries instanceof Intake ? reading.entries : this.#takeIn(reading.entries)).sorted();
    const isChanged = reading.kind === 'complete' || taken.length + reading.gone.length > 0;
    const entries =
      reading.kind === 'complete' ? taken : replaceEntries(this.#pack, this.#entries, taken, reading.gone);
    const kept = isChanged ? yield* this.#compact(entries) : this.#entries;
    this.#begun = undefined;
    for (const [id, absenceReason] of reading.absenceReasons ?? []) this.#absenceReasons.set(id, absenceReason);
    for (const id of this.#absenceReasons.keys()) if (taken.has(id)) this.#absenceReasons.delete(id);
    this.#version = reading.kind === 'complete' ? reading.version : advance(this.#version, reading.version);
    this.#watermark = reading.watermark;
    if (!isChanged && this.#reading !== undefined) return;
    this.#entries = kept;
    const change =
      reading.kind === 'delta' && this.#reading !== undefined
        ? { before: new WeakRef(this.#reading), entries: taken, gone: reading.gone }
        : undefined;
    this.#reading = {
      kind: 'complete',
      directory: reading.directory,
      entries: kept,
      change,
      absenceReasons: new Map(this.#absenceReasons),
      version: this.#version,
    };
  }

  /** How many entries of each type. */
  get counts(): Readonly<Record<ResourceType, number>> {
    return this.#entries.counts;
  }

  /** What a complete reading would show now. The same object for as long as nothing changes. Undefined before the first. */
  get reading(): CompleteReading | undefined {
    return this.#reading;
  }

  #takeIn(entries: Iterable<Entry>): Intake {
    const intake = this.intake();
    for (const entry of entries) intake.add(entry);
    return intake;
  }

  /** The same entries, in new memory where half of the old is not needed any more. */
  *#compact(entries: PackedEntries): Steps<PackedEntries> {
    const { arena, dictionary } = this.#pack;
    if (arena.size < fewBytes || arena.size < 2 * this.#size) return entries;
    let size = 0;
    yield* eachInSteps(entries.locations, (location) => (size += arena.sizeOf(location)));
    this.#size = size;
    if (arena.size < 2 * size) return entries;
    const pack = { arena: new Arena(), dictionary };
    const locations = new Uint32Array(entries.length);
    let at = 0;
    yield* eachInSteps(entries.locations, (location) => (locations[at++] = pack.arena.copy(arena, location)));
    this.#pack = pack;
    return new PackedEntries(pack, locations, entries.counts.user);
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
