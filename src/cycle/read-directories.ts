import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { Picture } from '../core/directory/picture.ts';
import type { DirectoryIdentity } from '../core/model/directory-identity.ts';
import type { Entry, ResourceType } from '../core/model/entry.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { neededAttributes, type TargetDefinition } from '../core/mapping/definition.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { DirectorySource, Since, Verdict } from '../ports/directory-source.ts';
import type { DirectoryState, StateView } from '../ports/state-store.ts';
import { createLookUp, type LookUpAbsent } from './look-up-absent.ts';
import { createPictures, type DirectoryPicture, type DirectoryPictures } from './directory-pictures.ts';
import { pinnedDirectories } from './pin-directories.ts';

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

/** How often `entries_read` tells of progress. */
const progressEvery = 1_000;

export interface ReadControl {
  readonly clock: Clock;
  readonly observer: CycleObserver;
  readonly signal: AbortSignal;
  /** What is known from cycles before; without it everything is read. */
  readonly pictures?: DirectoryPictures | undefined;
  /** Tells what the directories were when their people were linked. */
  readonly store: Pick<StateView, 'identity' | 'linkTotals' | 'unseen' | 'names' | 'digest'>;
  /** Attributes to be read besides, in lower case, that no map needs: for whoever looks for somebody by another name. */
  readonly also?: readonly string[] | undefined;
  /** Reads everything although something is known. */
  readonly fresh?: boolean | undefined;
}

interface Reading extends ReadControl {
  readonly pictures: DirectoryPictures;
  readonly pinned: ReadonlyMap<string, DirectoryIdentity>;
}

/** Readings of several directories in a row, at most: those who go on leaving cannot hold everybody up. */
const mostPasses = 3;

/**
 * Reads every directory that these targets follow, side by side, with the attributes that any of them needs.
 *
 * Once, unless there are several and somebody may have left one of them: whoever moves from one directory to another
 * (between the domains of a forest, and keeps the id) may be gone from the one when it is read, and not be in the other
 * yet. So all are read again, which is cheap where changes are told, until nobody else has gone.
 */
export async function readDirectories(
  definitions: readonly TargetDefinition[],
  sources: ReadonlyMap<string, DirectorySource>,
  control: ReadControl,
): Promise<DirectoryReadings> {
  const pictures = control.pictures ?? createPictures();
  const names = new Set(definitions.flatMap((definition) => [...definition.maps.keys()]));
  const failed = new Map<string, BridgeError>();
  const seen = new Map<string, DirectoryState>();
  const identities = new Map<string, DirectoryIdentity>();
  const pinned = await pinnedDirectories(names, control.store);
  let pass = await readOnce(names, definitions, sources, { ...control, pictures, pinned });
  const takeNote = (): void => {
    for (const [name, error] of pass.failed) failed.set(name, error);
    for (const [name, state] of pass.seen) seen.set(name, state);
    for (const [name, identity] of pass.identities) identities.set(name, identity);
  };
  takeNote();
  for (let passes = 1; passes < mostPasses && pass.complete.size > 1 && pass.left; passes += 1) {
    pass = await readOnce(new Set(pass.complete.keys()), definitions, sources, { ...control, pictures, pinned, fresh: false });
    takeNote();
  }
  return { ...pass, failed, seen, identities, lookUp: createLookUp(sources, pass.complete, control) };
}

/** `left`: somebody was there before, or may have been, who is not any more. */
async function readOnce(
  names: ReadonlySet<string>,
  definitions: readonly TargetDefinition[],
  sources: ReadonlyMap<string, DirectorySource>,
  control: Reading,
): Promise<Omit<DirectoryReadings, 'lookUp'> & { readonly left: boolean }> {
  const { clock, observer, pictures } = control;
  const complete = new Map<string, CompleteReading>();
  const failed = new Map<string, BridgeError>();
  const seen = new Map<string, DirectoryState>();
  const identities = new Map<string, DirectoryIdentity>();
  let left = false;
  await Promise.all(
    [...names].map(async (name) => {
      const source = sources.get(name);
      if (source === undefined) throw new Error(`no source for directory ${name}`);
      try {
        const followed = pictures.of(name, attributesOf(definitions, name, control.also));
        const { picture } = followed;
        const before = picture.reading;
        const reading = await follow(source, followed, definitions, control, identities);
        complete.set(name, reading);
        left ||= before === undefined || (before !== reading && !hasAll(picture, before));
        const { counts } = picture;
        seen.set(name, { readAt: new Date(clock.now()).toISOString(), users: counts.user, groups: counts.group, changes: followed.changes });
      } catch (error) {
        const failure = toBridgeError(error);
        failed.set(name, failure);
        observer({ kind: 'directory_failed', directory: name, code: failure.code, message: failure.message, remedy: failure.remedy });
      }
    }),
  );
  return { complete, failed, seen, identities, left, readAt: clock.monotonic() };
}

