import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { AttributeChange, Evidence, MembersOperation, Operation, UpdateOperation } from '../model/plan.ts';
import { Reference } from '../model/resource.ts';
import { membersReason } from './plan-members.ts';
import { changesReason } from './plan-resource.ts';

/*
 * Operations are judged in parts, the smallest things that can be held for themselves:
 *
 *   operation             | parts                                        | follows (is held with)
 *   ----------------------+----------------------------------------------+----------------------------------------------
 *   deactivate, delete    | removal                                      | the arrival of the entry itself
 *   members, departed     | removal                                      | -
 *   members, changed      | leave, one for each who leaves               | the arrival of the group; the removal of the
 *                         |                                              | member: a consequence
 *                         | join, one for each who joins                 | the arrival of the group and of the member
 *   update                | set, clear, one for each attribute           | the arrival of the entry itself: a consequence;
 *                         |                                              | the removal of whom a cleared reference
 *                         |                                              | pointed to: a consequence; the arrival of whom
 *                         |                                              | a reference points to
 *   reactivate            | reactivation; set, clear                     | the arrival of the entry itself; set and clear: the
 *                         |                                              | reactivation, a consequence
 *   create                | creation                                     | -
 *   adopt, relink         | adoption, relink, with all of its changes    | -
 *
 * A consequence is nothing in itself: it is neither counted nor looked for, and is decided with what it follows.
 */

/** What other parts follow: the removal, the arrival (creation, adoption or relink) or the reactivation of somebody. */
export type Lead = `${'removal' | 'arrival' | 'reactivation'} ${SourceId}`;

interface Common {
  readonly operation: Operation;
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  /** The directory of the entry that the operation is about. */
  readonly directory: string;
  /** Held when one of these is. */
  readonly follows: readonly Lead[];
  readonly isConsequence: boolean;
}

export interface Removal extends Common {
  readonly kind: 'removal';
  readonly evidence: Evidence;
  /** False for the deletion of an account that was switched off before. */
  readonly hadAccess: boolean;
  /** Of a group: how many members lose it. */
  readonly members: number;
}

export interface MembershipChange extends Common {
  readonly kind: 'leave' | 'join';
  readonly member: SourceId;
  /** Whether the group has nobody after the plan, newcomers apart. */
  readonly empties: boolean;
}

export interface AttributePart extends Common {
  readonly kind: 'set' | 'clear';
  readonly change: AttributeChange;
}

export interface Comeback extends Common {
  readonly kind: 'reactivation';
}

export interface Arrival extends Common {
  readonly kind: 'creation' | 'adoption' | 'relink';
  /** Created before, and lost by the target. */
  readonly again: boolean;
}

export type Part = Removal | MembershipChange | AttributePart | Comeback | Arrival;

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
  const arriving = ids(({ verb }) => verb === 'create' || verb === 'adopt' || verb === 'relink');
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

export function isRemovalOfGroup(part: Part): part is Removal {
  return part.kind === 'removal' && part.type === 'group';
}

/** Whether it is about an account that is not known to be theirs. */
export function isLookalike({ operation }: Part): boolean {
  return operation.verb === 'deactivate' && operation.lookalike !== undefined;
}

/** Takes an operation apart. */
export function partsOf(operation: Operation, context: PartContext): Part[] {
  const { type, sourceId, directory } = operation;
  const common = { operation, type, sourceId, directory, follows: none, isConsequence: false };
  switch (operation.verb) {
    case 'create':
      return [{ ...common, kind: 'creation', again: operation.again }];
    case 'adopt':
      return [{ ...common, kind: 'adoption', again: false }];
    case 'relink':
      return [{ ...common, kind: 'relink', again: false }];
    case 'update':
      return attributeParts(operation, common, context);
    case 'reactivate':
      return [
        { ...common, kind: 'reactivation', follows: context.arriving.has(sourceId) ? [`arrival ${sourceId}`] : none },
        ...attributeParts(operation, { ...common, follows: [`reactivation ${sourceId}`] }, context),
      ];
    case 'members':
      return operation.cause === 'changed'
        ? memberParts(operation, common, context)
        : [removalPart(common, operation.evidence, context)];
    case 'deactivate':
    case 'delete':
      return [removalPart(common, operation.cause === 'disabled' ? 'word' : operation.evidence, context)];
  }
}

/** What holds other parts with it when it is held. */
export function leadOf(part: Part): Lead | undefined {
  switch (part.kind) {
    case 'removal':
      return `removal ${part.sourceId}`;
    case 'creation':
    case 'adoption':
    case 'relink':
      return `arrival ${part.sourceId}`;
    case 'reactivation':
      return `reactivation ${part.sourceId}`;
    case 'leave':
    case 'join':
    case 'set':
    case 'clear':
      return undefined;
  }
}

/**
 * Some parts of an operation as an operation of their own; none when nothing is left of it. The operation itself when
 * nothing is left out.
 */
