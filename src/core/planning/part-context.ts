import type { SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { Operation } from '../model/plan.ts';
import { arrivals } from './comebacks.ts';

/** What a plan and the state say beside an operation, to take it apart. */
export interface PartContext {
  /** Those whose removal, and those whose arrival, draws other operations of the plan with it. */
  readonly removed: ReadonlySet<SourceId>;
  readonly arriving: ReadonlySet<SourceId>;
  /** Of those who are removed: whose account was switched off before. */
  readonly off: ReadonlySet<SourceId>;
  /** Of a plan that was cut short: whose removal was done. That they leave their groups follows from that still. */
  readonly gone: ReadonlySet<SourceId>;
  /** Of a plan that was cut short: marks of the changes of attributes that followed what was done. */
  readonly followed: ReadonlySet<string>;
  /** Groups that have nobody after the plan, newcomers apart. */
  readonly emptied: ReadonlySet<SourceId>;
  /** The members that the target acknowledged, by group, before the plan. */
  readonly members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
}

/** What of a plan drew other operations with it, for its rest if it stops in the middle. */
export interface Drew {
  /** Whose removal has their memberships end. */
  readonly removed: readonly SourceId[];
  /** Marks of changes of attributes that follow a removal or an arrival. */
  readonly changes: readonly string[];
}

/**
 * @param links of everyone whom the plan concerns and the target has
 * @param drew of a plan that was cut short, and of which this is the rest
 */
export function partContext(
  plan: readonly Operation[],
  links: ReadonlyMap<SourceId, Pick<Link, 'lifecycle' | 'type'>>,
  members: PartContext['members'],
  drew: Drew = { removed: [], changes: [] },
): PartContext {
  const ids = (those: (operation: Operation) => boolean) => new Set(plan.filter(those).map(({ sourceId }) => sourceId));
  const removed = ids(isRemoval);
  const arriving = ids(({ verb }) => arrivals.has(verb));
  const returning = ids(({ verb }) => verb === 'reactivate');
  return {
    removed,
    arriving,
    off: new Set([...removed].filter((id) => links.get(id)?.lifecycle === 'deactivated')),
    gone: new Set(drew.removed.filter((id) => !removed.has(id) && !returning.has(id) && !isBack(links.get(id)))),
    followed: new Set(drew.changes),
    emptied: emptiedGroups(plan, members, arriving),
    members,
  };
}

/** Of a group that was emptied nothing tells that it is over. */
function isBack(link: Pick<Link, 'lifecycle' | 'type'> | undefined): boolean {
  return link?.lifecycle === 'active' && link.type === 'user';
}

/** Groups that lose all of their members by these operations together, and get nobody of whom it is certain that they will be there. */
export function emptiedGroups(
  plan: readonly Operation[],
  members: PartContext['members'],
  arriving: ReadonlySet<SourceId>,
): ReadonlySet<SourceId> {
  const changed = Map.groupBy(
    plan.flatMap((one) => (one.verb === 'members' && one.cause === 'changed' ? [one] : [])),
    ({ sourceId }) => sourceId,
  );
  return new Set(
    [...changed].flatMap(([group, operations]) => {
      const joins = (id: SourceId): boolean => !arriving.has(group) && !arriving.has(id);
      const leaving = new Set(operations.flatMap(({ remove }) => remove));
      const stays =
        operations.some(({ add }) => add.some(joins)) || [...(members.get(group) ?? [])].some((id) => !leaving.has(id));
      return stays ? [] : [group];
    }),
  );
}

/** Whether somebody loses access, or a group that left its members. */
function isRemoval(operation: Operation): boolean {
  const { verb } = operation;
  return verb === 'deactivate' || verb === 'delete' || (verb === 'members' && operation.cause === 'departed');
}
