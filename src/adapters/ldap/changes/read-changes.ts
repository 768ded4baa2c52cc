import type { SourceId, Entry } from '../../../core/model/entry.ts';
import type { ReadRequest, Since, ReadOutcome } from '../../../ports/directory-source.ts';
import { monotonic } from '../shared/monotonic.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { ChangeStrategy, Feed } from './change-strategy.ts';
import { strategyNamed } from './choose.ts';
import { readVersion, versionAt } from './data-version.ts';
import { findDerived } from './derived.ts';
import { followUp, type FollowUp } from './follow-up.ts';
import { whyGivenUp } from './given-up.ts';
import { findDangling } from './known-references.ts';
import { hashScope } from './scope-hash.ts';
import { parseWatermark, printWatermark, type WatermarkContent } from './watermark.ts';
import { searchScopes } from '../read/scoped-search.ts';

/** How long the feed is trusted before everything is compared: servers change some things without a word. */
const compareEveryMilliseconds = 60 * 60_000;

/** Up to this many entries it is never worth while to read everything instead. */
const fewEntries = 1_000;

/** A delta, or why everything has to be read. */
export type Changes = Extract<ReadOutcome, { kind: 'delta' }> | { readonly kind: 'unknown'; readonly because: string };

/**
 * Reads what changed since a watermark. Visits entries only when the answer is a delta, and after everything else.
 *
 * The feed names entries. It is trusted neither with what is in them nor with a removal: whole entries are read again
 * by id, and whoever is not found is looked up.
 */
export async function readChanges(directory: OpenDirectory, request: ReadRequest, since: Since): Promise<Changes> {
  const content = parseWatermark(since.watermark);
  if (content === undefined) return unknown('the watermark is damaged');
  if (content.scope !== hashScope(directory, request.attributes))
    return unknown('what is read of the directory has changed');
  const givenUp = whyGivenUp(directory.options, content.strategy);
  if (givenUp !== undefined) return unknown(givenUp);
  const strategy = strategyNamed(content.strategy, directory.options);
  if (strategy === undefined) return unknown(`changes were found by ${content.strategy} before`);

  const isElsewhere = content.server !== directory.session.server;
  // Only entryCSN means the same on every server.
  if (isElsewhere && directory.kind !== 'openldap') return unknown('another server answers');
  const feed: Feed = isElsewhere
    ? { kind: 'lost', reason: 'another server answers' }
    : await strategy.poll(directory, content.cursor);
  if (feed.kind === 'lost' && directory.kind !== 'openldap') return unknown(feed.reason);
  const changed = isOverdue(directory, content) ? 'anybody' : whoChanged(feed);
  const derived = changed === undefined ? undefined : findDerived(directory, request.attributes, changed);
  if (derived !== undefined)
    return unknown(`something changed or may have, and a change of ${derived} leaves no trace at its entry`);

  const names = await nameEntries(directory, since, content, { strategy, feed });
  if (names.ids.size > Math.max(fewEntries, since.known.length / 2)) {
    return unknown(`${names.ids.size} entries would have to be read again`);
  }
  // Before anything is read: what changes meanwhile is more than it says.
  const at = { strategy, cursor: names.cursor };
  const version = names.ids.size > 0 || isElsewhere ? await readVersion(directory, at) : versionAt(directory, at);
  const result = await followUp(directory, request.attributes, since.known, names);
  if (result === undefined) return unknown('what became of somebody cannot be found out');
  if (result.absenceReasons.size > 0) directory.options.onAbsent?.(result.absenceReasons);
  for (const entry of result.entries) await request.visit(entry);
  return {
    kind: 'delta',
    gone: result.gone,
    absenceReasons: result.absenceReasons,
    version,
    watermark: nextWatermark(directory, content, names, result),
  };
}

