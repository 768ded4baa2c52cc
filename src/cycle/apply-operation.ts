import type { SourceId } from '../core/model/entry.ts';
import type { Link, TargetId } from '../core/model/link.ts';
import type { Failure, Outcome } from '../core/model/outcome.ts';
import type {
  AdoptOperation,
  AttributeChange,
  CreateOperation,
  MembersOperation,
  Operation,
  RemoveOperation,
  UpdateOperation,
} from '../core/model/plan.ts';
import { Reference, type DesiredAttributes, type DesiredValue, type ScimValue } from '../core/model/resource.ts';
import { diffWithBody, digestAttributes } from '../core/planning/diff.ts';
import { isFailure, type FoundResource, type ScimChange } from '../ports/scim-target.ts';
import type { Intent, StateChange } from '../ports/state-store.ts';
import { findOne, withExternalId } from './correlate.ts';
import type { PushContext } from './push-context.ts';

/** Carries out one operation and records its outcome, durably, before it returns. Undefined when it took effect. */
export async function applyOperation(operation: Operation, context: PushContext): Promise<Failure | undefined> {
  switch (operation.verb) {
    case 'create':
      return applyCreate(operation, context);
    case 'adopt':
      return applyAdoption(operation, context);
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

/** How often a create whose answer was lost is searched for and sent again within one cycle. */
const createAttempts = 3;

/*
 * A create is the one request whose repetition does harm. Its intent is durable before it is sent; when the answer is
 * lost, or the target says that there is one already, the target is searched before anything is sent again.
 */
async function applyCreate(operation: CreateOperation, context: PushContext): Promise<Failure | undefined> {
  const { type, sourceId, directory } = operation;
  const intent: Intent = { target: context.target.name, type, sourceId, directory };
  const { attributes, body } = resolveAttributes(operation.attributes, context);
  await context.store.record([{ kind: 'intent', intent }]);
  let failure: Failure | undefined;
  for (let attempt = 0; attempt < createAttempts; attempt += 1) {
    const outcome = await context.target.create(operation.type, body, context.signal);
    if (outcome.kind === 'applied') {
      const link = newLink(operation, outcome, 'created', attributes, context);
      await remember(context, link, [{ kind: 'settled', intent }]);
      return undefined;
    }
    failure = outcome.failure;
    if (failure.class !== 'conflict' && failure.class !== 'unknown') break;
    const found = await searchAgain(operation, context);
    if (found === 'unsearchable') return failure;
    if (found !== undefined) return adoptFound(operation, attributes, found, intent, context);
    if (failure.class === 'conflict') break;
  }
  if (failure?.class !== 'unknown') await context.store.record([{ kind: 'settled', intent }]);
  return failure;
}

/** Undefined when the target has none; `unsearchable` when that could not be found out. */
async function searchAgain(
  operation: CreateOperation,
  context: PushContext,
): Promise<FoundResource | 'unsearchable' | undefined> {
  const policy = context.policy[operation.type];
  const paths = policy.adopt === 'never' ? ['externalId'] : withExternalId(policy.match);
  try {
    const finding = await findOne(context.target, operation, paths, context.signal);
    if (isFailure(finding)) return 'unsearchable';
    const [first, ...others] = finding?.found ?? [];
    if (first === undefined) return undefined;
    const owner = (await context.store.owners(context.target.name, operation.type, [first.id])).get(first.id);
    return others.length > 0 || (owner !== undefined && owner !== operation.sourceId) ? 'unsearchable' : first;
  } catch {
    return 'unsearchable';
  }
}

async function adoptFound(
  operation: CreateOperation,
  attributes: DesiredAttributes,
  found: FoundResource,
  intent: Intent,
  context: PushContext,
): Promise<Failure | undefined> {
  const changes = diffWithBody(attributes, found.body, targetIds(context));
  if (operation.type === 'user' && !found.active) changes.push({ path: 'active', change: 'set', value: true, had: true });
  const outcome = await sendChanges(operation, found.id, changes, context);
  if (outcome.kind === 'failed') return outcome.failure;
  const ours = found.body['externalId'] === operation.sourceId;
  const link = newLink(operation, outcome, ours ? 'created' : 'adopted', attributes, context);
  await remember(context, link, [{ kind: 'settled', intent }]);
  return undefined;
}

async function applyAdoption(operation: AdoptOperation, context: PushContext): Promise<Failure | undefined> {
  const outcome = await sendChanges(operation, operation.targetId, operation.changes, context);
  if (outcome.kind === 'failed') return outcome.failure;
  const { attributes } = resolveAttributes(operation.attributes, context);
  const ours = operation.matchedBy === 'externalId';
  await remember(context, newLink(operation, outcome, ours ? 'created' : 'adopted', attributes, context));
  return undefined;
}

async function applyUpdate(operation: UpdateOperation, context: PushContext): Promise<Failure | undefined> {
  const link = context.links.get(operation.sourceId);
  if (link === undefined) return notThere;
  const outcome = await sendChanges(operation, link.targetId, operation.changes, context);
  if (outcome.kind === 'failed') return lostIfGone(link, outcome.failure, context);
  const attributes = { ...link.attributes };
  for (const change of operation.changes) {
    Reflect.deleteProperty(attributes, change.path);
    if (change.change === 'clear' || !isResolvable(change.value, context)) continue;
    Object.assign(attributes, digestAttributes(new Map([[change.path, change.value]]), context.store.digest, targetIds(context)));
  }
  const back = operation.verb === 'reactivate' ? { lifecycle: 'active' as const, departedAt: undefined } : {};
  await remember(context, { ...link, ...back, attributes, version: outcome.version });
  return undefined;
}

async function applyMembers(operation: MembersOperation, context: PushContext): Promise<Failure | undefined> {
  const { target, store, links } = context;
  const link = links.get(operation.sourceId);
  if (link === undefined) return notThere;
  const there = (id: string) => (links.get(id)?.lifecycle ?? 'lost') !== 'lost';
  const steps = [
    ...operation.add.filter(there).map((id) => ({ id, joins: true })),
    ...operation.remove.map((id) => ({ id, joins: false })),
  ];
  for (let at = 0; at < steps.length; at += target.memberChunk) {
    if (context.isStopping()) return { class: 'transient', detail: 'stopped before all members were sent' };
    const chunk = steps.slice(at, at + target.memberChunk);
    const add = chunk.filter((step) => step.joins).map((step) => step.id);
    const remove = chunk.filter((step) => !step.joins).map((step) => step.id);
    const known = (ids: readonly string[]) => ids.flatMap((id) => links.get(id) ?? []);
    const outcome = await target.changeMembers(
      link.targetId,
      {
        add: known(add).map((member) => ({ id: member.targetId, type: member.type })),
        remove: known(remove).map((member) => member.targetId),
        current: async () => known(await store.members(target.name, operation.sourceId)).map((member) => member.targetId),
      },
      context.signal,
    );
    if (outcome.kind === 'failed') return lostIfGone(link, outcome.failure, context);
    const members = { kind: 'members', target: target.name, group: operation.sourceId, add, remove } as const;
    // An emptied group counts once, with its last chunk.
    const isLast = at + target.memberChunk >= steps.length;
    await store.record([members, ...(operation.cause === 'changed' || isLast ? context.removalsOf(operation, remove) : [])]);
  }
  return undefined;
}

async function applyDeactivation(operation: RemoveOperation, context: PushContext): Promise<Failure | undefined> {
  const link = context.links.get(operation.sourceId);
  if (link === undefined) return notThere;
  const inactive: ScimChange = { path: 'active', change: 'set', value: false, had: true };
  const outcome = await context.target.update(operation.type, link.targetId, [inactive], context.signal);
  if (outcome.kind === 'failed') return lostIfGone(link, outcome.failure, context);
  const departedAt = operation.cause === 'disabled' ? undefined : new Date(context.clock.now()).toISOString();
  const off = { ...link, lifecycle: 'deactivated' as const, departedAt, version: outcome.version };
  await remember(context, off, context.removalsOf(operation));
  return undefined;
}

async function applyDeletion(operation: RemoveOperation, context: PushContext): Promise<Failure | undefined> {
  const link = context.links.get(operation.sourceId);
  if (link === undefined) return notThere;
  const outcome = await context.target.remove(operation.type, link.targetId, context.signal);
  if (outcome.kind === 'failed') return outcome.failure;
  await context.store.record([{ kind: 'unlink', target: link.target, sourceId: link.sourceId }, ...context.removalsOf(operation)]);
  context.links.delete(link.sourceId);
  return undefined;
}

const notThere: Failure = { class: 'gone', detail: 'it was not created on the target' };

async function lostIfGone(link: Link, failure: Failure, context: PushContext): Promise<Failure> {
  if (failure.class === 'gone') await remember(context, { ...link, lifecycle: 'lost' });
  return failure;
}

async function remember(context: PushContext, link: Link, more: readonly StateChange[] = []): Promise<void> {
  await context.store.record([{ kind: 'link', link }, ...more]);
  context.links.set(link.sourceId, link);
}

function sendChanges(
  operation: Operation,
  id: TargetId,
  changes: readonly AttributeChange[],
  context: PushContext,
): Promise<Outcome> {
  const resolved = changes.flatMap((change): ScimChange[] => {
    if (change.change === 'clear') return [change];
    const value = resolve(change.value, context);
    return value === undefined ? [] : [{ ...change, value }];
  });
  if (resolved.length === 0) return Promise.resolve({ kind: 'applied', id });
  return context.target.update(operation.type, id, resolved, context.signal);
}

/** References whose resource did not come about are left out; the next cycle finds them missing and completes them. */
function resolveAttributes(desired: DesiredAttributes, context: PushContext) {
  const attributes = new Map<string, DesiredValue>();
  const body = new Map<string, ScimValue>();
  for (const [path, value] of desired) {
    const resolved = value === null ? undefined : resolve(value, context);
    if (value === null || resolved === undefined) continue;
    attributes.set(path, value);
    body.set(path, resolved);
  }
  return { attributes, body };
}

function resolve(value: DesiredValue, context: PushContext): ScimValue | undefined {
  if (!(value instanceof Reference)) return value;
  return targetIds(context)(value.id);
}

function targetIds({ links }: PushContext): (id: SourceId) => TargetId | undefined {
  return (id) => {
    const link = links.get(id);
    return link === undefined || link.lifecycle === 'lost' ? undefined : link.targetId;
  };
}

function isResolvable(value: DesiredValue, context: PushContext): boolean {
  return resolve(value, context) !== undefined;
}

function newLink(
  operation: CreateOperation | AdoptOperation,
  outcome: Extract<Outcome, { kind: 'applied' }>,
  origin: Link['origin'],
  attributes: DesiredAttributes,
  context: PushContext,
): Link {
  const active = operation.type === 'group' || attributes.get('active') !== false;
  return {
    target: context.target.name,
    type: operation.type,
    sourceId: operation.sourceId,
    directory: operation.directory,
    targetId: outcome.id,
    origin,
    lifecycle: active ? 'active' : 'deactivated',
    attributes: digestAttributes(attributes, context.store.digest, targetIds(context)),
    version: outcome.version,
  };
}
