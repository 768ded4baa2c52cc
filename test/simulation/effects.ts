import assert from 'node:assert/strict';
import type { SourceId } from '../../src/core/model/entry.ts';
import type { Link } from '../../src/core/model/link.ts';
import type { Operation } from '../../src/core/model/plan.ts';
import { marksOf, heldOperation } from '../../src/core/planning/held-operation.ts';
import type { GuardLimits } from '../../src/core/planning/policy.ts';
import { isEstablished } from '../../src/cycle/shared/established.ts';
import type { FakeCall } from '../support/fake-target.ts';
import type { SeenCycle } from './cycle-step.ts';
import { day, groupIds, personIds, target, valuesOf, type SeenEffect, type World } from './world.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the target holds and the state knows of it at one time. */
export interface Snapshot {
  readonly links: ReadonlyMap<SourceId, Link>;
  readonly bodies: ReadonlyMap<string, Body>;
  readonly isEstablished: boolean;
  /** What people rejected, as marks. */
  readonly rejected: ReadonlySet<string>;
  /** Ids of holds of which somebody has approved, or wants to. */
  readonly isApproving: boolean;
}

export async function takeSnapshot({ store, target: fake }: World): Promise<Snapshot> {
  const state = await store.target(target);
  return {
    links: await store.links(target, [...personIds, ...groupIds]),
    bodies: new Map([...fake.users(), ...fake.groups()].map((body) => [String(body['id']), body])),
    isEstablished: isEstablished(state),
    rejected: new Set((state.rejections ?? []).flatMap(({ operations }) => operations.flatMap(marksOf))),
    isApproving:
      state.approvals !== undefined || (await store.decisions()).waiting.some(({ decision }) => decision !== 'reject'),
  };
}

/**
 * By what the target held before and after, whoever asked for it: no more than the limits allow, together with what came
 * about in the day before, without anybody's approval. Only a part of what the guard counts is counted here, what an onlooker
 * can tell for certain; so it is a lower bound for what must be within the limits.
 */
export async function checkEffects(world: World, before: Snapshot, { report, quarantine }: SeenCycle): Promise<void> {
  // The guard's day is at least as long as one that really passed, however the wall clock leaps.
  const now = world.clock.monotonic();
  const isLate = ({ at }: { readonly at: number }): boolean => at > now - day;
  world.seenEffects = world.seenEffects.filter(isLate);
  world.unrecordedEffects = world.unrecordedEffects.filter(isLate);
  world.populations = [
    ...world.populations.filter(isLate),
    ...populationsOf(before).map(([kind, count]) => ({ at: now, kind, count })),
  ];
  const after = await takeSnapshot(world);
  if (report === undefined || quarantine.kind === 'disk_full')
    world.unrecordedEffects = [...world.unrecordedEffects, { at: now, count: world.target.concurrency }];
  // What was cut short may have ended the memberships of somebody who is to be deleted, and not come to that.
  if (before.isApproving || report === undefined) return;
  const ending = new Set([
    ...(report.notStarted > 0 ? leaversOf(before, world) : []),
    ...report.failed.flatMap(({ operation: { verb, sourceId } }) =>
      verb === 'delete' || verb === 'deactivate' ? [sourceId] : [],
    ),
    // Whoever comes disabled in the place of another is switched off once the account is theirs.
    ...report.failed.flatMap(({ operation }) =>
      operation.verb === 'relink' && isOff(operation.sourceId, world) ? [operation.replaces] : [],
    ),
  ]);
  const effects = effectsOf(before, after, ending, world).map((one) => ({ ...one, at: now }));
  for (const kind of new Set(effects.map((one) => one.kind))) {
    const done = new Set(effects.filter((one) => one.kind === kind).map(({ subject }) => subject));
    const earlier = world.seenEffects.filter((one) => one.kind === kind).length;
    const population =
      Math.max(...world.populations.filter((one) => one.kind === kind).map(({ count }) => count)) + earlier;
    const allowed = allowance(kind, population, world.setup.limits);
    const unrecorded = world.unrecordedEffects.reduce((sum, { count }) => sum + count, 0);
    assert.ok(
      done.size + earlier <= allowed + unrecorded,
      `${kind}: ${[...done].join(' ')} after ${earlier}, ${allowed} of ${population} are allowed`,
    );
  }
  world.seenEffects = [...world.seenEffects, ...effects];
}

function leaversOf({ links }: Snapshot, { source }: World): SourceId[] {
  return [...links.keys()].filter((id) => {
    const entry = source.entry(id);
    return entry === undefined || valuesOf(entry, 'ou')[0] !== 'in';
  });
}

