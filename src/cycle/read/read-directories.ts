import type { BridgeError } from '../../core/model/errors.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { neededAttributes, type TargetDefinition } from '../../core/mapping/definition.ts';
import type { DirectorySource, LookUpAbsent } from '../../ports/directory-source.ts';
import type { DirectoryState } from '../../ports/state-records.ts';
import { createLookUp } from './look-up-absent.ts';
import { createDirectoryCaches, coversAttributes, type AttributeNames } from './directory-caches.ts';
import { readDirectory, type Pass, type ReadControl } from './read-directory.ts';

export interface DirectoryReadings {
  readonly complete: ReadonlyMap<string, CompleteReading>;
  /** Directories without a complete reading, and why. Nothing of what they showed is kept. */
  readonly failed: ReadonlyMap<string, BridgeError>;
  /** For the status: how those that were read were found. */
  readonly seen: ReadonlyMap<string, DirectoryState>;
  /** What those turned out to be that were read completely. */
  readonly identities: ReadonlyMap<string, DirectoryIdentity>;
  /** When the last one ended, by the monotonic clock. */
  readonly readAt: number;
  /** For those whom a reading does not show. */
  readonly lookUp: LookUpAbsent;
}

/** Readings of several directories in a row, at most: those who go on leaving cannot hold everybody up. */
const mostPasses = 3;

/** The readings of one round: each directory is read once for all targets that follow it. */
export interface ReadingRound {
  /**
   * What the directories of these targets show, side by side. Resolves when those are read, however long others take.
   *
   * Each is read once, unless there are several and somebody may have left one of them: whoever moves from one directory
   * to another (between the domains of a forest, and keeps the id) may be gone from the one when it is read, and not be
   * in the other yet. So all are read again, which is cheap where changes are told, until nobody else has gone.
   */
  read(definitions: readonly TargetDefinition[]): Promise<DirectoryReadings>;
}

/** @param everybody all targets of the round that are known by now: a directory is asked for what any of them needs */
export function createReadingRound(
  everybody: () => readonly TargetDefinition[],
  sources: ReadonlyMap<string, DirectorySource>,
  control: ReadControl,
): ReadingRound {
  const reading = { ...control, directoryCaches: control.directoryCaches ?? createDirectoryCaches() };
  const begun = new Map<string, { readonly attributes: AttributeNames; readonly pass: Promise<Pass> }>();
  const rounds = new Map<string, Promise<DirectoryReadings>>();

  const attributesFor = (definitions: readonly TargetDefinition[], name: string): AttributeNames =>
    attributesOf(definitions, name, control.also);
  const readOne = (
    name: string,
    fresh: boolean | undefined,
  ): { readonly attributes: AttributeNames; readonly pass: Promise<Pass> } => {
    const source = sources.get(name);
    if (source === undefined) throw new Error(`no source for directory ${name}`);
    const definitions = everybody();
    const attributes = attributesFor(definitions, name);
    return { attributes, pass: readDirectory(source, { definitions, attributes }, { ...reading, fresh }) };
  };
  const first = (name: string, definitions: readonly TargetDefinition[]): Promise<Pass> => {
    const known = begun.get(name);
    if (known !== undefined && coversAttributes(attributesFor(definitions, name), known.attributes)) return known.pass;
    const own = readOne(name, control.fresh);
    begun.set(name, own);
    return own.pass;
  };
  const readAll = async (
    names: readonly string[],
    definitions: readonly TargetDefinition[],
  ): Promise<DirectoryReadings> => {
    const passes = new Passes();
    let left = await passes.take(names, (name) => first(name, definitions));
    for (let count = 1; count < mostPasses && left && passes.read.length > 1; count += 1) {
      left = await passes.take(passes.read, (name) => readOne(name, false).pass);
    }
    const readings = passes.readings;
    const lookUp = createLookUp(sources, readings.complete, control);
    return { ...readings, readAt: control.clock.monotonic(), lookUp };
  };

  return {
    read(definitions) {
      const names = [...new Set(definitions.flatMap((definition) => [...definition.maps.keys()]))].sort();
      // Whoever comes later may need more of the same directories.
      const key = `${everybody().length} ${names.join(' ')}`;
      const known = rounds.get(key) ?? readAll(names, definitions);
      rounds.set(key, known);
      return known;
    },
  };
}

/** What several readings of some directories in a row show: the last one of each counts. */
class Passes {
  readonly #latest = new Map<string, Pass>();
  readonly #identities = new Map<string, DirectoryIdentity>();

  /** Reads them side by side. @returns whether somebody may have left one of them */
  async take(names: readonly string[], read: (name: string) => Promise<Pass>): Promise<boolean> {
    const passes = await Promise.all(names.map(async (name) => [name, await read(name)] as const));
    for (const [name, pass] of passes) {
      this.#latest.set(name, pass);
      if (pass.kind === 'read' && pass.identity !== undefined) this.#identities.set(name, pass.identity);
    }
    return passes.some(([, pass]) => pass.kind === 'read' && pass.left);
  }

  /** Directories whose last reading did not fail. */
  get read(): string[] {
    return [...this.#latest].flatMap(([name, { kind }]) => (kind === 'read' ? [name] : []));
  }

  get readings(): Pick<DirectoryReadings, 'complete' | 'failed' | 'seen' | 'identities'> {
    const complete = new Map<string, CompleteReading>();
    const failed = new Map<string, BridgeError>();
    const seen = new Map<string, DirectoryState>();
    for (const [name, pass] of this.#latest) {
      if (pass.kind === 'failed') failed.set(name, pass.error);
      else {
        complete.set(name, pass.reading);
        seen.set(name, pass.seen);
      }
    }
    return { complete, failed, seen, identities: this.#identities };
  }
}

/** Reads every directory that these targets follow, with the attributes that any of them needs. */
export function readDirectories(
  definitions: readonly TargetDefinition[],
  sources: ReadonlyMap<string, DirectorySource>,
  control: ReadControl,
): Promise<DirectoryReadings> {
  return createReadingRound(() => definitions, sources, control).read(definitions);
}

function attributesOf(
  definitions: readonly TargetDefinition[],
  directory: string,
  also: readonly string[] = [],
): AttributeNames {
  const union = { user: new Set(also), group: new Set(also) };
  for (const definition of definitions) {
    if (!definition.maps.has(directory)) continue;
    const needed = neededAttributes(definition, directory);
    for (const type of ['user', 'group'] as const) for (const name of needed[type]) union[type].add(name);
  }
  return union;
}
