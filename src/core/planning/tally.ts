import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Evidence, Operation } from '../model/plan.ts';
import { partsOf, type Part, type PartContext } from './guard-parts.ts';

/** How much of a kind a plan does, or has been done: of a type, or members leaving one group. */
export interface Tally {
  readonly kind: 'removals' | 'members' | 'updates';
  readonly type: ResourceType;
  /** Of removals; what was counted before there was such a distinction has none. */
  readonly evidence?: Evidence | undefined;
  /** The group, for `members`. */
  readonly group?: SourceId | undefined;
  readonly count: number;
}

/** Counts operations as the guard does: part by part, without consequences. */
export function tally(operations: readonly Operation[], context: PartContext): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const operation of operations) {
    for (const one of tallyParts(partsOf(operation, context).filter(({ isConsequence }) => !isConsequence))) {
      const key = JSON.stringify([one.kind, one.type, one.evidence, one.group]);
      tallies.set(key, { ...one, count: one.count + (tallies.get(key)?.count ?? 0) });
    }
  }
  return [...tallies.values()];
}

/** @param parts of one operation, none of them a consequence */
export function tallyParts(parts: readonly Part[]): Tally[] {
  const [first] = parts;
  if (first === undefined) return [];
  const { type, sourceId } = first;
  switch (first.kind) {
    case 'removal':
      return [{ kind: 'removals', type, evidence: first.evidence, count: 1 }];
    case 'leave':
    case 'join': {
      const count = parts.filter(({ kind }) => kind === 'leave').length;
      return count === 0 ? [] : [{ kind: 'members', type, group: sourceId, count }];
    }
    case 'set':
    case 'clear':
      return [{ kind: 'updates', type, count: 1 }];
    case 'creation':
      return first.again ? [{ kind: 'updates', type, count: 1 }] : [];
    case 'adoption':
    case 'relink':
    case 'reactivation':
      return [];
  }
}
