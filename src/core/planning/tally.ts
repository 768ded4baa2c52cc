import type { ResourceType, SourceId } from '../model/entry.ts';
import type { AttributeChange, Operation } from '../model/plan.ts';

/** How many operations of a kind: of a type, or members leaving one group. */
export interface Tally {
  readonly kind: 'removals' | 'members' | 'updates';
  readonly type: ResourceType;
  /** The group, for `members`. */
  readonly group?: SourceId | undefined;
  readonly count: number;
}

/**
 * What the guard counts an operation as; undefined for what never needs an approval.
 *
 * Some operations only follow another one of the same plan, share its fate and are not counted (`followed`): whoever
 * is removed leaves the groups as well and is nobody's manager any more, and whoever comes within a circle is completed
 * by an update.
 */
export function kindOf(operation: Operation): Tally['kind'] | undefined {
  switch (operation.verb) {
    case 'deactivate':
    case 'delete':
      return 'removals';
    case 'members':
      if (operation.cause === 'departed') return 'removals';
      return operation.remove.length > 0 ? 'members' : undefined;
    case 'update':
      return 'updates';
    case 'create':
      return operation.again ? 'updates' : undefined;
    case 'adopt':
    case 'relink':
    case 'reactivate':
      return undefined;
  }
}

/** Those whose removal, and those whose creation or adoption, draws other operations of the plan with it. */
export interface Followed {
  readonly removed: ReadonlySet<SourceId>;
  readonly arriving: ReadonlySet<SourceId>;
}

export function followed(plan: readonly Operation[]): Followed {
  const ids = (those: (operation: Operation) => boolean) =>
    new Set(plan.filter(those).map((operation) => operation.sourceId));
  return {
    removed: ids((operation) => kindOf(operation) === 'removals'),
    arriving: ids((operation) => operation.verb === 'create' || operation.verb === 'adopt' || operation.verb === 'relink'),
  };
}

/**
 * Counts operations as the guard does.
 *
 * @param plan the whole plan that they belong to; it tells which of them only follow others
 */
export function tally(operations: readonly Operation[], plan: readonly Operation[] = operations): Tally[] {
  const drawn = followed(plan);
  const tallies = new Map<string, Tally>();
  const count = (kind: Tally['kind'], type: ResourceType, number: number, group?: SourceId): void => {
    if (number === 0) return;
    const key = `${kind} ${type} ${group ?? ''}`;
    tallies.set(key, { kind, type, group, count: number + (tallies.get(key)?.count ?? 0) });
  };
  for (const operation of operations) {
    const kind = kindOf(operation);
    if (kind === 'members' && operation.verb === 'members') {
      count(kind, 'group', operation.remove.filter((id) => !drawn.removed.has(id)).length, operation.sourceId);
    } else if (kind !== undefined && !isCompletion(operation, drawn) && !isConsequence(operation, drawn)) {
      count(kind, operation.type, 1);
    }
  }
  return [...tallies.values()];
}

/** Whose removal a change only follows: a reference to them is cleared. */
export function removalBehind(change: AttributeChange, drawn: Followed): SourceId | undefined {
  const leaver = change.change === 'clear' ? change.leaver : undefined;
  return leaver !== undefined && drawn.removed.has(leaver) ? leaver : undefined;
}

function isConsequence(operation: Operation, drawn: Followed): boolean {
  return operation.verb === 'update' && operation.changes.every((change) => removalBehind(change, drawn) !== undefined);
}

/** The update that gives a newcomer what could not be sent with the creation. */
export function isCompletion(operation: Operation, drawn: Followed): boolean {
  return operation.verb === 'update' && drawn.arriving.has(operation.sourceId);
}
