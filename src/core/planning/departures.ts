import type { SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { RemovalCause } from '../model/plan.ts';
import type { Reading } from '../model/reading.ts';

export interface Departure {
  readonly link: Link;
  readonly cause: Extract<RemovalCause, 'absent' | 'left_scope'>;
}

/**
 * Who has a link and is no longer wanted. This is the only place where absence becomes evidence, and it takes complete
 * readings alone: links of a directory that was read as a delta, or not at all, never depart. Whoever moved into another
 * of the target's directories is not absent: there they are wanted (then they are not asked about here), or out of scope.
 *
 * @param links those that are not among the target's wanted resources
 */
export function findDepartures(readings: readonly Reading[], links: readonly Link[]): Departure[] {
  const seen = new Map<string, ReadonlySet<SourceId>>(
    readings
      .filter((reading) => reading.kind === 'complete')
      .map((reading) => [reading.directory, new Set(reading.entries.map((entry) => entry.id))]),
  );
  const isPresent = (id: SourceId) => [...seen.values()].some((ids) => ids.has(id));
  return links.flatMap((link): Departure[] => {
    if (!seen.has(link.directory)) return [];
    return [{ link, cause: isPresent(link.sourceId) ? 'left_scope' : 'absent' }];
  });
}
