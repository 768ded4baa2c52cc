import { doubtful, empty, type Link } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { Operation, RemoveOperation, UpdateOperation } from '../../core/model/plan.ts';
import { heldPaths } from '../../core/planning/link-paths.ts';
import type { ScimChange } from '../../ports/scim-target.ts';
import { applyAdoption } from './apply-adoption.ts';
import { applyCreate } from './apply-creation.ts';
import { applyLookalike } from './apply-lookalike.ts';
import { applyMembers } from './apply-members.ts';
import { endsAll } from '../shared/target-error.ts';
import { findLost } from '../match/find-lost.ts';
import { disbelieved, othersThan } from '../match/presence.ts';
import { applyRelink } from './apply-relink.ts';
import type { PushContext } from './push-context.ts';
import { asShown, knownOf, missingFrom, membersOf } from './known-of.ts';
import { accessOf, effectOf } from './operation-log.ts';
import { acknowledged, doubt, liveLink, lostIfGone, remember } from './remember.ts';
import { isSettling, settlingFailure } from '../match/settling.ts';
import { resolveChanges } from './resolve.ts';
import { wholeElements } from './whole-elements.ts';
import { applied, failed, skipped, type OperationResult } from './operation-result.ts';

/**
 * Carries out one operation and records its outcome, durably, before it returns.
 * Before anything is sent, the state says what will not be known if there is no answer.
 */
export async function applyOperation(operation: Operation, context: PushContext): Promise<OperationResult> {
  switch (operation.verb) {
    case 'create':
      return applyCreate(operation, context);
    case 'adopt':
      return applyAdoption(operation, context);
    case 'relink':
      return applyRelink(operation, context);
    case 'update':
    case 'reactivate':
      return applyUpdate(operation, context);
    case 'members':
      return applyMembers(operation, context);
    case 'deactivate':
      return applyDeactivation(operation, context);
    case 'delete':
      return applyDeletion(operation, context);
  }
}

async function applyUpdate(operation: UpdateOperation, context: PushContext): Promise<OperationResult> {
  const link = liveLink(context, operation.sourceId);
  if (link === undefined) return skipped;
  if (resolveChanges(operation.changes, context).sent.length === 0) return skipped;
  const { planned, sent } = resolveChanges([...operation.changes, ...(operation.beside ?? [])], context);
  // Whoever may be active again counts as active: then a departure ends their access.
  const back = operation.verb === 'reactivate' ? { lifecycle: 'active' as const, leftDisabled: undefined } : {};
  const doubted = await doubt(
    context,
    link,
    planned.map(({ path }) => path),
    back,
  );
  const whole = wholeElements(sent, heldPaths(link));
  const outcome = await context.target.update(
    operation.type,
    link.targetId,
    whole,
    context.signal,
    knownOf(link, context),
  );
  if (outcome.kind === 'failed') return failed(await lostIfGone(doubted, outcome.failure, context));
  const attributes: Record<string, string> = { ...doubted.attributes };
  for (const change of planned) {
    attributes[change.path] = empty;
    if (change.change === 'set')
      Object.assign(attributes, acknowledged(new Map([[change.path, change.value]]), context));
  }
  const departedAt = operation.verb === 'reactivate' ? undefined : doubted.departedAt;
  // Whoever is in doubt may have been taken out before, on purpose: the next cycle says what is wanted of them.
  const missing =
    operation.type === 'group'
      ? await missingFrom(outcome, operation.sourceId, context, { add: [], remove: doubted.unsettled ?? [] })
      : [];
  const unsettled = missing.length === 0 ? doubted.unsettled : [...new Set([...(doubted.unsettled ?? []), ...missing])];
  const settled = {
    ...doubted,
    createdAt: undefined,
    departedAt,
    heir: undefined,
    attributes,
    unsettled,
    version: outcome.version,
  };
  await remember(
    context,
    asShown(
      settled,
      outcome.shown,
      whole.map(({ path }) => path),
    ),
    effectOf(operation, { link: settled, was: operation.verb === 'reactivate' ? link.lifecycle : undefined }, context),
  );
  // To some targets a change of the name is a new list of members.
  return missing.length === 0
    ? applied
    : applyMembers({ ...operation, verb: 'members', add: missing, remove: [], cause: 'changed' }, context);
}

async function applyDeactivation(operation: RemoveOperation, context: PushContext): Promise<OperationResult> {
  if (operation.lookalike !== undefined) return applyLookalike(operation, operation.lookalike, context);
  const link = liveLink(context, operation.sourceId);
  if (link === undefined) return skipped;
  const inactive: ScimChange = { path: 'active', change: 'set', value: false, had: true };
  const doubted = await doubt(context, link, ['active']);
  const outcome = await context.target.update(
    operation.type,
    link.targetId,
    [inactive],
    context.signal,
    knownOf(link, context),
  );
  if (outcome.kind === 'failed') return failed(await lostIfGone(doubted, outcome.failure, context));
  const departedAt = operation.cause === 'disabled' ? undefined : new Date(context.clock.now()).toISOString();
  const attributes = { ...doubted.attributes, ...acknowledged(new Map([['active', false]]), context) };
  const off = {
    ...doubted,
    lifecycle: 'deactivated' as const,
    leftDisabled: undefined,
    createdAt: undefined,
    departedAt,
    attributes,
    version: outcome.version,
  };
  await remember(
    context,
    asShown(off, outcome.shown, ['active']),
    effectOf(operation, { link: off, was: accessOf(link) }, context),
  );
  return applied;
}

