import type { Link } from '../../core/model/link.ts';
import type { Failure, Outcome } from '../../core/model/outcome.ts';
import type { CreateOperation } from '../../core/model/plan.ts';
import type { DesiredAttributes } from '../../core/model/resource.ts';
import type { Intent } from '../../ports/state-records.ts';
import { adoptFound } from './apply-adoption.ts';
import { intentOf, mayStillShow } from '../quarantine/intents.ts';
import { asShown, knownOf } from './known-of.ts';
import { othersMembers } from '../match/others-members.ts';
import { firstMembers, joinedAtOnce } from './initial-members.ts';
import { claim, doubtOwner, foreignFailure, takenFailure, unclaim } from '../match/ownership.ts';
import { effectOf } from './operation-log.ts';
import type { PushContext } from './push-context.ts';
import { acknowledged, liveLink, newLink, remember } from './remember.ts';
import { resolveAttributes } from './resolve.ts';
import { searchAgain, searchWithPauses, type Searched } from '../match/search-again.ts';

/*
 * A create is the one request whose repetition does harm. Its intent is durable before it is sent, and it is sent once in
 * a cycle:
 *
 *   answer                             | then
 *   -----------------------------------+-------------------------------------------------------------------------
 *   an id that is nobody's             | linked
 *   somebody else's by what it shows   | match_foreign: no link, and the intent stays open: something may have been made as well
 *   an id that another entry has       | match_taken: no link, and what the target may have written there is in doubt
 *   an id that was there before        | an adoption: linked, adoption_off, or match_taken when another entry had it
 *   there is one already (conflict)    | searched: adopted, match_taken, or left as refused
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
}

export async function applyCreate(operation: CreateOperation, context: PushContext): Promise<Failure | undefined> {
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
  const creation: Creation = { operation, intent, before, attributes, first };
  const isOpen = before !== undefined && before.adopts === undefined && mayStillShow(before, now);
  if (isOpen && before.unclear !== undefined && (before.unclear === 'lost' || context.attempt !== 'everything'))
    return stillOpen(before);
  if (isOpen || context.unsearched.has(operation.sourceId)) {
    const searched = isOpen
      ? await searchWithPauses(operation, context, 'afterCrash')
      : await searchAgain(operation, context);
    if (searched.kind === 'unsearchable') return { class: 'transient', detail: 'the target could not be searched' };
    if (searched.kind !== 'none')
      return takeFound(searched, { ...creation, intent: before ?? { ...intent, members: [] } }, context);
  }
  if (isOpen && context.isStopping()) return { class: 'transient', detail: 'stopped before it was sent' };
  // What was found out about it before is no longer the last word.
  await context.store.record([{ kind: 'intent', intent }, ...context.quarantine.over(intent.sourceId)]);
  const outcome = await context.target.create(
    operation.type,
    body,
    context.signal,
    first.map(({ targetId: id, type }) => ({ id, type })),
  );
  if (outcome.kind === 'applied') return takeCreated(outcome, creation, context);
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
): Promise<Failure | undefined> {
  const { operation, intent, attributes, first } = creation;
  const settled = { kind: 'settled', intent } as const;
  const owner = await claim(operation, outcome.id, context);
  if (owner !== undefined) {
    await doubtOwner(owner, intent.members ?? [], context);
    await context.store.record([settled]);
    return takenFailure('answered the creation with', outcome.id, owner);
  }
  const mayBeForeign = outcome.existed === true && context.policy[operation.type].adopt === 'also-foreign';
  if (outcome.others === true && !mayBeForeign) {
    await context.store.record([
      { kind: 'intent', intent: { ...intent, at: new Date(context.clock.now()).toISOString(), unclear: 'lost' } },
    ]);
    unclaim(operation.type, outcome.id, context);
    return foreignFailure('answered the creation with', outcome.id);
  }
  const existed = outcome.existed === true || context.listed[operation.type].has(outcome.id);
  const before = existed
    ? (await context.store.formerOwners(intent.target, operation.type, [outcome.id])).get(outcome.id)
    : undefined;
  if (before !== undefined && before !== operation.sourceId) {
    await context.store.record([settled]);
    return takenFailure('answered the creation with', outcome.id, before);
  }
  if (existed && context.policy[operation.type].adopt === 'never') {
    await context.store.record([settled]);
    return {
      class: 'conflict',
      reason: 'adoption_off',
      targetId: outcome.id,
      detail: `the target answered the creation with id ${outcome.id}, which it had before, and adopt is never`,
    };
  }
  if (
    existed &&
    operation.type === 'group' &&
    (await othersMembers({ id: outcome.id, body: {} }, intent.sourceId, context)) > 0
  ) {
    await context.store.record([settled]);
    return populatedFailure(outcome.id);
  }
  const add = joinedAtOnce(intent.sourceId, first, outcome.members ?? [], context);
  const members = { kind: 'members', target: intent.target, group: intent.sourceId, add, remove: [] } as const;
  // Of the others nobody knows: a creation that was only promised (202) does not tell.
  const open = first.map(({ sourceId }) => sourceId).filter((id) => !add.includes(id));
  const made = asShown(
    newLink(operation, outcome, existed ? 'adopted' : 'created', attributes, context),
    outcome.shown,
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
  return undefined;
}

/** The next plan has it as an adoption, or as something that is not adopted. */
function populatedFailure(id: string): Failure {
  return {
    class: 'conflict',
    targetId: id,
    detail: `the target has a group that fits (id ${id}), with members whom dir2scim did not put there`,
  };
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

async function settleFailure(failure: Failure, creation: Creation, context: PushContext): Promise<Failure | undefined> {
  const { operation, intent, before } = creation;
  // That this request had no effect says nothing about an earlier one, which may have made what is in the way.
  const over =
    before === undefined ? ({ kind: 'settled', intent } as const) : ({ kind: 'intent', intent: before } as const);
  const isUnclear = mayHaveCreated(failure);
  if (isUnclear) {
    const unclear = failure.status === 201 ? 'made' : 'lost';
    await context.store.record([
      { kind: 'intent', intent: { ...intent, at: new Date(context.clock.now()).toISOString(), unclear } },
    ]);
  } else if (failure.class !== 'conflict') {
    await context.store.record([over]);
    return failure;
  }
  const searched = isUnclear
    ? await searchWithPauses(operation, context, 'afterRequest')
    : await searchAgain(operation, context, true);
  if (searched.kind !== 'none' && searched.kind !== 'unsearchable') return takeFound(searched, creation, context);
  if (!isUnclear && searched.kind === 'none') await context.store.record([over]);
  return failure;
}

/** Also what was only promised (202), or answered as done with something that says nothing. */
function mayHaveCreated({ class: failureClass, status = 0 }: Failure): boolean {
  return failureClass === 'unknown' || (status >= 200 && status < 300);
}

async function takeFound(
  searched: Exclude<Searched, { kind: 'none' | 'unsearchable' }>,
  { operation, intent, attributes }: Creation,
  context: PushContext,
): Promise<Failure | undefined> {
  const { kind, found } = searched;
  if (kind === 'found') return adoptFound(operation, attributes, found, intent.members, context);
  if (kind === 'populated') return populatedFailure(found.id);
  if (kind === 'taken') return takenFailure('has one that fits,', found.id, searched.owner);
  return foreignFailure('has one that fits,', found.id);
}
