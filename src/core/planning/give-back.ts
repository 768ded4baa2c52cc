import type { SourceId } from '../model/entry.ts';
import { doubtful, type Link } from '../model/link.ts';
import type { AttributeChange, HeldOperation, Operation, RemovalCause, UpdateOperation } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import type { Steps } from '../model/steps.ts';
import { isActive, ownStage, referencesOf, type Availability } from './availability.ts';
import { isKeptBack } from './decided.ts';
import { DraftPlan } from './draft-plan.ts';
import { planCreation } from './plan-creation.ts';
import { membersReason } from './plan-members.ts';
import { levels, stages } from './stages.ts';
import { subject } from './subject.ts';

export interface GiveBackInput {
  /** What is to be given back. */
  readonly back: readonly HeldOperation[];
  /** What the plan has besides. */
  readonly operations: readonly Operation[];
  /** Of those who are given back, and of everyone they refer to. */
  readonly links: ReadonlyMap<SourceId, Link>;
  /** Acknowledged, of the groups whose members are given back. */
  readonly members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  /** As the directory shows them now, of those whom the target does not have any more. */
  readonly mapped: ReadonlyMap<SourceId, Resource>;
  /** Who has left, and why as the directory says now. */
  readonly causes: ReadonlyMap<SourceId, RemovalCause>;
  /** Whoever is switched off is gone there, and made again. */
  readonly recreates: boolean;
}

/** The plan, with what gives back what was taken away, as far as that is not so already: a step for each that is given back. */
export function* givenBackInSteps(input: GiveBackInput): Steps<Operation[]> {
  const draft = new DraftPlan(input.operations);
  const created = new Map<SourceId, Resource>();
  yield;
  const overtaken = new Set<SourceId>();
  for (const one of input.back) {
    if (isAccount(one) && isOvertaken(one, input)) overtaken.add(one.sourceId);
    else if (isAccount(one)) giveAccount(one, draft, created, input);
    yield;
  }
  const availability = availabilityOf(created, draft, input);
  for (const resource of created.values()) {
    const { operations } = planCreation(switchedOn(resource), { reason, again: false }, availability);
    for (const operation of operations) draft.add(operation);
    yield;
  }
  for (const one of input.back) {
    if (one.verb === 'members') giveMembers(one, overtaken, draft, input);
    yield;
  }
  return draft.inOrder();
}

const reason = 'a person took its removal back';
const on: AttributeChange = { path: 'active', change: 'set', value: true, had: true };

function isAccount({ verb }: HeldOperation): boolean {
  return verb === 'reactivate' || verb === 'create';
}

/** Why they lost access was taken back, not what the directory says by now. */
function isOvertaken(one: HeldOperation, { mapped, causes }: GiveBackInput): boolean {
  const resource = mapped.get(one.sourceId);
  const isOff = resource !== undefined && !isActive(resource);
  const now = causes.get(one.sourceId) ?? (isOff ? 'disabled' : undefined);
  return now !== undefined && !isKeptBack(one, now);
}

/** @param created takes whoever has to be created for it */
function giveAccount(
  { type, sourceId }: HeldOperation,
  draft: DraftPlan,
  created: Map<SourceId, Resource>,
  { links, mapped, recreates }: GiveBackInput,
): void {
  const link = links.get(sourceId);
  const isOn = link?.lifecycle === 'active' && link.attributes['active'] !== doubtful;
  if (isOn || created.has(sourceId) || draft.isComing(sourceId)) return;
  const isThere = type === 'user' && link !== undefined && link.lifecycle !== 'lost' && !recreates;
  const resource = mapped.get(sourceId);
  if (!isThere && resource === undefined) return;
  // Its time to come back may be over in this very plan, or an earlier try may have switched it on.
  for (const own of draft.of(sourceId)) if (own.verb === 'delete' || own.verb === 'deactivate') draft.remove(own);
  if (isThere) {
    const update = draft.of(sourceId).find((own): own is UpdateOperation => own.verb === 'update');
    if (update !== undefined) draft.remove(update);
    const who = update ?? subject(link, reason, stages.users);
    draft.add({ ...who, verb: 'reactivate', reason, changes: update === undefined ? [on] : [...update.changes, on] });
  } else if (resource !== undefined) created.set(sourceId, resource);
}

/** Who the target will have once the plan is done, with those who are created for it. */
function availabilityOf(
  created: ReadonlyMap<SourceId, Resource>,
  draft: DraftPlan,
  { links }: GiveBackInput,
): Pick<Availability, 'newcomers' | 'willExist' | 'staysAway'> {
  const newcomers = new Map(draft.newcomers);
  const references = new Map([...created].map(([id, resource]) => [id, referencesOf(resource)]));
  const first = [...references.values()]
    .flat()
    .reduce((stage, id) => Math.max(stage, (draft.newcomers.get(id) ?? -1) + 1), 0);
  const level = levels(references);
  for (const [id, resource] of created) newcomers.set(id, Math.max(ownStage(resource), first) + (level.get(id) ?? 0));
  return {
    newcomers,
    willExist: (id) => newcomers.has(id) || (links.get(id)?.lifecycle ?? 'lost') !== 'lost',
    // What is given back is not kept in step: nothing of it waits for anybody.
    staysAway: () => true,
  };
}

/** As the directory shows them, but that they have access. */
function switchedOn(resource: Resource): Resource {
  if (resource.type === 'group') return resource;
  return { ...resource, attributes: new Map([...resource.attributes, ['active', true]]) };
}

function giveMembers(
  { sourceId, add = [] }: HeldOperation,
  overtaken: ReadonlySet<SourceId>,
  draft: DraftPlan,
  { links, members, mapped }: GiveBackInput,
) {
  const isThere = (id: SourceId): boolean => draft.isComing(id) || (links.get(id)?.lifecycle ?? 'lost') !== 'lost';
  if (!isThere(sourceId)) return;
  const own = draft.of(sourceId).filter((operation) => operation.verb === 'members');
  const present = draft.isComing(sourceId) ? undefined : members.get(sourceId);
  const joining = new Set(own.flatMap((operation) => operation.add));
  const missing = add.filter(
    (id) => present?.has(id) !== true && !joining.has(id) && !overtaken.has(id) && isThere(id),
  );
  if (missing.length === 0) return;
  const before = own.find(({ stage }) => stage === stages.joining);
  const group = links.get(sourceId) ?? mapped.get(sourceId);
  if (before !== undefined) {
    const all = [...before.add, ...missing];
    draft.remove(before);
    draft.add({ ...before, add: all, reason: membersReason(all, before.remove) });
  } else if (group !== undefined) {
    const who = subject(group, reason, stages.joining);
    draft.add({ ...who, verb: 'members', add: missing, remove: [], cause: 'changed' });
  }
}
