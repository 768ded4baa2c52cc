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
 * readings alone: links of a directory that was read as a delta, or not at all, never depart.
 *
 * @param links those that are not among the target's wanted resources
 */
export function findDepartures(readings: readonly Reading[], links: readonly Link[]): Departure[] {
  const seen = new Map<string, ReadonlySet<SourceId>>(
    readings
      .filter((reading) => reading.kind === 'complete')
      .map((reading) => [reading.directory, new Set(reading.entries.map((entry) => entry.id))]),
  );
  return links.flatMap((link): Departure[] => {
    const present = seen.get(link.directory);
    if (present === undefined) return [];
    return [{ link, cause: present.has(link.sourceId) ? 'left_scope' : 'absent' }];
  });
}
