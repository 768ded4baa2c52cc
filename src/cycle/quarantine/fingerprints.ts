import type { Digest } from '../../core/model/link.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import { valueOf, type Resource } from '../../core/model/resource.ts';
import { arrivals } from '../../core/planning/comebacks.ts';
import { fingerprint, resourceText } from '../../core/planning/plan-id.ts';

/**
 * What was tried for one entry, as a keyed digest: as long as it is equal, another try would be the same. Keyed, since it
 * is stored and made from values.
 */
export interface Fingerprints {
  /** Of operations on the same entry: their content; of newcomers, all that is wanted of them. */
  ofOperations(operations: readonly Operation[]): string;
  /** Of someone the target does not have: known before it is known what a search on the target would find. */
  ofResource(resource: Resource): string;
  /** Of a newcomer: changes when the entry could match someone else. Undefined for whoever is none. */
  ofMatch(id: SourceId): string | undefined;
}

/** @param newcomers those without a link: all whom a plan may create or adopt */
export function createFingerprints(
  newcomers: readonly Resource[],
  digest: Digest,
  match: Readonly<Record<ResourceType, readonly string[]>>,
): Fingerprints {
  const byId = new Map(newcomers.map((resource) => [resource.sourceId, resource]));
  const ofResource = (resource: Resource): string => digest(resourceText(resource));
  return {
    ofOperations: (operations) => {
      const arrival = operations.find(({ verb }) => arrivals.has(verb));
      const newcomer = arrival === undefined ? undefined : byId.get(arrival.sourceId);
      return newcomer === undefined ? digest(operations.map(fingerprint).sort().join('\n')) : ofResource(newcomer);
    },
    ofResource,
    ofMatch: (id) => {
      const newcomer = byId.get(id);
      if (newcomer === undefined) return undefined;
      const values = match[newcomer.type].map((path) => valueOf(newcomer, path) ?? null);
      return digest(JSON.stringify([values, newcomer.attributes.get('active') ?? null]));
    },
  };
}
