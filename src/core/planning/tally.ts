import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Evidence, Operation, TallyKind } from '../model/plan.ts';
import { isLookalike, isRemovalOfGroup, partsOf, type Part } from './guard-parts.ts';
import type { PartContext } from './part-context.ts';

/** How much of a kind a plan does, or has been done: of a type, of one group, or of one attribute. */
export interface Tally {
  readonly kind: TallyKind;
  readonly type: ResourceType;
  /** Of removals; what was counted before there was such a distinction has none. */
  readonly evidence?: Evidence | undefined;
  /** The group, for `members`. */
  readonly group?: SourceId | undefined;
  /** The attribute, for `clears`. */
  readonly path?: string | undefined;
  readonly count: number;
}

/** What a tally counts, without how many: equal text for the same. */
export function tallyKey({ kind, type, evidence, group, path }: Omit<Tally, 'count'>): string {
  return JSON.stringify([
    kind,
    type,
    kind === 'removals' ? (evidence ?? 'absence') : null,
    group ?? null,
    path ?? null,
  ]);
}

/** Counts operations as the guard does: part by part, without consequences. */
export function tally(operations: readonly Operation[], context: PartContext): Tally[] {
  const tallies = new Tallies();
  for (const operation of operations) tallies.add(partsOf(operation, context));
  return tallies.all;
}

/** What operations come to, one after the other. */
export class Tallies {
  readonly #sums = new Map<string, Tally>();
  /** A group may be emptied by several operations. */
  readonly #emptied = new Set<SourceId>();

  /** @param parts all of one operation */
  add(parts: readonly Part[]): void {
    const own = parts.filter(({ isConsequence }) => !isConsequence);
    for (const part of own) if (isEmptying(part)) this.#emptied.add(part.sourceId);
    for (const one of tallyParts(own)) this.#count(one);
  }

  get all(): Tally[] {
    const size = this.#emptied.size;
    return [...this.#sums.values(), ...(size === 0 ? [] : [{ kind: 'emptied', type: 'group', count: size } as const])];
  }

  #count(one: Tally): void {
    if (one.count <= 0) return;
    const key = tallyKey(one);
    this.#sums.set(key, { ...one, count: one.count + (this.#sums.get(key)?.count ?? 0) });
  }
}

function isEmptying(part: Part): boolean {
  return part.kind === 'leave' ? part.empties : isRemovalOfGroup(part) && part.members > 0;
}

/** @param parts of one operation */
function tallyParts(parts: readonly Part[]): Tally[] {
  const [first] = parts;
  if (first === undefined) return [];
  const { type, sourceId } = first;
  const one = (kind: TallyKind): Tally => ({ kind, type, count: 1 });
  switch (first.kind) {
    case 'removal': {
      // Held whatever else happens: it takes nobody's place.
      if (isLookalike(first)) return [];
      const removal = first.hadAccess ? { ...one('removals'), evidence: first.evidence } : one('deletions');
      return isRemovalOfGroup(first) ? [removal, { ...one('memberships'), count: first.members }] : [removal];
    }
    case 'leave':
    case 'join': {
      const count = parts.filter(({ kind }) => kind === 'leave').length;
      return count === 0
        ? []
        : [
            { ...one('members'), group: sourceId, count },
            { ...one('memberships'), count },
          ];
    }
    case 'set':
    case 'clear':
      return [
        one('updates'),
        ...parts.flatMap((part): Tally[] =>
          part.kind === 'clear' ? [{ ...one('clears'), path: part.change.path }] : [],
        ),
      ];
    case 'reactivation':
      return [one('reactivations')];
    case 'creation':
      return [one('creations'), ...(first.again ? [one('updates')] : [])];
    case 'adoption':
      return [one('adoptions')];
    case 'relink': // a move into another directory has a rule of its own (guard-moves.ts)
      return first.operation.verb === 'relink' && first.operation.replaces === sourceId ? [] : [one('relinks')];
  }
}
