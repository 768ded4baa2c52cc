import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { Entry, ResourceType } from '../core/model/entry.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { neededAttributes, type TargetDefinition } from '../core/mapping/definition.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { DirectorySource } from '../ports/directory-source.ts';

export interface DirectoryReadings {
  readonly complete: ReadonlyMap<string, CompleteReading>;
  /** Directories without a complete reading, and why. Nothing of what they showed is kept. */
  readonly failed: ReadonlyMap<string, BridgeError>;
  /** When the last one ended, by the monotonic clock. */
  readonly readAt: number;
}

/** How often `entries_read` tells of progress. */
const progressEvery = 1_000;

/** Reads every directory that these targets follow, once, side by side, with the attributes that any of them needs. */
export async function readDirectories(
  definitions: readonly TargetDefinition[],
  sources: ReadonlyMap<string, DirectorySource>,
  { clock, observer, signal }: { readonly clock: Clock; readonly observer: CycleObserver; readonly signal: AbortSignal },
): Promise<DirectoryReadings> {
  const complete = new Map<string, CompleteReading>();
  const failed = new Map<string, BridgeError>();
  const names = new Set(definitions.flatMap((definition) => [...definition.maps.keys()]));
  await Promise.all(
    [...names].map(async (name) => {
      const source = sources.get(name);
      if (source === undefined) throw new Error(`no source for directory ${name}`);
      try {
        complete.set(name, await readCompletely(source, attributesOf(definitions, name), clock, observer, signal));
      } catch (error) {
        const failure = toBridgeError(error);
        failed.set(name, failure);
        observer({ kind: 'directory_failed', directory: name, code: failure.code, message: failure.message, remedy: failure.remedy });
      }
    }),
  );
  return { complete, failed, readAt: clock.monotonic() };
}

async function readCompletely(
  source: DirectorySource,
  attributes: Readonly<Record<ResourceType, ReadonlySet<string>>>,
  clock: Clock,
  observer: CycleObserver,
  signal: AbortSignal,
): Promise<CompleteReading> {
  const began = clock.monotonic();
  const entries: Entry[] = [];
  const { kind, watermark } = await source.read({
    attributes,
    visit: (entry) => {
      entries.push(entry);
      if (entries.length % progressEvery === 0) {
        observer({ kind: 'entries_read', directory: source.name, entries: entries.length });
      }
    },
    signal,
  });
  if (kind !== 'complete') throw new Error(`directory ${source.name} answered a delta to a request for everything`);
  const users = entries.filter((entry) => entry.type === 'user').length;
  observer({
    kind: 'directory_read',
    directory: source.name,
    verdict: kind,
    users,
    groups: entries.length - users,
    milliseconds: clock.monotonic() - began,
  });
  return { kind, directory: source.name, entries, watermark };
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
