import { wantsSwitchingOn } from '../core/mapping/active.ts';
import type { SourceId } from '../core/model/entry.ts';
import { BridgeError } from '../core/model/errors.ts';
import { doubtful } from '../core/model/link.ts';
import type { Failure, FailureClass, Outcome } from '../core/model/outcome.ts';
import type { AdoptOperation, AttributeChange, CreateOperation } from '../core/model/plan.ts';
import type { DesiredAttributes, DesiredValue } from '../core/model/resource.ts';
import { diffWithBody } from '../core/planning/diff.ts';
import { isFailure, type FoundResource } from '../ports/scim-target.ts';
import type { Intent, StateChange } from '../ports/state-store.ts';
import { findOne, withExternalId } from './correlate.ts';
import { lookThrough } from './look-through.ts';
import { firstMembers, joinedAtOnce } from './joining.ts';
import type { PushContext } from './push-context.ts';
import { newLink, remember } from './remember.ts';
import { resolveAttributes, resolveChanges, targetIds } from './resolve.ts';

/** How often a create whose answer was lost is searched for and sent again within one cycle. */
const createAttempts = 3;

/**
 * A create is the one request whose repetition does harm. Its intent is durable before it is sent; when the answer is
 * lost, or the target says that there is one already, the target is searched before anything is sent again.
 */
export async function applyCreate(operation: CreateOperation, context: PushContext): Promise<Failure | undefined> {
  const first = operation.type === 'group' ? firstMembers(operation.sourceId, context) : [];
  const intent = intentOf(operation, context, first.map(({ sourceId }) => sourceId));
  const { attributes, body } = resolveAttributes(operation.attributes, context);
  if (context.unsearched.has(operation.sourceId)) {
    const found = await searchAgain(operation, context);
    if (found === 'unsearchable') return { class: 'transient', detail: 'the target could not be searched' };
    if (found !== undefined) return adoptFound(operation, attributes, found, [], context);
  }
  // What was found out about it before is no longer the last word.
  const over = { kind: 'trouble_over', target: intent.target, sourceId: intent.sourceId } as const;
  await context.store.record([{ kind: 'intent', intent }, ...(context.troubles.has(intent.sourceId) ? [over] : [])]);
  let failure: Failure | undefined;
  for (let attempt = 0; attempt < createAttempts; attempt += 1) {
    const outcome = await context.target.create(operation.type, body, context.signal, first.map(({ targetId: id, type }) => ({ id, type })));
    if (outcome.kind === 'applied') {
      const add = joinedAtOnce(intent.sourceId, first, outcome.members ?? [], context);
      const members = { kind: 'members', target: intent.target, group: intent.sourceId, add, remove: [] } as const;
      // Of the others nobody knows: a creation that was only promised (202) does not tell.
      const open = first.map(({ sourceId }) => sourceId).filter((id) => !add.includes(id));
      const link = { ...newLink(operation, outcome, 'created', attributes, context), unsettled: open.length > 0 ? open : undefined };
      await remember(context, link, [...(add.length > 0 ? [members] : []), { kind: 'settled', intent }, ...context.removalsOf(operation)]);
      return undefined;
    }
    failure = outcome.failure;
    if (failure.class !== 'conflict' && failure.class !== 'unknown') break;
    const found = await searchAgain(operation, context, failure.class === 'conflict');
    if (found === 'unsearchable') return failure;
    if (found !== undefined) return adoptFound(operation, attributes, found, intent.members, context);
    if (failure.class === 'conflict') break;
  }
  if (!mayHaveCreated(failure)) await context.store.record([{ kind: 'settled', intent }]);
  return failure;
}

/** Also what was only promised (202), or answered as done with something that says nothing. */
function mayHaveCreated(failure: Failure | undefined): boolean {
  const { class: failureClass, status = 0 } = failure ?? {};
  return failureClass === 'unknown' || (status >= 200 && status < 300);
}

/**
 * Undefined when the target has none; `unsearchable` when that could not be found out.
 *
 * @param isThere the target says that there is one
 */