interface Names {
  readonly ids: ReadonlySet<SourceId>;
  readonly suspects: ReadonlySet<SourceId>;
  readonly cursor: string;
  /** When everything was compared, where it was. */
  readonly comparedAt: number | undefined;
  /** It took its time. */
  readonly fresh: boolean;
}

/** Everybody who has to be read again. */
async function nameEntries(
  directory: OpenDirectory,
  { known }: Since,
  content: WatermarkContent,
  { strategy, feed }: { readonly strategy: ChangeStrategy; readonly feed: Feed },
): Promise<Names> {
  const now = monotonic(directory.options);
  // Before the comparison, so that what changes during it is named next time.
  const cursor = feed.kind === 'lost' ? await strategy.begin(directory) : feed.cursor;
  const named = feed.kind === 'changes' ? feed.changed.union(feed.gone) : new Set<SourceId>();
  const containers = feed.kind === 'changes' && (feed.containers || mayHoldOthers(strategy, feed.gone, known));
  const isDue = feed.kind === 'lost' || isOverdue(directory, content);
  // With `timestamp` every poll is a comparison, and no container need have been touched.
  const isThorough = isDue || (containers && strategy.name !== 'timestamp');
  const different = isDue || containers ? await compareLightly(directory, known) : new Set<SourceId>();
  // Whoever mentions nobody we know may mention somebody whose renaming nobody told us of.
  const dangling = isThorough ? findDangling(known) : new Set<SourceId>();
  const ids = named.union(different);
  return {
    ids: ids.union(dangling).union(new Set(content.again)),
    suspects: content.fresh ? ids : new Set(),
    cursor,
    comparedAt: isThorough ? now : undefined,
    fresh: isDue || containers,
  };
}

/**
 * Whether somebody we never knew has left. With syncrepl that may be a container, and everybody in it has left with it,
 * without a word about them. Active Directory names those who are moved as changed, and its containers are classes.
 */
function mayHoldOthers({ name }: ChangeStrategy, gone: ReadonlySet<SourceId>, known: Since['known']): boolean {
  return name === 'syncrepl' && [...gone].some((id) => !known.has(id));
}

function nextWatermark(
  { session }: OpenDirectory,
  content: WatermarkContent,
  { cursor, comparedAt, fresh }: Names,
  { mentioning }: FollowUp,
): string {
  return printWatermark({
    ...content,
    server: session.server,
    cursor,
    comparedAt: comparedAt ?? content.comparedAt,
    fresh,
    again: mentioning,
  });
}

function isOverdue({ options }: OpenDirectory, { comparedAt }: WatermarkContent): boolean {
  return monotonic(options) - comparedAt >= compareEveryMilliseconds;
}

/** Whose changes may have changed what servers work out for others. Undefined: nobody's. */
function whoChanged(feed: Feed): 'people' | 'anybody' | undefined {
  if (feed.kind === 'lost') return 'anybody';
  if (feed.kind === 'unchanged' || (!feed.containers && feed.changed.size + feed.gone.size === 0)) return undefined;
  return feed.onlyPeople === true && !feed.containers ? 'people' : 'anybody';
}

function unknown(because: string): Changes {
  return { kind: 'unknown', because };
}

/**
 * Goes through all that the bases and filters show, with nothing but ids, stamps and DNs, and names whoever differs
 * from what is known: new, changed, elsewhere, or no longer shown. Resolves only when every page arrived.
 */
async function compareLightly(directory: OpenDirectory, known: Since['known']): Promise<Set<SourceId>> {
  const different = new Set(known.ids());
  await searchScopes(directory, {
    attributes: { user: new Set(), group: new Set() },
    visit: (entry) => {
      if (isSame(known.get(entry.id), entry)) different.delete(entry.id);
      else different.add(entry.id);
    },
  });
  return different;
}

/** An entry without a stamp may have changed at any time. */
function isSame(before: Entry | undefined, { type, dn, stamp }: Entry): boolean {
  return before?.type === type && before.dn === dn && stamp !== undefined && before.stamp === stamp;
}
