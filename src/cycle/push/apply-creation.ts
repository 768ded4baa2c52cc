import type { Link, TargetId } from '../../core/model/link.ts';
import type { Failure, FailureClass, Outcome, Shown } from '../../core/model/outcome.ts';
import type { CreateOperation } from '../../core/model/plan.ts';
import type { DesiredAttributes } from '../../core/model/resource.ts';
import type { Intent } from '../../ports/state-records.ts';
import { adoptFound } from './apply-adoption.ts';
import { intentOf, isLastLook, mayStillShow } from '../quarantine/intents.ts';
import { asShown, knownOf } from './known-of.ts';
import { isCertainlyNew, judgeCreated, olderByName, populatedFailure } from './created-account.ts';
import { firstMembers, joinedAtOnce } from './initial-members.ts';
import { foreignFailure, takenFailure } from '../match/ownership.ts';
import { effectOf } from './operation-log.ts';
import type { PushContext } from './push-context.ts';
import { acknowledged, liveLink, newLink, remember } from './remember.ts';
import { resolveAttributes } from './resolve.ts';
import { searchAgain, searchWithPauses, type Searched } from '../match/search-again.ts';
import { applied, failed, type OperationResult } from './operation-result.ts';

/*
 * A create is the one request whose repetition does harm. Its intent is durable before it is sent, and it is sent once in
 * a cycle:
 *
 *   answer                             | then
 *   -----------------------------------+-------------------------------------------------------------------------
 *   an id                              | linked, where the account may be ours (created-account.ts)
 *   there is one already (conflict)    | searched: adopted, match_taken, or left as refused
 *   another refusal                    | noted: who leaves is looked for, because some targets refuse what they have done
 *   none, or none that can be read     | searched, with growing pauses: adopted, or the intent stays open. Sent again by a
 *                                      | later cycle, when it was looked for long enough; never after a 201
 */

interface Creation {
  readonly operation: CreateOperation;
  readonly intent: Intent;
  /** An earlier request, of which nobody knows whether it took effect. */
  readonly before: Intent | undefined;
  /** What is sent. */
  readonly attributes: DesiredAttributes;
  readonly first: readonly Link[];
  /** Who was there by the same name before it was sent. */
  readonly older: ReadonlySet<TargetId>;
}

export async function applyCreate(operation: CreateOperation, context: PushContext): Promise<OperationResult> {
  const first = operation.type === 'group' ? firstMembers(operation.sourceId, context) : [];
  const { attributes, body } = resolveAttributes(operation.attributes, context);
  const now = context.clock.now();
  const intent = intentOf(
    operation,
    context.target.name,
    now,
    first.map(({ sourceId }) => sourceId),
  );
  const before = context.intents.get(operation.sourceId);
  const creation: Creation = { operation, intent, before, attributes, first, older: new Set() };
  const isOpen = before !== undefined && before.adopts === undefined && mayStillShow(before, now);
  if (isOpen && before.unclear !== undefined && (before.unclear === 'lost' || context.attempt !== 'everything'))
    return failed(stillOpen(before));
  if (isOpen || context.unsearched.has(operation.sourceId)) {
    const searched = isOpen
      ? await searchWithPauses(operation, context, 'afterCrash')
      : await searchAgain(operation, context);
    if (searched.kind === 'unsearchable')
      return failed({ class: 'transient', detail: 'the target could not be searched' });
    if (searched.kind !== 'none')
      return takeFound(searched, { ...creation, intent: before ?? { ...intent, members: [] } }, context);
  }
  if (isOpen && context.isStopping()) return failed({ class: 'transient', detail: 'stopped before it was sent' });
  const older = await olderByName(operation, context);
  // What was found out about it before is no longer the last word.
  await context.store.record([{ kind: 'intent', intent }, ...context.quarantine.over(intent.sourceId)]);
  const outcome = await context.target.create(
    operation.type,
    body,
    context.signal,
    first.map(({ targetId: id, type }) => ({ id, type })),
    (id) => isCertainlyNew(operation.type, id, older, context),
  );
  if (outcome.kind === 'applied') return takeCreated(outcome, { ...creation, older }, context);
  return settleFailure(outcome.failure, creation, context);
}

/** An earlier request may have made it: another one now could make a second. */
function stillOpen({ at = '', unclear }: Intent): Failure {
  const then =
    unclear === 'made'
      ? 'it is not created again, unless by dir2scim sync --full'
      : 'it is created again when it is not found for some minutes';
  return {
    class: 'unknown',
    detail: `an earlier request (${at}) may have created it, and no search finds it yet; ${then}`,
  };
}

