import type { ResourceType, SourceId } from '../model/entry.ts';
import type { AttributeChange, Evidence, MembersOperation, Operation, UpdateOperation } from '../model/plan.ts';
import { Reference } from '../model/resource.ts';
import type { Drew, PartContext } from './part-context.ts';

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

/** What drew others with it, of an operation that goes on: whatever follows it is done, or is left of them. */
export function drewOthers(operation: Operation, context: PartContext): Drew {
  const parts = partsOf(operation, context).filter(({ isConsequence }) => isConsequence);
  return {
    removed: parts.flatMap((part) => (part.kind === 'leave' ? [part.member] : [])),
    changes: parts.flatMap((part) =>
      'change' in part && part.operation.verb === 'update' ? [pathMark(part.sourceId, part.change)] : [],
    ),
  };
}

function pathMark(sourceId: SourceId, { change, path }: AttributeChange): string {
  return JSON.stringify([change, sourceId, path]);
}

/** That somebody is active again is what their reactivation itself says. */
export function isComeback({ verb }: Operation, { path }: AttributeChange): boolean {
  return verb === 'reactivate' && path === 'active';
}
