import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { Entry, ResourceType } from '../core/model/entry.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { neededAttributes, type TargetDefinition } from '../core/mapping/definition.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { DirectorySource } from '../ports/directory-source.ts';
import type { DirectoryState } from '../ports/state-store.ts';
import { createPictures, type DirectoryPicture, type DirectoryPictures } from './directory-pictures.ts';

export interface DirectoryReadings {
  readonly complete: ReadonlyMap<string, CompleteReading>;
  /** Directories without a complete reading, and why. Nothing of what they showed is kept. */
  readonly failed: ReadonlyMap<string, BridgeError>;
  /** For the status: how those that were read were found. */
  readonly seen: ReadonlyMap<string, DirectoryState>;
  /** When the last one ended, by the monotonic clock. */
  readonly readAt: number;
}

/** How often `entries_read` tells of progress. */
const progressEvery = 1_000;

export interface ReadControl {
  readonly clock: Clock;
  readonly observer: CycleObserver;
  readonly signal: AbortSignal;
  /** What is known from cycles before; without it everything is read. */
  readonly pictures?: DirectoryPictures | undefined;
  /** Reads everything although something is known. */
  readonly fresh?: boolean | undefined;
}

/** Reads every directory that these targets follow, once, side by side, with the attributes that any of them needs. */
export async function readDirectories(
  definitions: readonly TargetDefinition[],
  sources: ReadonlyMap<string, DirectorySource>,
  control: ReadControl,
): Promise<DirectoryReadings> {
  const { clock, observer, pictures = createPictures() } = control;
  const complete = new Map<string, CompleteReading>();
  const failed = new Map<string, BridgeError>();
  const seen = new Map<string, DirectoryState>();
  const names = new Set(definitions.flatMap((definition) => [...definition.maps.keys()]));
  await Promise.all(
    [...names].map(async (name) => {
      const source = sources.get(name);
      if (source === undefined) throw new Error(`no source for directory ${name}`);
      try {
        const followed = pictures.of(name, attributesOf(definitions, name));
        complete.set(name, await follow(source, followed, control));
        const { counts } = followed.picture;
        seen.set(name, { readAt: new Date(clock.now()).toISOString(), users: counts.user, groups: counts.group, changes: followed.changes });
      } catch (error) {
        const failure = toBridgeError(error);
        failed.set(name, failure);
        observer({ kind: 'directory_failed', directory: name, code: failure.code, message: failure.message, remedy: failure.remedy });
      }
    }),
  );
  return { complete, failed, seen, readAt: clock.monotonic() };
}

/** Brings a picture up to date. When the reading fails, the picture stays as it was, with its watermark. */
async function follow(
  source: DirectorySource,
  followed: DirectoryPicture,
  { clock, observer, signal, fresh }: ReadControl,
): Promise<CompleteReading> {
  const { picture, attributes } = followed;
  const directory = source.name;
  const began = clock.monotonic();
  const { watermark, known } = picture;
  const entries: Entry[] = [];
  const verdict = await source.read({
    attributes,
    since: fresh === true || watermark === undefined ? undefined : { watermark, known },
    known,
    visit: (entry) => {
      entries.push(entry);
      if (entries.length % progressEvery === 0) observer({ kind: 'entries_read', directory, entries: entries.length });
    },
    signal,
  });
  picture.update({ ...verdict, directory, entries });
  if (verdict.kind === 'complete') followed.changes = verdict.changes;
  const { reading, counts } = picture;
  if (reading === undefined) throw new Error(`directory ${directory} answered a delta to a request for everything`);
  observer({
    kind: 'directory_read',
    directory,
    verdict: verdict.kind,
    users: counts.user,
    groups: counts.group,
    changed: verdict.kind === 'delta' ? entries.length + verdict.gone.length : undefined,
    because: verdict.kind === 'complete' ? verdict.because : undefined,
    changes: verdict.kind === 'complete' ? verdict.changes : undefined,
    milliseconds: clock.monotonic() - began,
  });
  return reading;
}

function attributesOf(definitions: readonly TargetDefinition[], directory: string): Record<ResourceType, Set<string>> {
  const union = { user: new Set<string>(), group: new Set<string>() };
  for (const definition of definitions) {
    if (!definition.maps.has(directory)) continue;
    const needed = neededAttributes(definition, directory);
    for (const type of ['user', 'group'] as const) for (const name of needed[type]) union[type].add(name);
  }
  return union;
}
