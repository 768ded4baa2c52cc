import type { SourceId } from '../model/entry.ts';
import type { AttributeChange, GuardFinding, Hold, MembersOperation, Operation, UpdateOperation } from '../model/plan.ts';
import { findExcess, type GuardInput } from './guard-findings.ts';
import { planId } from './plan-id.ts';
import { membersReason } from './plan-members.ts';
import { changesReason } from './plan-resource.ts';
import { followed, isCompletion, kindOf, removalBehind, type Followed } from './tally.ts';

/*
 * Is this plan plausible? What looks like an accident is held, kind by kind; everything else goes on.
 *
 *   kind          | counts                                    | of                        | held when
 *   --------------+-------------------------------------------+---------------------------+------------------------------
 *   first_run     | removals of a type; members leaving       | -                         | no cycle was ever committed,
 *                 | one group                                 |                           | and there is any
 *   empty_reading | the same                                  | -                         | the directory showed none of
 *                 |                                           |                           | the type (members: of a type)
 *   removals      | deactivations, deletions, emptied groups  | linked resources of the   | > max(percent, atLeast), with
 *                 | of a type                                 | type                      | those of the last 24 hours
 *   members       | members leaving one group                 | its members               | the same, group by group
 *   updates       | updates, and creations of what was lost   | linked resources of the   | > max(percent, atLeast), in
 *                 |                                           | type                      | this plan
 *
 * What only follows another operation is not counted and shares its fate: whoever is removed in the same plan leaves
 * the groups and is nobody's manager any more with that removal, or keeps both; the update that completes a newcomer
 * goes with the creation.
 */

export interface Verdict {
  readonly proceed: readonly Operation[];
  readonly hold: Hold | undefined;
  /** The approval that let operations pass which would have been held, and these operations. */
  readonly usedApproval: { readonly planId: string; readonly operations: readonly Operation[] } | undefined;
}

/** Divides a plan into what may proceed and what a person has to approve. */
export function guard(input: GuardInput): Verdict {
  const findings = findExcess(input);
  if (findings.length === 0) return { proceed: input.operations, hold: undefined, usedApproval: undefined };
  const drawn = followed(input.operations);
  // The approval stands for what was found too much. What follows it may change without voiding the approval.
  const decisive = input.operations.flatMap((operation) => decisivePart(operation, findings, drawn));
  const id = planId(decisive, input.hash);
  const approval = approvalOf(id, decisive, input);
  if (approval !== undefined) {
    return { proceed: input.operations, hold: undefined, usedApproval: { planId: approval, operations: decisive } };
  }
  const held: Held = {
    removed: new Set(decisive.filter((one) => kindOf(one) === 'removals').map((one) => one.sourceId)),
    created: new Set(decisive.filter((one) => one.verb === 'create').map((one) => one.sourceId)),
  };
  const parts = input.operations.map((operation) => divide(operation, findings, drawn, held));
  const hold: Hold = { planId: id, operations: parts.flatMap((part) => part.held), findings };
  return { proceed: parts.flatMap((part) => part.proceed), hold, usedApproval: undefined };
}

/** The approval that covers these operations: one for exactly them, or one under way that they are the rest of. */
function approvalOf(id: string, operations: readonly Operation[], { approved, underWay }: GuardInput): string | undefined {
  if (approved.has(id)) return id;
  const rest = new Map(underWay?.operations.map((one) => [`${one.verb} ${one.sourceId}`, new Set(one.remove)]));
  const isCovered = (operation: Operation): boolean => {
    const removed = rest.get(`${operation.verb} ${operation.sourceId}`);
    return removed !== undefined && (operation.verb !== 'members' || operation.remove.every((member) => removed.has(member)));
  };
  return operations.every(isCovered) ? underWay?.planId : undefined;
}

/** Those whose removal, and those whose creation, is held. */
interface Held {
  readonly removed: ReadonlySet<SourceId>;
  readonly created: ReadonlySet<SourceId>;
}

interface Division {
  readonly proceed: readonly Operation[];
  readonly held: readonly Operation[];
}

/** The part of an operation that a finding speaks of. */
function decisivePart(operation: Operation, findings: readonly GuardFinding[], drawn: Followed): Operation[] {
  if (!isFound(operation, findings) || isCompletion(operation, drawn)) return [];
  if (operation.verb === 'update') {
    const changes = operation.changes.filter((change) => removalBehind(change, drawn) === undefined);
    return changes.length === 0 ? [] : [changesPart(operation, changes)];
  }
  if (!isMemberChange(operation)) return [operation];
  const remove = operation.remove.filter((id) => !drawn.removed.has(id));
  return remove.length === 0 ? [] : [membersPart(operation, [], remove)];
}

function divide(operation: Operation, findings: readonly GuardFinding[], drawn: Followed, held: Held): Division {
  const found = isFound(operation, findings);
  if (isMemberChange(operation)) {
    const stays = (id: SourceId): boolean => (drawn.removed.has(id) ? held.removed.has(id) : found);
    const kept = operation.remove.filter(stays);
    if (kept.length === 0) return { proceed: [operation], held: [] };
    const remove = operation.remove.filter((id) => !stays(id));
    return {
      proceed: operation.add.length + remove.length === 0 ? [] : [membersPart(operation, operation.add, remove)],
      held: [membersPart(operation, [], kept)],
    };
  }
  const isHeld = isCompletion(operation, drawn) ? held.created.has(operation.sourceId) : found;
  if (operation.verb === 'update') {
    return divideChanges(operation, (change) => {
      const leaver = removalBehind(change, drawn);
      return leaver === undefined ? isHeld : held.removed.has(leaver);
    });
  }
  return isHeld ? { proceed: [], held: [operation] } : { proceed: [operation], held: [] };
}

function divideChanges(operation: UpdateOperation, stays: (change: AttributeChange) => boolean): Division {
  const part = (changes: readonly AttributeChange[]): Operation[] => (changes.length === 0 ? [] : [changesPart(operation, changes)]);
  return { proceed: part(operation.changes.filter((change) => !stays(change))), held: part(operation.changes.filter(stays)) };
}

function isFound(operation: Operation, findings: readonly GuardFinding[]): boolean {
  const kind = kindOf(operation);
  return findings.some((finding) => {
    if (finding.sourceId !== undefined) return kind === 'members' && finding.sourceId === operation.sourceId;
    return kind === (finding.kind === 'updates' ? 'updates' : 'removals') && finding.type === operation.type;
  });
}

function isMemberChange(operation: Operation): operation is MembersOperation {
  return operation.verb === 'members' && operation.cause === 'changed';
}

/** The operation itself when nothing of it is left out. */
function changesPart(operation: UpdateOperation, changes: readonly AttributeChange[]): Operation {
  return changes.length === operation.changes.length ? operation : { ...operation, changes, reason: changesReason(changes) };
}

function membersPart(operation: MembersOperation, add: readonly SourceId[], remove: readonly SourceId[]): Operation {
  return { ...operation, add, remove, reason: membersReason(add, remove) };
}
