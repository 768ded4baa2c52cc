import { isSourceId } from '../../core/directory/source-id.ts';
import { asShown } from './known-of.ts';
import { wantsSwitchingOn } from '../../core/mapping/active.ts';
import { doubtful, type Link, type TargetId } from '../../core/model/link.ts';
import type { FailureClass, Outcome } from '../../core/model/outcome.ts';
import type { AdoptOperation, CreateOperation } from '../../core/model/plan.ts';
import { Reference, type DesiredAttributes, type DesiredValue } from '../../core/model/resource.ts';
import { strangerId } from '../../core/model/stranger.ts';
import { diffWithBody } from '../../core/planning/diff.ts';
import { shownMembers } from '../../core/planning/shown-members.ts';
import { mayBeOff, unsaidClears } from '../../core/planning/unsaid.ts';
import type { FoundResource } from '../../ports/scim-target.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { Intent } from '../../ports/state-records.ts';
import { intentOf } from '../quarantine/intents.ts';
import { claim, takenFailure } from '../match/ownership.ts';
import { effectOf } from './operation-log.ts';
import type { PushContext } from './push-context.ts';
import { liveLink, newLink, remember } from './remember.ts';
import { resolveAttributes, resolveChanges } from './resolve.ts';
import { targetIds } from '../shared/target-ids.ts';
import { applied, failed, type OperationResult } from './operation-result.ts';

/** Brings an account that exists in step, and links it. */
export async function applyAdoption(operation: AdoptOperation, context: PushContext): Promise<OperationResult> {
  const owner = await claim(operation, operation.targetId, context);
  if (owner !== undefined) return failed(takenFailure('has one that fits,', operation.targetId, owner));
  const before = context.intents.get(operation.sourceId);
  const open = operation.type === 'group' ? before : undefined;
  // Until a reactivation of its own has switched it on, be it in this plan.
  const isOff =
    operation.type === 'user' &&
    !operation.targetActive &&
    operation.attributes.get('active') === true &&
    operation.changes.every(({ path }) => path !== 'active');
  return adopt(
    { ...operation, leftDisabled: isOff || undefined },
    carriesOurId(operation) ? 'created' : 'adopted',
    { members: open?.members, before },
    operation,
    context,
  );
}

/** Whatever it was found by. */
function carriesOurId({ sourceId, matchedBy, attributes, changes }: AdoptOperation): boolean {
  const isHeld = attributes.get('externalId') === sourceId && changes.every(({ path }) => path !== 'externalId');
  return matchedBy === 'externalId' || isHeld;
}

/**
 * An account that turned up while one was being created: whoever it is, it fits, and it is nobody else's.
 *
 * @param before the request that may have made it, and who may be in a group because of it
 */
export async function adoptFound(
  operation: CreateOperation,
  wanted: DesiredAttributes,
  found: FoundResource,
  before: Earlier,
  context: PushContext,
): Promise<OperationResult> {
  // What has no value in the directory must have none there either; references to somebody who is to come wait.
  // Nor is given to an account that is there what only a new one takes.
  const attributes = new Map<string, DesiredValue | null>(
    [...operation.attributes].filter(
      ([path, value]) => (value === null || wanted.has(path)) && operation.once?.has(path) !== true,
    ),
  );
  const lost = context.links.get(operation.sourceId);
  const changes = [
    ...diffWithBody(attributes, found.body, targetIds(context)),
    ...unsaidClears(lost, attributes, found.body),
  ];
  const wantsActive = operation.type === 'group' || wanted.get('active') !== false;
  const isActive = found.active !== false;
  const origin = isSourceId(found.body['externalId'], operation.sourceId) ? 'created' : 'adopted';
  // Somebody else's that is switched off stays so; of ours, the create was to make it active.
  const isLeftOff =
    operation.type === 'user' &&
    wantsActive &&
    !isActive &&
    origin === 'adopted' &&
    context.policy.user.reactivateAdopted !== true;
  if (operation.type === 'user') {
    const mustBeTold = wantsSwitchingOn(found.body) || mayBeOff(lost, found.body, context.store.digest);
    if (wantsActive && !isLeftOff && mustBeTold)
      changes.push({ path: 'active', change: 'set', value: true, had: true });
    attributes.set('active', wantsActive || isActive);
  }
  const { initialMembers } = context;
  const shown =
    operation.type === 'group'
      ? shownMembers(found.body, initialMembers.wanted.get(operation.sourceId) ?? [], targetIds(context))
      : undefined;
  const result = await adopt(
    {
      ...operation,
      verb: 'adopt',
      targetId: found.id,
      changes,
      attributes,
      ...(isLeftOff ? { leftDisabled: true as const } : {}),
      ...shown,
    },
    origin,
    before,
    operation,
    context,
  );
  if (result.kind === 'applied' && shown !== undefined)
    initialMembers.joined.set(operation.sourceId, new Set(shown.present));
  if (result.kind === 'applied' && !wantsActive && isActive) context.toEnd.add(operation.sourceId);
  return result;
}

type Adoption = Omit<AdoptOperation, 'matchedBy' | 'targetActive'>;

