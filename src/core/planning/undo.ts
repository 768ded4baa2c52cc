import type { SourceId } from '../model/entry.ts';
import { doubtful, type Link } from '../model/link.ts';
import type { LogEntry } from '../model/log-entry.ts';
import type { HeldOperation, MembersOperation, Operation } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import { strangerAccount } from '../model/stranger.ts';
import { memberMark } from './held-operation.ts';
import { membersReason } from './plan-members.ts';
import { stages } from './stages.ts';
import { subject } from './subject.ts';

/*
 * What a cycle took away, what gives it back, and what is held from then on:
 *
 *   taken away                       | given back by                       | held
 *   ---------------------------------+-------------------------------------+-----------------------------------
 *   a user was switched off          | reactivate; create, if it was       | deactivate, delete
 *                                    | deleted since                       |
 *   a user was deleted who had       | create, as the directory shows them | deactivate, delete
 *   access                           | now                                 |
 *   a user was switched off before   | nothing                             | nothing
 *   a group was deleted              | create, and its members             | delete, and that its members leave
 *   members left a group             | members                             | that they leave
 */
export interface TakenAway {
  /** What gives it back. */
  readonly back: readonly HeldOperation[];
  /** What would take it away again. */
  readonly removals: readonly HeldOperation[];
  /** Who had no access before either, or is not ours to give back: accounts that were off, look-alikes, members without an entry. */
  readonly others: number;
}

/** @param entries of one cycle and target */
export function takenAway(entries: readonly LogEntry[]): TakenAway {
  const back: HeldOperation[] = [];
  const removals: HeldOperation[] = [];
  let others = 0;
  for (const { verb, type, sourceId, outcome, because, was, left = [] } of entries) {
    if (outcome === 'failed') continue;
    const isEnd = verb === 'deactivate' || verb === 'delete';
    if (isEnd && (was === 'deactivated' || was === 'lost')) others += 1;
    else if (isEnd) {
      back.push({ verb: verb === 'delete' ? 'create' : 'reactivate', type, sourceId });
      const departed = because === 'disabled' ? {} : { departed: true as const };
      removals.push({ verb: 'deactivate', type, sourceId, ...departed }, { verb: 'delete', type, sourceId });
    }
    const members = left.filter((id) => strangerAccount(id) === undefined);
    others += left.length - members.length;
    if (members.length === 0) continue;
    back.push({ verb: 'members', type: 'group', sourceId, add: members });
    removals.push({ verb: 'members', type: 'group', sourceId, remove: members });
  }
  return { back, removals, others };
}

export interface GiveBackInput {
  /** What is to be given back. */
  readonly back: readonly HeldOperation[];
  /** What the plan has besides. */
  readonly operations: readonly Operation[];
  readonly links: ReadonlyMap<SourceId, Link>;
  /** Acknowledged, of the groups whose members are given back. */
  readonly members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  /** As the directory shows them now, of those whom the target does not have any more. */
  readonly mapped: ReadonlyMap<SourceId, Resource>;
  /** Whoever is switched off is gone there, and made again. */
  readonly recreates: boolean;
}

/** The plan, with what gives back what was taken away, as far as that is not so already. */
export function withGivenBack(input: GiveBackInput): Operation[] {
  const { back, operations } = input;
  let plan = [...operations];
  for (const one of back) {
    if (one.verb === 'reactivate' || one.verb === 'create') plan = withAccount(plan, one, input);
  }
  for (const one of back) {
    if (one.verb === 'members') plan = withMembers(plan, one, input);
  }
  return plan;
}