/** The target has answered with an id. */
async function takeCreated(
  outcome: Extract<Outcome, { kind: 'applied' }>,
  creation: Creation,
  context: PushContext,
): Promise<OperationResult> {
  const { operation, intent, attributes, first, older } = creation;
  const settled = { kind: 'settled', intent } as const;
  if (outcome.named === true) context.showsNamed.add(operation.type);
  const judgement = await judgeCreated(outcome, operation, intent, older, context);
  if (judgement.kind === 'refused') {
    const at = new Date(context.clock.now()).toISOString();
    await context.store.record([
      judgement.isOpen ? { kind: 'intent', intent: { ...intent, at, unclear: 'lost' } } : settled,
    ]);
    return failed(judgement.failure);
  }
  const { existed } = judgement;
  const add = joinedAtOnce(intent.sourceId, first, outcome.members ?? [], context);
  const members = { kind: 'members', target: intent.target, group: intent.sourceId, add, remove: [] } as const;
  // Of the others nobody knows: a creation that was only promised (202) does not tell.
  const open = first.map(({ sourceId }) => sourceId).filter((id) => !add.includes(id));
  const leftOff = isLeftOff(outcome, existed, operation, context);
  const made = asShown(
    { ...newLink(operation, outcome, existed ? 'adopted' : 'created', attributes, context), ...leftOff },
    leftOff === undefined ? outcome.shown : withoutActive(outcome.shown),
    attributes.keys(),
  );
  const on =
    outcome.active === true
      ? {
          lifecycle: 'active' as const,
          attributes: { ...made.attributes, ...acknowledged(new Map([['active', true]]), context) },
        }
      : {};
  await remember(context, { ...made, ...on, unsettled: open.length > 0 ? open : undefined }, [
    ...(add.length > 0 ? [members] : []),
    settled,
    ...effectOf(operation, { link: made, joined: add, verb: existed ? 'adopt' : 'create' }, context),
  ]);
  if (outcome.active === true && existed) context.toEnd.add(operation.sourceId);
  if (outcome.active === true && !existed) await switchOff(operation, context);
  return applied;
}

/** An account of somebody else that was there before and is switched off stays so, unless the configuration wants it. */
function isLeftOff(
  { named, shown }: Extract<Outcome, { kind: 'applied' }>,
  existed: boolean,
  { sourceId }: CreateOperation,
  { links, policy }: PushContext,
): Pick<Link, 'leftDisabled'> | undefined {
  const isOurs = named === true || links.has(sourceId) || policy.user.reactivateAdopted === true;
  return existed && !isOurs && shown?.lost?.includes('active') === true ? { leftDisabled: true } : undefined;
}

function withoutActive(shown: Shown | undefined): Shown | undefined {
  return shown && { ...shown, lost: shown.lost?.filter((path) => path !== 'active') };
}

/** Some make everybody active, whatever is asked for. Where this fails, the next plan ends it, like any access. */
async function switchOff({ sourceId, type }: CreateOperation, context: PushContext): Promise<void> {
  const link = liveLink(context, sourceId);
  if (link === undefined) return;
  const off = await context.target.update(
    type,
    link.targetId,
    [{ path: 'active', change: 'set', value: false, had: true }],
    context.signal,
    knownOf(link, context),
  );
  if (off.kind === 'failed') return;
  const attributes = { ...link.attributes, ...acknowledged(new Map([['active', false]]), context) };
  await remember(
    context,
    asShown({ ...link, lifecycle: 'deactivated', attributes, version: off.version }, off.shown, ['active']),
  );
}

async function settleFailure(failure: Failure, creation: Creation, context: PushContext): Promise<OperationResult> {
  const { operation, intent, before } = creation;
  // That this request had no effect says nothing about an earlier one, which may have made what is in the way; for a day.
  const over =
    before === undefined || isLastLook(before, context.clock.now())
      ? ({ kind: 'settled', intent } as const)
      : ({ kind: 'intent', intent: before } as const);
  const at = new Date(context.clock.now()).toISOString();
  const refused =
    over.kind === 'intent' ? over : ({ kind: 'intent', intent: { ...intent, at, unclear: 'refused' } } as const);
  const isUnclear = mayHaveCreated(failure);
  if (isUnclear) {
    const unclear = failure.status === 201 ? 'made' : 'lost';
    await context.store.record([{ kind: 'intent', intent: { ...intent, at, unclear } }]);
  } else if (failure.class !== 'conflict') {
    await context.store.record([mayHaveBeenDone.has(failure.class) ? refused : over]);
    return failed(failure);
  }
  const searched = isUnclear
    ? await searchWithPauses(operation, context, 'afterRequest')
    : await searchAgain(operation, context, true);
  // Who is in the way of a refused one may have been made by the request before.
  const made = isUnclear ? { ...intent, at, unclear: 'lost' as const } : before;
  if (searched.kind !== 'none' && searched.kind !== 'unsearchable')
    return takeFound(searched, { ...creation, before: made }, context);
  if (!isUnclear && searched.kind === 'none') await context.store.record([refused]);
  return failed(failure);
}

/** Refusals of what some targets have done by then. Of who leaves it is looked into (`recoverIntents`). */
const mayHaveBeenDone: ReadonlySet<FailureClass> = new Set(['rejected', 'conflict', 'throttled']);

/** Also what was only promised (202), or answered as done with something that says nothing. */
function mayHaveCreated({ class: failureClass, status = 0 }: Failure): boolean {
  return failureClass === 'unknown' || (status >= 200 && status < 300);
}

async function takeFound(
  searched: Exclude<Searched, { kind: 'none' | 'unsearchable' }>,
  { operation, intent, before, attributes }: Creation,
  context: PushContext,
): Promise<OperationResult> {
  const { kind, found } = searched;
  if (kind === 'found') return adoptFound(operation, attributes, found, { members: intent.members, before }, context);
  if (kind === 'populated') return failed(populatedFailure(found.id));
  if (kind === 'taken') return failed(takenFailure('has one that fits,', found.id, searched.owner));
  return failed(foreignFailure('has one that fits,', found.id));
}