function hasAll({ known, reading }: Picture, before: CompleteReading): boolean {
  const { change } = reading ?? before;
  return change?.before.deref() === before ? change.gone.length === 0 : before.entries.every(({ id }) => known.has(id));
}

/**
 * Brings a picture up to date. When the reading fails, the picture stays as it was, with its watermark.
 *
 * A complete reading takes its time. Who is moved meanwhile may be missed in both places, and a group that is read after
 * a member was renamed names somebody who is not known. So what changed since it began is read as well, where anything
 * did; where nobody can say, when somebody is missing.
 */
async function follow(
  source: DirectorySource,
  followed: DirectoryPicture,
  definitions: readonly TargetDefinition[],
  control: Reading,
  identities: Map<string, DirectoryIdentity>,
): Promise<CompleteReading> {
  const { picture } = followed;
  const { watermark, known } = picture;
  const since = control.fresh === true || watermark === undefined ? undefined : { watermark, known };
  const verdict = await readInto(source, followed, since, control);
  if (verdict.kind === 'complete') identities.set(source.name, verdict.identity);
  const settled = verdict.kind === 'delta' || (verdict.settled ?? !(await isAnyoneMissing(source.name, definitions, picture, control)));
  if (!settled && picture.watermark !== undefined) {
    await readInto(source, followed, { watermark: picture.watermark, known: picture.known }, control);
  }
  const { reading } = picture;
  if (reading === undefined) throw new Error(`directory ${source.name} answered a delta to a request for everything`);
  return reading;
}

/** Whether somebody who has access to a target is in no entry that was read. */
async function isAnyoneMissing(
  directory: string,
  definitions: readonly TargetDefinition[],
  { known }: Picture,
  { store }: Reading,
): Promise<boolean> {
  const seen = new Set(known.keys());
  for (const { target, maps } of definitions) {
    if (!maps.has(directory)) continue;
    for await (const links of store.unseen(target, new Set([directory]), seen)) {
      if (links.some(({ lifecycle }) => lifecycle === 'active')) return true;
    }
  }
  return false;
}

/** One reading, taken into the picture. */
async function readInto(
  source: DirectorySource,
  followed: DirectoryPicture,
  since: Since | undefined,
  { clock, observer, pinned, signal }: Reading,
): Promise<Verdict> {
  const { picture, attributes } = followed;
  const directory = source.name;
  const began = clock.monotonic();
  const entries: Entry[] = [];
  const verdict = await source.read({
    attributes,
    since,
    known: picture.known,
    expected: pinned.get(directory),
    visit: (entry) => {
      entries.push(entry);
      if (entries.length % progressEvery === 0) observer({ kind: 'entries_read', directory, entries: entries.length });
    },
    signal,
  });
  picture.update({ ...verdict, directory, entries });
  if (verdict.kind === 'complete') followed.changes = verdict.changes;
  observer({
    kind: 'directory_read',
    directory,
    verdict: verdict.kind,
    users: picture.counts.user,
    groups: picture.counts.group,
    changed: verdict.kind === 'delta' ? entries.length + verdict.gone.length : undefined,
    because: verdict.kind === 'complete' ? verdict.because : undefined,
    changes: verdict.kind === 'complete' ? verdict.changes : undefined,
    milliseconds: clock.monotonic() - began,
  });
  return verdict;
}

function attributesOf(definitions: readonly TargetDefinition[], directory: string, also: readonly string[] = []): Record<ResourceType, Set<string>> {
  const union = { user: new Set(also), group: new Set(also) };
  for (const definition of definitions) {
    if (!definition.maps.has(directory)) continue;
    const needed = neededAttributes(definition, directory);
    for (const type of ['user', 'group'] as const) for (const name of needed[type]) union[type].add(name);
  }
  return union;
}
