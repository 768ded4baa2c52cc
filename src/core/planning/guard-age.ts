import type { ResourceType, SourceId } from '../model/entry.ts';
import { isAmong } from './decided.ts';
import { count } from '../wording/count.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/**
 * Data that is older than what the target went by already (a replica that lags behind, a server that was set back) takes
 * nothing away and gives nothing back: whoever came since would leave, and whoever left would be switched on or made again.
 *
 * Data that has caught up does not want any of that any more. What it still wants did not catch up: the server was set
 * back, and went on from there.
 */
export function olderDataRule(plan: Judged): Suspicion[] {
  if (plan.older.size + plan.overtaken.directories.size === 0) return [];
  return [
    ...suspicionsOf(
      plan,
      (part) => plan.older.has(part.directory),
      ({ count, type, directory }) =>
        `${changesOf(count, type)} wait${count === 1 ? 's' : ''}: the data of directory ${directory} is older than what was acknowledged (${plan.older.get(directory) ?? ''}). ${count === 1 ? 'It is' : 'They are'} released when it has caught up`,
    ),
    ...suspicionsOf(
      plan,
      (part) => plan.overtaken.directories.has(part.directory) && isAmong(part, plan.overtaken.marks, 'any', noDigest),
      ({ count, type, directory }) =>
        `${changesOf(count, type)} wait${count === 1 ? 's' : ''} for a person: the data of directory ${directory} was older than what was acknowledged, has gone on since, and still wants ${count === 1 ? 'it' : 'them'}: it seems to have been set back`,
    ),
  ];
}

function changesOf(number: number, type: ResourceType): string {
  return `${count(number, 'change')} of ${type}s that ${number === 1 ? 'takes something away or gives' : 'take something away or give'} access`;
}

interface Count {
  readonly directory: string;
  readonly type: ResourceType;
  readonly count: number;
  readonly ids: Set<SourceId>;
}

function suspicionsOf(plan: Judged, isConcerned: (part: Part) => boolean, say: (count: Count) => string): Suspicion[] {
  const isSuspect = (part: Part): boolean => isUndoing(part) && isConcerned(part);
  const counts = new Map<string, Count>();
  for (const part of plan.parts) {
    if (!isSuspect(part)) continue;
    const { directory, type, sourceId } = part;
    const key = `${directory} ${type}`;
    const known = counts.get(key);
    counts.set(key, { directory, type, count: (known?.count ?? 0) + 1, ids: (known?.ids ?? new Set()).add(sourceId) });
  }
  return [...counts.values()].map((count) => ({
    finding: {
      kind: 'older_data',
      type: count.type,
      directory: count.directory,
      planned: count.ids.size,
      recent: 0,
      population: plan.population.active[count.type],
      allowed: 0,
      text: say(count),
    },
    selects: (part) => isSuspect(part) && part.directory === count.directory && part.type === count.type,
  }));
}

function isUndoing({ kind }: Part): boolean {
  return kind !== 'set';
}

/** Nothing of what undoes something has a value. */
function noDigest(): string {
  return '';
}
