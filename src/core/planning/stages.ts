import type { SourceId } from '../model/entry.ts';

/**
 * The order in which a target takes changes. Whoever is referred to comes before whoever refers; access ends last, so
 * that a cycle that is cut short has taken nothing away that it had not given first.
 */
export const stages = {
  /** Users; managers that are created in the same plan take one stage per level before their reports. */
  users: 0,
  /** References between users that are created in a circle (A manages B manages A). */
  circularReferences: 90_000,
  groups: 100_000,
  members: 200_000,
  deactivations: 300_000,
  deletions: 400_000,
} as const;

/**
 * Levels for things that refer to each other: 0 for those that refer to nothing in the set, one more than the highest
 * they refer to otherwise. Members of a circle, and what depends on one, get no level.
 */
export function levels(references: ReadonlyMap<SourceId, readonly SourceId[]>): ReadonlyMap<SourceId, number> {
  const waiting = new Map<SourceId, number>();
  const dependants = new Map<SourceId, SourceId[]>();
  for (const [id, targets] of references) {
    const inside = targets.filter((target) => references.has(target));
    waiting.set(id, inside.length);
    for (const target of inside) {
      const list = dependants.get(target);
      if (list === undefined) dependants.set(target, [id]);
      else list.push(id);
    }
  }
  const level = new Map<SourceId, number>();
  let ready = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  for (let depth = 0; ready.length > 0; depth += 1) {
    const next: SourceId[] = [];
    for (const id of ready) {
      level.set(id, depth);
      for (const dependant of dependants.get(id) ?? []) {
        const left = (waiting.get(dependant) ?? 0) - 1;
        waiting.set(dependant, left);
        if (left === 0) next.push(dependant);
      }
    }
    ready = next;
  }
  return level;
}