export function putTogether(operation: Operation, parts: readonly Part[]): Operation[] {
  if (parts.length === 0) return [];
  if (operation.verb === 'members' && operation.cause === 'changed') return membersPart(operation, parts);
  if (operation.verb === 'update' || operation.verb === 'reactivate') return changesPart(operation, parts);
  return [operation];
}

const none: readonly Lead[] = [];

function removalPart(common: Common, evidence: Evidence = 'absence', { arriving, off, members }: PartContext): Removal {
  const { type, sourceId } = common;
  const follows: readonly Lead[] = arriving.has(sourceId) ? [`arrival ${sourceId}`] : none;
  return {
    ...common,
    kind: 'removal',
    evidence,
    hadAccess: !off.has(sourceId),
    members: type === 'group' ? (members.get(sourceId)?.size ?? 0) : 0,
    follows,
  };
}

function memberParts(
  operation: MembersOperation,
  common: Common,
  { removed, arriving, emptied, gone }: PartContext,
): MembershipChange[] {
  const empties = emptied.has(operation.sourceId);
  const own: readonly Lead[] = arriving.has(operation.sourceId) ? [`arrival ${operation.sourceId}`] : none;
  return [
    ...operation.add.map((member): MembershipChange => {
      const follows = arriving.has(member) ? [...own, `arrival ${member}` as const] : own;
      return { ...common, kind: 'join', member, empties, follows };
    }),
    ...operation.remove.map((member): MembershipChange => {
      const isRemoved = removed.has(member);
      const follows: readonly Lead[] = isRemoved ? [...own, `removal ${member}`] : own;
      return { ...common, kind: 'leave', member, empties, follows, isConsequence: isRemoved || gone.has(member) };
    }),
  ];
}

function attributeParts(
  { changes, sourceId }: UpdateOperation,
  common: Common,
  { removed, arriving, followed }: PartContext,
): AttributePart[] {
  const arrives = arriving.has(sourceId);
  const completes = arrives || common.operation.verb === 'reactivate';
  const own: readonly Lead[] = arrives ? [...common.follows, `arrival ${sourceId}`] : common.follows;
  // That somebody is active is what the reactivation itself says.
  return changes
    .filter((change) => !isComeback(common.operation, change))
    .map((change): AttributePart => {
      if (change.change === 'clear') {
        const { leaver } = change;
        const follows = leaver !== undefined && removed.has(leaver);
        return {
          ...common,
          kind: 'clear',
          change,
          follows: follows ? [...own, `removal ${leaver}`] : own,
          isConsequence: follows || completes || followed.has(pathMark(sourceId, change)),
        };
      }
      const referred = change.value instanceof Reference && arriving.has(change.value.id) ? change.value.id : undefined;
      return {
        ...common,
        kind: 'set',
        change,
        follows: referred === undefined ? own : [...own, `arrival ${referred}`],
        isConsequence: completes || followed.has(pathMark(sourceId, change)),
      };
    });
}

/** What drew others with it, of operations that go on: whatever follows it is done, or is left of them. */
export function drewOthers(operations: readonly Operation[], context: PartContext): Drew {
  const parts = operations
    .flatMap((operation) => partsOf(operation, context))
    .filter(({ isConsequence }) => isConsequence);
  return {
    removed: [...new Set(parts.flatMap((part) => (part.kind === 'leave' ? [part.member] : [])))],
    changes: parts.flatMap((part) =>
      'change' in part && part.operation.verb === 'update' ? [pathMark(part.sourceId, part.change)] : [],
    ),
  };
}

function pathMark(sourceId: SourceId, { change, path }: AttributeChange): string {
  return JSON.stringify([change, sourceId, path]);
}

function isComeback({ verb }: Operation, { path }: AttributeChange): boolean {
  return verb === 'reactivate' && path === 'active';
}

function changesPart(operation: UpdateOperation, parts: readonly Part[]): Operation[] {
  const kept = new Set(parts.flatMap((part) => ('change' in part ? [part.change] : [])));
  const back = parts.some(({ kind }) => kind === 'reactivation');
  const changes = operation.changes.filter((change) => kept.has(change) || (back && isComeback(operation, change)));
  if (changes.length === operation.changes.length) return [operation];
  return [
    operation.verb === 'update' || !back
      ? { ...operation, verb: 'update', changes, reason: changesReason(changes) }
      : { ...operation, changes },
  ];
}

function membersPart(operation: MembersOperation, parts: readonly Part[]): Operation[] {
  const ids = (wanted: Part['kind']) =>
    new Set(parts.flatMap((part) => (part.kind === wanted && 'member' in part ? [part.member] : [])));
  const [initialMembers, leaving] = [ids('join'), ids('leave')];
  const add = operation.add.filter((id) => initialMembers.has(id));
  const remove = operation.remove.filter((id) => leaving.has(id));
  if (add.length === operation.add.length && remove.length === operation.remove.length) return [operation];
  return [{ ...operation, add, remove, reason: membersReason(add, remove) }];
}
