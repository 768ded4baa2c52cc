import { fold } from '../../core/directory/fold.ts';
import { isSourceId } from '../../core/directory/source-id.ts';
import type { ResourceType } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure, Outcome } from '../../core/model/outcome.ts';
import type { CreateOperation } from '../../core/model/plan.ts';
import { valueOf } from '../../core/model/resource.ts';
import { isFailure } from '../../ports/scim-target.ts';
import type { Intent } from '../../ports/state-records.ts';
import { othersMembers } from '../match/others-members.ts';
import { claim, doubtOwner, foreignFailure, takenFailure, unclaim } from '../match/ownership.ts';
import type { PushContext } from './push-context.ts';

type Applied = Extract<Outcome, { kind: 'applied' }>;

/** Whether the account that answered a create may be linked. `isOpen`: something may have been made beside it. */
export type Judgement =
  | { readonly kind: 'ours'; readonly existed: boolean }
  | { readonly kind: 'refused'; readonly failure: Failure; readonly isOpen: boolean };

const by = 'answered the creation with';

/**
 *   the account that a create is answered with      | then
 *   ------------------------------------------------+----------------------------------------------------------
 *   another entry has it                            | match_taken; what the target may have written there is in doubt
 *   somebody else's by what it shows                | match_foreign
 *   another name, and nothing that says that it is  | match_foreign for a user, unless a whole list of this cycle
 *   new                                             | lacks it; a group is looked into: with members of others, refused
 *   listed in this cycle, and called new            | read once: match_foreign for a user of another name without our id
 *   was there before: by the answer, in the list of | an adoption: `adopt: never`, members of others and a former owner
 *   this cycle, or found by its name                | refuse it
 *   anything else                                   | new
 *
 * @param older accounts with this name before the request was sent
 */
export async function judgeCreated(
  outcome: Applied,
  operation: CreateOperation,
  intent: Intent,
  older: ReadonlySet<TargetId>,
  context: PushContext,
): Promise<Judgement> {
  const { id } = outcome;
  const { type } = operation;
  const refused = (failure: Failure, isOpen = false): Judgement => ({ kind: 'refused', failure, isOpen });
  const owner = await claim(operation, id, context);
  if (owner !== undefined) {
    await doubtOwner(owner, intent.members ?? [], context);
    return refused(takenFailure(by, id, owner));
  }
  const policy = context.policy[type];
  const listed = context.listed[type];
  const existed = outcome.existed === true || listed?.has(id) === true || older.has(id);
  const isUnproven = outcome.unproven === true && !isCertainlyNew(type, id, older, context);
  const isEchoed = listed?.has(id) === true && outcome.existed !== true && !isUnproven;
  const isForeign =
    outcome.others === true || (type === 'user' && (isUnproven || (isEchoed && !(await fits(operation, id, context)))));
  if (isForeign && !(existed && policy.adopt === 'also-foreign')) {
    unclaim(type, id, context);
    return refused(foreignFailure(by, id), true);
  }
  const former = existed ? (await context.store.formerOwners(intent.target, type, [id])).get(id) : undefined;
  if (former !== undefined && former !== operation.sourceId) return refused(takenFailure(by, id, former));
  if (existed && policy.adopt === 'never') return refused(adoptionOff(id));
  if (
    type === 'group' &&
    (existed || isUnproven) &&
    (await othersMembers({ id, body: {} }, intent.sourceId, context)) > 0
  )
    return refused(populatedFailure(id));
  return { kind: 'ours', existed };
}

/** Whether the whole list of this cycle lacks an id, which was made since, then. */
export function isCertainlyNew(
  type: ResourceType,
  id: TargetId,
  older: ReadonlySet<TargetId>,
  { listed }: Pick<PushContext, 'listed'>,
): boolean {
  return listed[type] !== undefined && !listed[type].has(id) && !older.has(id);
}

/** Whether an account that was listed before it was "created" is the one that was asked for now, and not only in the answer. */
async function fits(operation: CreateOperation, id: TargetId, { target, signal }: PushContext): Promise<boolean> {
  const read = await target.read(operation.type, id, signal);
  if (isFailure(read)) return false;
  const [shown, name] = [read.body['userName'], valueOf(operation, 'userName')];
  const isNamed = typeof shown !== 'string' || typeof name !== 'string' || fold(shown) === fold(name);
  return isSourceId(read.body['externalId'], operation.sourceId) || isNamed;
}

/**
 * Whom the target has by the same name already, where that would not come to light otherwise: nobody may be adopted, no
 * search of this cycle asked by the name, and no answer showed yet that new accounts carry what was sent.
 */
export async function olderByName(operation: CreateOperation, context: PushContext): Promise<ReadonlySet<TargetId>> {
  const { type } = operation;
  const { adopt, match } = context.policy[type];
  const name = type === 'user' ? 'userName' : 'displayName';
  const isKnown = adopt !== 'never' || match.includes(name) || context.listed[type] !== undefined;
  const value = valueOf(operation, name);
  if (isKnown || context.showsNamed.has(type) || typeof value !== 'string') return new Set();
  const found = await context.target.find(type, name, value, context.signal);
  return new Set(isFailure(found) ? [] : found.map(({ id }) => id));
}

function adoptionOff(id: TargetId): Failure {
  return {
    class: 'conflict',
    reason: 'adoption_off',
    targetId: id,
    detail: `the target ${by} id ${id}, which it had before, and adopt is never`,
  };
}

/** The next plan has it as an adoption, or as something that is not adopted. */
export function populatedFailure(id: TargetId): Failure {
  return {
    class: 'conflict',
    targetId: id,
    detail: `the target has a group that fits (id ${id}), with members whom dir2scim did not put there`,
  };
}