async function searchAgain(
  operation: CreateOperation,
  context: PushContext,
  isThere = false,
): Promise<FoundResource | 'unsearchable' | undefined> {
  const policy = context.policy[operation.type];
  const paths = policy.adopt === 'never' ? ['externalId'] : withExternalId(policy.match);
  try {
    const searched = await findOne(context.target, operation, paths, context.signal);
    const isSeen = searched !== undefined && !isFailure(searched);
    const finding = isThere && !isSeen ? ((await lookThrough(operation, paths, context)) ?? searched) : searched;
    if (isFailure(finding)) return 'unsearchable';
    const [first, ...others] = finding?.found ?? [];
    if (first === undefined) return undefined;
    const owner = (await context.store.owners(context.target.name, operation.type, [first.id])).get(first.id);
    return others.length > 0 || (owner !== undefined && owner !== operation.sourceId) ? 'unsearchable' : first;
  } catch (error) {
    if (error instanceof BridgeError) return 'unsearchable';
    throw error;
  }
}

async function adoptFound(
  operation: CreateOperation,
  wanted: DesiredAttributes,
  found: FoundResource,
  unsettled: Intent['members'],
  context: PushContext,
): Promise<Failure | undefined> {
  const changes = diffWithBody(wanted, found.body, targetIds(context));
  const attributes = new Map<string, DesiredValue | null>(wanted);
  if (operation.type === 'user') {
    const wantsActive = wanted.get('active') !== false;
    if (wantsActive && wantsSwitchingOn(found.body)) changes.push({ path: 'active', change: 'set', value: true, had: true });
    // Whoever is wanted inactive and was found active is deactivated by the next plan: as a removal.
    attributes.set('active', wantsActive || found.active !== false);
  }
  const origin = found.body['externalId'] === operation.sourceId ? 'created' : 'adopted';
  return adopt({ ...operation, verb: 'adopt', targetId: found.id, changes, attributes }, origin, unsettled, context.removalsOf(operation), context);
}

/** Brings an account that exists in step, and links it. */
export async function applyAdoption(operation: AdoptOperation, context: PushContext): Promise<Failure | undefined> {
  const open = operation.type === 'group' ? await context.store.openIntents(context.target.name) : [];
  const unsettled = open.find(({ sourceId }) => sourceId === operation.sourceId)?.members;
  return adopt(operation, operation.matchedBy === 'externalId' ? 'created' : 'adopted', unsettled, context.removalsOf(operation), context);
}

type Adoption = Omit<AdoptOperation, 'matchedBy' | 'targetActive'>;

/**
 * @param unsettled who may be in a group because a create of ours may have put them there
 * @param counts what the guard has to remember of it
 */
async function adopt(
  operation: Adoption,
  origin: 'created' | 'adopted',
  unsettled: Intent['members'],
  counts: readonly StateChange[],
  context: PushContext,
): Promise<Failure | undefined> {
  // Half adopted and forgotten, an account would outlive its entry: nobody else remembers that it is ours.
  const intent = { ...intentOf(operation, context, unsettled), adopts: operation.targetId };
  if (operation.changes.length > 0) await context.store.record([{ kind: 'intent', intent }]);
  const outcome = await bringInStep(operation, context);
  // A target that takes no changes has the account all the same: linked, so that access ends when it has to.
  const isUnchanged = outcome.kind === 'failed' && outcome.failure.class === 'unsupported';
  if (outcome.kind === 'failed' && !isUnchanged) {
    if (refused.has(outcome.failure.class)) await context.store.record([{ kind: 'settled', intent }]);
    return outcome.failure;
  }
  const { attributes } = resolveAttributes(operation.attributes, context);
  const made = outcome.kind === 'failed' ? ({ kind: 'applied', id: operation.targetId } as const) : outcome;
  const link = newLink(operation, made, origin, attributes, context);
  const left = isUnchanged ? operation.changes.map(({ path }) => [path, doubtful] as const) : [];
  const known = { ...link, unsettled, attributes: { ...link.attributes, ...Object.fromEntries(left) } };
  await remember(context, known, [{ kind: 'settled', intent }, ...counts]);
  return undefined;
}

/** What certainly had no effect. */
const refused: ReadonlySet<FailureClass> = new Set(['rejected', 'gone', 'conflict']);

function bringInStep({ type, targetId, changes }: { type: Adoption['type']; targetId: string; changes: readonly AttributeChange[] }, context: PushContext): Promise<Outcome> {
  const { sent } = resolveChanges(changes, context);
  if (sent.length === 0) return Promise.resolve({ kind: 'applied', id: targetId });
  return context.target.update(type, targetId, sent, context.signal);
}

function intentOf(
  { type, sourceId, directory }: Pick<CreateOperation, 'type' | 'sourceId' | 'directory'>,
  { target }: PushContext,
  members: readonly SourceId[] = [],
): Intent {
  return { target: target.name, type, sourceId, directory, ...(members.length > 0 ? { members } : {}) };
}
