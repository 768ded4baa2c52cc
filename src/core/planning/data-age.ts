import { familyOf } from '../directory/counters.ts';
import type { Counters, DataMark } from '../model/data-version.ts';
import type { EntryList } from '../model/entries.ts';
import type { Entry, SourceId } from '../model/entry.ts';
import type { CompleteReading } from '../model/reading.ts';

/** Counters of one family are told all together or not at all, so that a missing one means zero. */
const families = ['csn', 'replicated', 'ruv'];

/** Stamps that mean the same on every server (entryCSN, modifyTimestamp). */
const comparableStamp = /^(?:entrycsn|modifytimestamp)=/;

/** So many entries changed last. */
const mostWitnesses = 10;

/**
 * Why the data of a reading is older than what a target went by; undefined when it is not, or nothing tells. Such data
 * comes from a replica that lags behind, or from a server that was set back to a backup.
 */
export function findOlder({ counters, witnesses = {} }: DataMark, reading: CompleteReading): string | undefined {
  const has = reading.version?.has ?? {};
  for (const [name, mark] of Object.entries(counters)) {
    const now = has[name];
    if (now !== undefined && isLess(now, mark)) return `${name} is at ${now}, and was at ${mark}`;
    if (now === undefined && isMissing(name, has)) return `nothing is there of ${name}, which was at ${mark}`;
  }
  // The server itself has counted on: what it has is not older, whatever became of those who changed last.
  const isCounted = reading.version?.tellsAll === true && Object.keys(counters).some((name) => has[name] !== undefined);
  return isCounted ? undefined : findSetBack(witnesses, reading.entries);
}

function isMissing(name: string, has: Counters): boolean {
  const family = familyOf(name);
  return (
    families.some((one) => family.startsWith(`${one} `)) && Object.keys(has).some((other) => other.startsWith(family))
  );
}

/** A stamp that went back, or nothing left of all that changed last. Stamps of another kind, or none, tell nothing. */
function findSetBack(witnesses: Readonly<Record<SourceId, string>>, entries: EntryList): string | undefined {
  const count = Object.keys(witnesses).length;
  if (count === 0) return undefined;
  let earlier = 0;
  let isTold = false;
  let isSeen = false;
  const [lowest = ''] = Object.values(witnesses).sort();
  for (const entry of entries) {
    const { id } = entry;
    const stamp = sharedStamp(entry);
    if (stamp === undefined || nameOf(stamp) !== nameOf(lowest)) continue;
    isTold = true;
    isSeen ||= stamp >= lowest;
    const mark = witnesses[id];
    if (mark !== undefined && nameOf(mark) === nameOf(stamp) && stamp < mark) earlier += 1;
  }
  if (earlier > 0) return `${earlier} of the ${count} entries that changed last are as they were before that`;
  return count > 2 && isTold && !isSeen ? `none of the ${count} entries that changed last is there` : undefined;
}

/** What tells on every server when an entry changed last. */
function sharedStamp({ stamp, modified }: Entry): string | undefined {
  return stamp !== undefined && comparableStamp.test(stamp) ? stamp : modified;
}

function nameOf(stamp: string): string {
  return stamp.slice(0, stamp.indexOf('='));
}

function isLess(one: string, other: string): boolean {
  const isNumber = /^\d+$/.test(one) && /^\d+$/.test(other);
  return isNumber ? BigInt(one) < BigInt(other) : one < other;
}

/**
 * The mark that later data has to come up to.
 *
 * @param before the mark until now; what this reading does not tell stays
 */
export function dataMarkOf(reading: CompleteReading, before: DataMark | undefined): DataMark | undefined {
  const { version, entries } = reading;
  const counters: Record<string, string> = { ...before?.counters };
  for (const [name, value] of Object.entries(version?.shows ?? {})) {
    const known = counters[name];
    if (known === undefined || isLess(known, value)) counters[name] = value;
  }
  const witnesses = version?.tellsAll === true && version.isLocal !== true ? {} : witnessesOf(entries);
  const hasWitnesses = Object.keys(witnesses).length > 0;
  if (!hasWitnesses && Object.keys(counters).length === 0) return undefined;
  return hasWitnesses ? { counters, witnesses } : { counters };
}

/** The entries that changed last, by stamps that every server gives alike. */
function witnessesOf(entries: EntryList): Record<SourceId, string> {
  const latest: { readonly id: SourceId; readonly stamp: string }[] = [];
  for (const entry of entries) {
    const { id } = entry;
    const stamp = sharedStamp(entry);
    if (stamp === undefined) continue;
    const last = latest.at(-1);
    if (latest.length === mostWitnesses && last !== undefined && stamp <= last.stamp) continue;
    const at = latest.findIndex((one) => stamp > one.stamp);
    latest.splice(at < 0 ? latest.length : at, 0, { id, stamp });
    if (latest.length > mostWitnesses) latest.pop();
  }
  return Object.fromEntries(latest.map(({ id, stamp }) => [id, stamp]));
}
