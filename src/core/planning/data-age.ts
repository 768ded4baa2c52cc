import { familyOf } from '../directory/counters.ts';
import type { Counters, DataMark } from '../model/data-version.ts';
import type { SourceId } from '../model/entry.ts';
import type { CompleteReading } from '../model/reading.ts';
import type { Steps } from '../model/steps.ts';
import { latestStamps, latestStampsInSteps, sharedStamp, stampName } from './latest-stamps.ts';

/** Counters of one family are told all together or not at all, so that a missing one means zero. */
const families = ['csn', 'replicated', 'ruv'];

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
  return isCounted ? undefined : findSetBack(witnesses, reading);
}

function isMissing(name: string, has: Counters): boolean {
  const family = familyOf(name);
  return (
    families.some((one) => family.startsWith(`${one} `)) && Object.keys(has).some((other) => other.startsWith(family))
  );
}

/** A stamp that went back, or nothing left of all that changed last. Stamps of another kind, or none, tell nothing. */
function findSetBack(witnesses: Readonly<Record<SourceId, string>>, reading: CompleteReading): string | undefined {
  const count = Object.keys(witnesses).length;
  if (count === 0) return undefined;
  const [lowest = ''] = Object.values(witnesses).sort();
  const isEarlier = ([id, mark]: readonly [SourceId, string]): boolean => {
    const entry = stampName(mark) === stampName(lowest) ? reading.entries.get(id) : undefined;
    const stamp = entry && sharedStamp(entry);
    return stamp !== undefined && stampName(stamp) === stampName(mark) && stamp < mark;
  };
  const earlier = Object.entries(witnesses).filter(isEarlier).length;
  if (earlier > 0) return `${earlier} of the ${count} entries that changed last are as they were before that`;
  const last = latestStamps(reading).greatest.get(stampName(lowest));
  return count > 2 && last !== undefined && last.stamp < lowest
    ? `none of the ${count} entries that changed last is there`
    : undefined;
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
  const { version } = reading;
  const counters: Record<string, string> = { ...before?.counters };
  for (const [name, value] of Object.entries(version?.shows ?? {})) {
    const known = counters[name];
    if (known === undefined || isLess(known, value)) counters[name] = value;
  }
  const witnesses = hasWitnesses(reading) ? witnessesOf(reading) : {};
  const isWitnessed = Object.keys(witnesses).length > 0;
  if (!isWitnessed && Object.keys(counters).length === 0) return undefined;
  return isWitnessed ? { counters, witnesses } : { counters };
}

/** Whether entries tell how old the data is: not where counters tell everything. */
function hasWitnesses({ version }: CompleteReading): boolean {
  return version?.tellsAll !== true || version.isLocal === true;
}

/** Looks through the stamps of everybody where their marks need it, so that asking for a mark takes no time. */
export function* lookThroughStamps(readings: readonly CompleteReading[]): Steps<void> {
  for (const reading of readings) if (hasWitnesses(reading)) yield* latestStampsInSteps(reading);
}

/** The entries that changed last, by stamps that every server gives alike. */
function witnessesOf(reading: CompleteReading): Record<SourceId, string> {
  return Object.fromEntries(latestStamps(reading).latest.map(({ id, stamp }) => [id, stamp]));
}