function isOff(id: SourceId, { source }: World): boolean {
  const entry = source.entry(id);
  return entry !== undefined && valuesOf(entry, 'status')[0] === 'off';
}

const limitOf: Readonly<Record<SeenEffect['kind'], keyof GuardLimits>> = {
  memberships: 'memberships',
  emptied: 'memberships',
  clears: 'clears',
  reactivations: 'reactivations',
  creations: 'creations',
  adoptions: 'adoptions',
  relinks: 'relinks',
};
/** There, nobody loses or gains access unseen, and the absolute number may stand for more than half. */
const withoutHalf: ReadonlySet<SeenEffect['kind']> = new Set(['creations', 'adoptions']);

function allowance(kind: SeenEffect['kind'], population: number, limits: GuardLimits): number {
  const { percent, atLeast } = limits[limitOf[kind]];
  const most = withoutHalf.has(kind) ? atLeast : Math.min(atLeast, Math.max(1, Math.floor(population / 2)));
  return Math.max(Math.floor((population * percent) / 100), most);
}

/** Shares are of as many as there were at most in the time that is looked at. */
function populationsOf({ links, bodies }: Snapshot): [SeenEffect['kind'], number][] {
  const users = [...links.values()].filter(({ type, lifecycle }) => type === 'user' && lifecycle !== 'lost');
  const members = [...links.values()].flatMap(({ type, targetId }) =>
    type === 'group' ? [membersOf(bodies.get(targetId)).size] : [],
  );
  return [
    ['memberships', members.reduce((sum, size) => sum + size, 0)],
    ['emptied', members.filter((size) => size > 0).length],
    ['clears', users.length],
    ['reactivations', users.length],
    ['creations', users.length],
    ['adoptions', users.length],
    ['relinks', users.length],
  ];
}

function effectsOf(
  before: Snapshot,
  after: Snapshot,
  ending: ReadonlySet<SourceId>,
  world: World,
): Omit<SeenEffect, 'at'>[] {
  const owners = new Map([...before.links.values()].map(({ targetId, sourceId }) => [targetId, sourceId]));
  const users = [...before.links.values()].flatMap((link): Omit<SeenEffect, 'at'>[] => {
    const [old, body] = [before.bodies.get(link.targetId), after.bodies.get(link.targetId)];
    if (link.type !== 'user' || link.lifecycle === 'lost' || old === undefined || body === undefined) return [];
    const isBack = link.lifecycle === 'deactivated' && old['active'] === false && body['active'] === true;
    const successor = [...after.links.values()].find(
      ({ type, targetId, sourceId }) => type === 'user' && targetId === link.targetId && sourceId !== link.sourceId,
    );
    // Also by a relink whose answer was lost: it is one, with all of its changes.
    const passes = successor !== undefined || body['externalId'] !== old['externalId'];
    return [
      ...(isBack && successor === undefined ? [{ kind: 'reactivations', subject: link.sourceId } as const] : []),
      ...(old['title'] !== undefined && body['title'] === undefined && !isBack && !passes
        ? [{ kind: 'clears', subject: link.sourceId } as const]
        : []),
      ...(successor === undefined ? [] : [{ kind: 'relinks', subject: successor.sourceId } as const]),
    ];
  });
  const groups = [...before.links.values()].flatMap((link): Omit<SeenEffect, 'at'>[] => {
    const [old, body] = [membersOf(before.bodies.get(link.targetId)), membersOf(after.bodies.get(link.targetId))];
    if (link.type !== 'group' || link.lifecycle === 'lost' || !after.bodies.has(link.targetId)) return [];
    const left = [...old].filter(
      (id) => !body.has(id) && !ending.has(owners.get(id) ?? '') && keepsAccess(owners.get(id), before, after),
    );
    const emptied =
      old.size > 0 && body.size === 0 && left.length === old.size
        ? [{ kind: 'emptied', subject: link.sourceId } as const]
        : [];
    return [...left.map((id) => ({ kind: 'memberships', subject: `${link.sourceId} ${id}` }) as const), ...emptied];
  });
  return [...users, ...groups, ...(before.isEstablished ? arrivalsOf(before, after, world) : [])];
}