/** What was asked for before an adoption. */
export interface Earlier {
  /** Who may be in a group because of it. */
  readonly members: Intent['members'];
  /** A request of which nobody knows whether it took effect. */
  readonly before: Intent | undefined;
}

/** @param planned what it was planned as: an adoption, or a creation that found the account */
async function adopt(
  operation: Adoption,
  origin: 'created' | 'adopted',
  { members: unsettled, before }: Earlier,
  planned: AdoptOperation | CreateOperation,
  context: PushContext,
): Promise<OperationResult> {
  // Half adopted and forgotten, an account would outlive its entry: nobody else remembers that it is ours.
  const intent = {
    ...intentOf(operation, context.target.name, context.clock.now(), unsettled),
    adopts: operation.targetId,
    ...(mayBeMade(before, operation.targetId) ? { unclear: 'lost' as const } : {}),
  };
  if (operation.changes.length > 0) await context.store.record([{ kind: 'intent', intent }]);
  const outcome = await bringUpToDate(operation, context);
  // A target that takes no changes has the account all the same: linked, so that access ends when it has to.
  const isUnchanged = outcome.kind === 'failed' && outcome.failure.class === 'unsupported';
  if (outcome.kind === 'failed' && !isUnchanged) {
    // Our own account is not forgotten, whatever the target says of it now: it would outlive its entry.
    if (refused.has(outcome.failure.class) && outcome.failure.inPart !== true && origin === 'adopted')
      await context.store.record(withdrawn(intent, before));
    return failed(outcome.failure);
  }
  const { attributes } = resolveAttributes(operation.attributes, context);
  const made = outcome.kind === 'failed' ? ({ kind: 'applied', id: operation.targetId } as const) : outcome;
  const link = newLink(operation, made, origin, attributes, context);
  const left = (isUnchanged ? operation.changes.map(({ path }) => path) : waitingPaths(operation, attributes)).map(
    (path) => [path, doubtful] as const,
  );
  const present = (operation.present ?? []).filter((id) => liveLink(context, id) !== undefined);
  // A group that was only mislaid, also if it has another id now: what was in doubt of its members still is.
  const doubted = context.links.get(operation.sourceId)?.unsettled ?? [];
  const open = [...new Set([...(unsettled ?? []), ...doubted])].filter((id) => !present.includes(id));
  // Whoever else is in a group is remembered, so that they can be taken out: now, or when that is wanted later.
  const add = [...present, ...(operation.strangers ?? []).map(strangerId)];
  const known: Link = {
    ...link,
    leftDisabled: operation.leftDisabled,
    createdAt: undefined,
    unsettled: open.length > 0 ? open : undefined,
    attributes: { ...link.attributes, ...Object.fromEntries(left) },
  };
  const members = { kind: 'members', target: known.target, group: known.sourceId, add, remove: [] } as const;
  const shown = outcome.kind === 'applied' ? outcome.shown : undefined;
  const effect = {
    link: known,
    joined: present,
    verb: planned.verb === 'create' && origin === 'created' ? 'create' : 'adopt',
  } as const;
  await remember(
    context,
    asShown(
      known,
      shown,
      operation.changes.map(({ path }) => path),
    ),
    [...(add.length > 0 ? [members] : []), { kind: 'settled', intent }, ...effectOf(planned, effect, context)],
  );
  return applied;
}

/** Whether a creation of ours without a clear answer may have made an account: some show nothing of ours in it (GitLab). */
function mayBeMade(before: Intent | undefined, id: TargetId): boolean {
  if (before === undefined || before.unclear === 'refused') return false;
  return before.adopts === undefined || (before.adopts === id && before.unclear !== undefined);
}

/** What is still open when an adoption was refused: the account that we may have made, or the creation that was refused before. */
function withdrawn(intent: Intent, before: Intent | undefined): StateChange[] {
  if (intent.unclear !== undefined) return [];
  return [before?.unclear === 'refused' ? { kind: 'intent', intent: before } : { kind: 'settled', intent }];
}

/** References to somebody who did not come about after all: what the account holds there meanwhile is not `empty`. */
function waitingPaths({ attributes, changes }: Adoption, resolved: DesiredAttributes): string[] {
  const isHeld = (path: string): boolean => {
    const change = changes.find((one) => one.path === path);
    return change === undefined || (change.change === 'set' && change.had);
  };
  return [...attributes]
    .filter(([path, value]) => value instanceof Reference && !resolved.has(path) && isHeld(path))
    .map(([path]) => path);
}

/** What had no effect, unless it came in part: then the account may have our externalId by now. */
const refused: ReadonlySet<FailureClass> = new Set(['rejected', 'gone', 'conflict']);

function bringUpToDate({ type, targetId, changes, attributes }: Adoption, context: PushContext): Promise<Outcome> {
  const { sent } = resolveChanges(changes, context);
  if (sent.length === 0) return Promise.resolve({ kind: 'applied', id: targetId });
  const changing = new Set(changes.map(({ path }) => path));
  const held = [...attributes].flatMap(([path, value]) =>
    value === null || path === 'active' || changing.has(path) ? [] : [path],
  );
  return context.target.update(type, targetId, sent, context.signal, { paths: held, isStrange: true });
}