function withAccount(plan: readonly Operation[], { type, sourceId }: HeldOperation, input: GiveBackInput): Operation[] {
  const isOwn = (operation: Operation): boolean => operation.sourceId === sourceId;
  const comesAnyway = plan.some((one) => isOwn(one) && comebacks.has(one.verb));
  const link = input.links.get(sourceId);
  const isOn = link?.lifecycle === 'active' && link.attributes['active'] !== doubtful;
  if (comesAnyway || isOn) return [...plan];
  // Its time to come back may be over in this very plan, or an earlier try may have switched it on.
  const rest = plan.filter((one) => !(isOwn(one) && (one.verb === 'delete' || one.verb === 'deactivate')));
  if (type === 'user' && link !== undefined && link.lifecycle !== 'lost' && !input.recreates) {
    const update = rest.find((one) => isOwn(one) && one.verb === 'update');
    const changes = [
      ...(update?.verb === 'update' ? update.changes : []),
      { path: 'active', change: 'set', value: true, had: true } as const,
    ];
    const who = update ?? { ...subject(link, reason, stages.users) };
    return [...rest.filter((one) => one !== update), { ...who, verb: 'reactivate', reason, changes }];
  }
  const resource = input.mapped.get(sourceId);
  return resource === undefined ? [...plan] : [...rest, creationOf(resource, type)];
}

const comebacks: ReadonlySet<Operation['verb']> = new Set(['create', 'adopt', 'relink', 'reactivate']);
const reason = 'a person took its removal back';

function creationOf(resource: Resource, type: Resource['type']): Operation {
  const attributes = new Map([...resource.createOnly, ...resource.attributes]);
  if (type === 'user') attributes.set('active', true);
  const once = new Set([...resource.createOnly.keys()].filter((path) => !resource.attributes.has(path)));
  const stage = type === 'user' ? stages.users : stages.groups;
  return { ...subject(resource, reason, stage), verb: 'create', attributes, once, again: false };
}

function withMembers(
  plan: readonly Operation[],
  { sourceId, add = [] }: HeldOperation,
  input: GiveBackInput,
): Operation[] {
  const arriving = new Set(plan.filter(({ verb }) => comebacks.has(verb)).map((one) => one.sourceId));
  const isThere = (id: SourceId): boolean => arriving.has(id) || (input.links.get(id)?.lifecycle ?? 'lost') !== 'lost';
  if (!isThere(sourceId)) return [...plan];
  const present = arriving.has(sourceId) ? undefined : input.members.get(sourceId);
  const joining = new Set(plan.flatMap((one) => (one.verb === 'members' && one.sourceId === sourceId ? one.add : [])));
  const missing = add.filter((id) => present?.has(id) !== true && !joining.has(id) && isThere(id));
  if (missing.length === 0) return [...plan];
  const isJoining = (one: Operation): one is MembersOperation =>
    one.verb === 'members' && one.sourceId === sourceId && one.stage === stages.joining;
  const group = input.links.get(sourceId) ?? input.mapped.get(sourceId);
  const before = plan.find(isJoining);
  if (before !== undefined) {
    const all = [...before.add, ...missing];
    return plan.map((one) =>
      one === before ? { ...before, add: all, reason: membersReason(all, before.remove) } : one,
    );
  }
  if (group === undefined) return [...plan];
  return [
    ...plan,
    { ...subject(group, reason, stages.joining), verb: 'members', add: missing, remove: [], cause: 'changed' },
  ];
}

/** Of what is held: what a plan is about to give back, so that it cannot want to take it away yet. */
export function comingBack(held: readonly HeldOperation[], plan: readonly Operation[]): HeldOperation[] {
  const coming = new Set(plan.filter(({ verb }) => comebacks.has(verb)).map(({ sourceId }) => sourceId));
  const joins = new Set(
    plan.flatMap((one) => (one.verb === 'members' ? one.add.map((id) => memberMark(one.sourceId, '+', id)) : [])),
  );
  return held.flatMap((one): HeldOperation[] => {
    if (one.verb !== 'members') return coming.has(one.sourceId) ? [one] : [];
    const remove = one.remove?.filter((id) => joins.has(memberMark(one.sourceId, '+', id))) ?? [];
    return remove.length === 0 ? [] : [{ ...one, remove }];
  });
}