async function applyDeletion(operation: RemoveOperation, context: PushContext): Promise<OperationResult> {
  const link = liveLink(context, operation.sourceId);
  if (link === undefined) return skipped;
  // Should the entry come back before the answer does, something has to be sent that finds out whether it is still there.
  await doubt(context, link, [operation.type === 'user' ? 'active' : 'externalId']);
  const outcome = await context.target.remove(operation.type, link.targetId, context.signal, knownOf(link, context));
  if (outcome.kind === 'failed')
    return outcome.failure.class === 'gone'
      ? applyAbsence(operation, link, outcome.failure, context)
      : failed(await endAccessInstead(operation, link, outcome.failure, context));
  await forget(operation, link, context);
  return applied;
}

/**
 * An account that the target does not delete, or of which it does not say so, is switched off, where it is not, and a
 * group is emptied: access ends whatever becomes of the rest. The deletion has failed all the same, and is tried again.
 */
async function endAccessInstead(
  operation: RemoveOperation,
  link: Link,
  failure: Failure,
  context: PushContext,
): Promise<Failure> {
  const isOpen =
    ['rejected', 'conflict', 'unsupported', 'protocol', 'unknown', 'transient', 'auth'].includes(failure.class) &&
    failure.late !== true;
  if (!isOpen) return failure;
  if (operation.type === 'group') return emptyInstead(operation, failure, context);
  return link.lifecycle === 'active' ? switchOffInstead(operation, link, failure, context) : failure;
}

async function emptyInstead(operation: RemoveOperation, failure: Failure, context: PushContext): Promise<Failure> {
  const { sourceId, evidence } = operation;
  const remove = (await membersOf(sourceId, context)).filter((id) => context.links.has(id));
  if (remove.length === 0) return failure;
  const result = await applyMembers(
    { ...operation, verb: 'members', add: [], remove, cause: 'departed', evidence },
    context,
  );
  if (result.kind === 'applied') return insteadOf(failure, 'the group was emptied instead');
  return result.kind === 'failed' && endsAll(result.failure) ? result.failure : failure;
}

async function switchOffInstead(
  operation: RemoveOperation,
  link: Link,
  failure: Failure,
  context: PushContext,
): Promise<Failure> {
  const inactive: ScimChange = { path: 'active', change: 'set', value: false, had: true };
  const outcome = await context.target.update(
    'user',
    link.targetId,
    [inactive],
    context.signal,
    knownOf(link, context),
  );
  if (outcome.kind === 'failed') return endsAll(outcome.failure) ? outcome.failure : failure;
  const attributes = { ...link.attributes, ...acknowledged(new Map([['active', false]]), context) };
  const departedAt = link.departedAt ?? new Date(context.clock.now()).toISOString();
  const off = {
    ...link,
    lifecycle: 'deactivated' as const,
    leftDisabled: undefined,
    createdAt: undefined,
    departedAt,
    attributes,
    version: outcome.version,
  };
  const effect = { link: off, was: accessOf(link), verb: 'deactivate' } as const;
  await remember(context, asShown(off, outcome.shown, ['active']), effectOf(operation, effect, context));
  return insteadOf(failure, 'the account was switched off instead');
}

/** Credentials that are taken for everything else are not refused: they may not delete. */
function insteadOf(failure: Failure, done: string): Failure {
  const detail = `DELETE failed (${failure.detail}); ${done}`;
  return { ...failure, class: failure.class === 'auth' ? 'rejected' : failure.class, detail };
}

/**
 * The target says that whoever is to be deleted is not there. Done, when it has nobody who could be them; mislaid under
 * another id, they are deleted by that one.
 */
async function applyAbsence(
  operation: RemoveOperation,
  link: Link,
  failure: Failure,
  context: PushContext,
): Promise<OperationResult> {
  // In doubt since before: an earlier request whose answer was lost may have deleted it.
  const isRepeated = Object.values(link.attributes).includes(doubtful);
  const { target, store, policy, signal, clock } = context;
  const others = await othersThan(link, context.links, store);
  if (!isRepeated && (await isSettling(link, others, context, clock.now()))) {
    await remember(context, link); // nothing was done
    return failed(settlingFailure(failure));
  }
  const absenceReason = await findLost(link, { target, store, policy, signal, others });
  if (absenceReason.kind === 'unknown') return failed(disbelieved(failure));
  if (absenceReason.kind === 'alike') {
    await remember(context, { ...link, lifecycle: 'lost', lookalike: absenceReason.targetId });
    return failed({
      ...failure,
      detail: `the target does not have this one any more, and has ${absenceReason.targetId} with the same name, which may be somebody else's: a person decides`,
    });
  }
  if (absenceReason.kind === 'gone') {
    await forget(operation, link, context);
    return applied;
  }
  await remember(context, absenceReason.link);
  if (absenceReason.link.targetId === link.targetId)
    return failed({ ...failure, class: 'rejected', detail: 'DELETE was answered with 404, and it is still there' });
  const outcome = await target.remove(
    operation.type,
    absenceReason.link.targetId,
    signal,
    knownOf(absenceReason.link, context),
  );
  if (outcome.kind === 'failed') return failed(outcome.failure);
  await forget(operation, absenceReason.link, context);
  return applied;
}

async function forget(operation: RemoveOperation, link: Link, context: PushContext): Promise<void> {
  const left = link.type === 'group' ? await membersOf(link.sourceId, context) : [];
  await context.store.record([
    { kind: 'unlink', target: link.target, sourceId: link.sourceId },
    ...effectOf(operation, { link, was: accessOf(link), left }, context),
  ]);
  context.links.delete(link.sourceId);
}