/** Those of whom the state knew nothing. */
function arrivalsOf(before: Snapshot, after: Snapshot, { foreign }: World): Omit<SeenEffect, 'at'>[] {
  const known = new Set([...before.links.values()].map(({ targetId }) => targetId));
  return [...after.links.values()].flatMap(({ type, sourceId, targetId, origin }): Omit<SeenEffect, 'at'>[] => {
    if (type !== 'user' || before.links.has(sourceId) || known.has(targetId)) return [];
    if (origin === 'adopted' && foreign.has(targetId)) return [{ kind: 'adoptions', subject: sourceId }];
    return origin === 'created' && !before.bodies.has(targetId) ? [{ kind: 'creations', subject: sourceId }] : [];
  });
}

function keepsAccess(id: SourceId | undefined, before: Snapshot, after: Snapshot): boolean {
  const link = id === undefined ? undefined : after.links.get(id);
  return (
    link?.type === 'user' &&
    link.lifecycle === 'active' &&
    before.links.get(link.sourceId)?.lifecycle === 'active' &&
    after.bodies.get(link.targetId)?.['active'] !== false
  );
}

function membersOf(body: Body | undefined): Set<string> {
  const held: readonly unknown[] = Array.isArray(body?.['members']) ? body['members'] : [];
  return new Set(
    held.flatMap((member: unknown) =>
      typeof member === 'object' && member !== null && 'value' in member && typeof member.value === 'string'
        ? [member.value]
        : [],
    ),
  );
}

/**
 * What is held is not sent, by any request of the cycle; and what somebody rejected stays undone, unless somebody approves it
 * after all, or the directory says by now that they are disabled.
 */
export async function checkHeld(world: World, before: Snapshot, { report, calls }: SeenCycle): Promise<void> {
  if (report === undefined) return;
  const links = new Map([...before.links, ...(await world.store.links(target, [...personIds, ...groupIds]))]);
  for (const operation of [...(report.hold?.operations ?? []), ...report.undone]) {
    const sent = calls.find((call) => carriesOut(call, operation, links));
    assert.equal(
      sent,
      undefined,
      `${operation.verb} ${operation.sourceId} is held or rejected, and sent: ${JSON.stringify(sent)}`,
    );
  }
  if (before.isApproving) return;
  // Whoever is removed leaves their groups with that, whatever was said of the groups; also whose account turns out to be gone.
  const gone = report.failed.flatMap(({ operation, failure }) => (failure.class === 'gone' ? [operation] : []));
  const removed = new Set(
    [...report.applied, ...gone].flatMap(({ verb, sourceId }) =>
      verb === 'deactivate' || verb === 'delete' ? [sourceId] : [],
    ),
  );
  for (const done of report.applied) {
    if (done.verb === 'deactivate' && done.cause === 'disabled') continue;
    const operation =
      done.verb === 'members' ? { ...done, remove: done.remove.filter((id) => !removed.has(id)) } : done;
    const again = marksOf(heldOperation(operation, world.store.digest)).filter((mark) => before.rejected.has(mark));
    assert.deepEqual(
      again,
      [],
      `${operation.verb} ${operation.sourceId} was rejected, and is carried out: ${JSON.stringify(operation)}`,
    );
  }
}

/** Whether a request does what an operation says, or a part of it. */
function carriesOut(call: FakeCall, operation: Operation, links: ReadonlyMap<SourceId, Link>): boolean {
  const id = links.get(operation.sourceId)?.targetId;
  const changes = call.method === 'update' && call.id === id ? call.changes : [];
  const switches = (to: boolean): boolean =>
    changes.some((one) => one.path === 'active' && one.change === 'set' && one.value === to);
  switch (operation.verb) {
    case 'delete':
    case 'deactivate':
      if (operation.lookalike !== undefined) return call.method === 'update' && call.id === operation.lookalike;
      return switches(false) || (call.method === 'remove' && call.id === id);
    case 'reactivate':
      return switches(true);
    case 'create':
      return call.method === 'create' && call.attributes.get('externalId') === operation.sourceId;
    case 'adopt':
      return call.method === 'update' && call.id === operation.targetId;
    case 'relink':
      return (
        call.method === 'update' &&
        call.id === operation.targetId &&
        call.changes.some(({ path }) => path === 'externalId')
      );
    case 'update':
      return operation.changes.some(({ path, change }) =>
        changes.some((one) => one.path === path && one.change === change),
      );
    case 'members': {
      const idsOf = (ids: readonly SourceId[]) => new Set(ids.flatMap((one) => links.get(one)?.targetId ?? []));
      return (
        call.method === 'changeMembers' &&
        call.id === id &&
        (call.remove.some((one) => idsOf(operation.remove).has(one)) ||
          call.add.some((one) => idsOf(operation.add).has(one)))
      );
    }
  }
}
