import type { Entry, SourceId } from '../model/entry.ts';
import type { CompleteReading, ReadingChange } from '../model/reading.ts';
import { eachInSteps, inOneGo, type Steps } from '../model/steps.ts';

/** When an entry changed last, as every server tells it: `name=value`, so that stamps of one name compare as texts. */
interface Stamped {
  readonly id: SourceId;
  readonly stamp: string;
}

/** What the stamps of a reading say together. */
export interface LatestStamps {
  /** The entries that changed last, the last one first. */
  readonly latest: readonly Stamped[];
  /** The last stamp of each name. */
  readonly greatest: ReadonlyMap<string, Stamped>;
}

/** So many entries are remembered as those that changed last. */
const mostLatest = 10;

/** Stamps that mean the same on every server (entryCSN, modifyTimestamp). */
const comparableStamp = /^(?:entrycsn|modifytimestamp)=/;

/** What tells on every server when an entry changed last. */
export function sharedStamp({ stamp, modified }: Entry): string | undefined {
  return stamp !== undefined && comparableStamp.test(stamp) ? stamp : modified;
}

/** The kind of a stamp. */
export function stampName(stamp: string): string {
  return stamp.slice(0, stamp.indexOf('='));
}

/** A pure memo: every plan asks, and a reading that differs from the one before in a few entries is told from that one. */
const known = new WeakMap<CompleteReading, LatestStamps>();

export function latestStamps(reading: CompleteReading): LatestStamps {
  return inOneGo(latestStampsInSteps(reading));
}

/** The same in steps. Once they are done, asking for it takes no time. */
export function* latestStampsInSteps(reading: CompleteReading): Steps<LatestStamps> {
  const found = known.get(reading) ?? afterChange(reading) ?? (yield* lookThrough(reading.entries));
  known.set(reading, found);
  return found;
}

function* lookThrough(entries: Iterable<Entry>): Steps<LatestStamps> {
  const latest: Stamped[] = [];
  const greatest = new Map<string, Stamped>();
  yield* eachInSteps(entries, (entry) => {
    add(entry, latest, greatest);
  });
  return { latest, greatest };
}

function add(entry: Entry, latest: Stamped[], greatest: Map<string, Stamped>): void {
  const stamp = sharedStamp(entry);
  if (stamp === undefined) return;
  const name = stampName(stamp);
  const stamped = { id: entry.id, stamp };
  if (stamp > (greatest.get(name)?.stamp ?? '')) greatest.set(name, stamped);
  const last = latest.at(-1);
  if (latest.length === mostLatest && last !== undefined && stamp <= last.stamp) return;
  const at = latest.findIndex((one) => stamp > one.stamp);
  latest.splice(at < 0 ? latest.length : at, 0, stamped);
  if (latest.length > mostLatest) latest.pop();
}

/** Undefined where nobody knows who would follow one who was among the last. */
function afterChange({ change }: CompleteReading): LatestStamps | undefined {
  const earlier = change?.before.deref();
  const before = earlier && known.get(earlier);
  if (change === undefined || before === undefined) return undefined;
  const touched = new Set([...change.gone, ...Iterator.from(change.entries).map(({ id }) => id)]);
  const now = addTo(before, touched, change);
  for (const [name, { id, stamp }] of before.greatest)
    if (touched.has(id) && (now.greatest.get(name)?.stamp ?? '') < stamp) return undefined;
  const floor = before.latest.at(-1)?.stamp ?? '';
  const certain = now.latest.filter(({ stamp }) => stamp >= floor).length;
  return before.latest.length < mostLatest || certain === mostLatest ? now : undefined;
}

function addTo(
  { latest, greatest }: LatestStamps,
  touched: ReadonlySet<SourceId>,
  { entries }: ReadingChange,
): LatestStamps {
  const now = {
    latest: latest.filter(({ id }) => !touched.has(id)),
    greatest: new Map([...greatest].filter(([, { id }]) => !touched.has(id))),
  };
  for (const entry of entries) add(entry, now.latest, now.greatest);
  return now;
}
