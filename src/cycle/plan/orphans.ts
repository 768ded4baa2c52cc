import { isSameDirectory } from '../../core/directory/identity.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { StateView } from '../../ports/state-store.ts';

/** Links from directories that are not read for this target (any more), of those who are not wanted. */
export interface Orphans {
  /** As links of the directory that they belong to now. */
  readonly moved: readonly Link[];
  /** Nobody can say where these are. */
  readonly left: readonly Link[];
  /** The directories to which the links of others pass over. */
  readonly heirs: ReadonlyMap<string, string>;
}

/**
 * A directory that got another name in the configuration: its links pass over. It is recognised by what it is, where
 * nobody was linked under the new name before, or by the ids themselves, when at least half of its people are shown by
 * another directory. Links of one that is not recognised belong to nobody: whether those people left, no reading tells.
 */
export async function findOrphans(
  target: string,
  wanted: ReadonlySet<SourceId>,
  readings: readonly CompleteReading[],
  store: StateView,
): Promise<Orphans> {
  const read = new Set(readings.map(({ directory }) => directory));
  const totals = (await store.linkTotals()).filter((total) => total.target === target);
  const moved: Link[] = [];
  const left: Link[] = [];
  const heirs = new Map<string, string>();
  for (const { directory } of totals.filter((total) => !read.has(total.directory))) {
    const links: Link[] = [];
    for await (const batch of store.linksFrom(target, new Set([directory]))) for (const link of batch) links.push(link);
    const places = placesOf(links, readings);
    const heir = byIds(links.length, places) ?? (await byIdentity(directory, newcomers(read, totals), store));
    if (heir !== undefined) heirs.set(directory, heir);
    for (const link of links) {
      if (wanted.has(link.sourceId)) continue; // the plan moves those who are here
      const to = places.get(link.sourceId) ?? heir;
      if (to === undefined) left.push(link);
      else moved.push({ ...link, directory: to });
    }
  }
  return { moved, left, heirs };
}

/** Who is shown by which directory. */
function placesOf(links: readonly Link[], readings: readonly CompleteReading[]): ReadonlyMap<SourceId, string> {
  const ids = new Set(links.map(({ sourceId }) => sourceId));
  const places = new Map<SourceId, string>();
  for (const { directory, entries } of readings)
    for (const { id } of entries) if (ids.has(id)) places.set(id, directory);
  return places;
}

/** The directory that shows at least half of them. */
function byIds(count: number, places: ReadonlyMap<SourceId, string>): string | undefined {
  const shown = Map.groupBy(places.values(), (directory) => directory);
  const [most] = [...shown].sort(([, one], [, other]) => other.length - one.length);
  return most !== undefined && most[1].length * 2 >= count ? most[0] : undefined;
}

function newcomers(read: ReadonlySet<string>, totals: readonly { readonly directory: string }[]): string[] {
  const linked = new Set(totals.map(({ directory }) => directory));
  return [...read].filter((directory) => !linked.has(directory));
}

/** A new directory that is what the old one was; only where both say what sets them apart from others of their kind. */
async function byIdentity(
  directory: string,
  candidates: readonly string[],
  store: StateView,
): Promise<string | undefined> {
  const before = await store.identity(directory);
  if (before === undefined || !isDistinct(before)) return undefined;
  for (const candidate of candidates) {
    const now = await store.identity(candidate);
    if (now !== undefined && isDistinct(now) && isSameDirectory(before, now)) return candidate;
  }
  return undefined;
}

function isDistinct({ contexts, contextIds }: DirectoryIdentity): boolean {
  return contexts !== undefined || contextIds !== undefined;
}
