import assert from 'node:assert/strict';
import type { ResourceType, SourceId } from '../../src/core/model/entry.ts';
import { isFresh } from '../../src/cycle/plan/decisions.ts';
import type { Hold } from '../../src/core/model/plan.ts';
import type { Resource } from '../../src/core/model/resource.ts';
import type { LinkCounts, StateView } from '../../src/ports/state-store.ts';
import type { FakeCall } from '../support/fake-target.ts';
import { checkEffects, checkHeld, takeSnapshot, type Snapshot } from './effects.ts';
import { draftKnowing } from '../../src/cycle/plan/clean-cycles.ts';
import { planTarget } from '../../src/cycle/plan-target.ts';
import type { SeenCycle } from './cycle-step.ts';
import { day, groupIds, otherIdOf, personIds, target, valuesOf, type SeenRemoval, type World } from './world.ts';
import { acknowledgedMembers } from '../support/acknowledged-members.ts';

/** What the guard has to go by, as it was before a cycle. */
export interface Before {
  readonly counts: LinkCounts;
  readonly isFirst: boolean;
  /** A person has approved something: then the limits say nothing about this cycle. */
  readonly isApproved: boolean;
  /** Source ids by target id. */
  readonly sources: ReadonlyMap<string, SourceId>;
  /** Acknowledged members by target id of the group. */
  readonly members: ReadonlyMap<string, ReadonlySet<SourceId>>;
  readonly snapshot: Snapshot;
}

export async function lookBefore(world: World): Promise<Before> {
  const { store, target: fake } = world;
  const state = await store.target(target);
  const sources = new Map<string, SourceId>();
  const members = new Map<string, ReadonlySet<SourceId>>();
  for (const type of ['user', 'group'] as const) {
    const bodies = type === 'user' ? fake.users() : fake.groups();
    for (const [id, source] of await store.owners(
      target,
      type,
      bodies.map((body) => String(body['id'])),
    ))
      sources.set(id, source);
  }
  for (const { id } of fake.groups()) {
    const source = sources.get(String(id));
    if (source !== undefined) members.set(String(id), new Set(await acknowledgedMembers(store, target, source)));
  }
  return {
    counts: await store.counts(target),
    isFirst: state.lastCycleAt === undefined,
    isApproved:
      state.approvals !== undefined || (await store.decisions()).waiting.some(({ decision }) => decision !== 'reject'),
    sources,
    members,
    snapshot: await takeSnapshot(world),
  };
}

/** What must be true after any cycle, whatever went wrong in it. */
export async function checkCycle(world: World, before: Before, cycle: SeenCycle): Promise<void> {
  if (cycle.quarantine.kind === 'directory_fails')
    assert.equal(cycle.calls.length, 0, 'a failed reading sends nothing');
  checkStop(world, cycle);
  checkAccess(world, before, cycle);
  await checkHeld(world, before.snapshot, cycle);
  checkRemovals(world, before, cycle);
  await checkEffects(world, before.snapshot, cycle);
  await checkOwners(world);
  await checkResources(world);
  if (cycle.report?.result !== 'error') await checkStep(world);
}

/**
 * Whatever the readings showed, and whatever was approved: nobody who is active in the directory and in scope is switched
 * off or deleted, and nobody who is disabled there, or not there, is switched on.
 */
function checkAccess(world: World, { sources }: Before, { calls }: SeenCycle): void {
  for (const call of calls) {
    if (call.method === 'remove' && call.type === 'user') {
      const owner = sources.get(call.id);
      assert.ok(
        owner === undefined || isHiddenForLong(owner, world) || !hasAccess(owner, world),
        `${owner ?? ''} is deleted, and active in the directory`,
      );
    }
    if (call.method === 'create' && call.type === 'user' && call.attributes.get('active') !== false) {
      const id = call.attributes.get('externalId');
      assert.ok(
        typeof id === 'string' && hasAccess(id, world),
        `${JSON.stringify(id)} is created, and has no access in the directory`,
      );
    }
    if (call.method !== 'update' || call.type !== 'user') continue;
    const active = call.changes.find((change) => change.path === 'active');
    if (active?.change !== 'set') continue;
    const renamed = call.changes.find((change) => change.path === 'externalId');
    const owner = renamed?.change === 'set' && typeof renamed.value === 'string' ? renamed.value : sources.get(call.id);
    if (owner === undefined || (active.value === false && isHidden(owner, world))) continue;
    assert.equal(
      active.value === true,
      hasAccess(owner, world),
      `${owner} is switched ${active.value === true ? 'on' : 'off'}`,
    );
  }
}

/** The directory has them and says that it does not: whoever is hidden like that loses access, and is deleted after a week. */
function isHidden(id: SourceId, { blindSince, unreadable }: World): boolean {
  return blindSince !== undefined && unreadable.has(id);
}

function isHiddenForLong(id: SourceId, world: World): boolean {
  return isHidden(id, world) && world.clock.now() - (world.blindSince ?? Infinity) >= 7 * day;
}

/** No account belongs to two. */
async function checkOwners({ store }: World): Promise<void> {
  const owners = new Map<string, SourceId>();
  for (const { type, targetId, sourceId, lifecycle } of (
    await store.links(target, [...personIds, ...groupIds])
  ).values()) {
    if (lifecycle === 'lost') continue;
    const owner = owners.get(`${type} ${targetId}`);
    assert.ok(owner === undefined, `${type} ${targetId} belongs to ${owner ?? ''} and ${sourceId}`);
    owners.set(`${type} ${targetId}`, sourceId);
  }
}

/**
 * Whoever is taken to be in step is: what was worked out from changes alone is what working out everything gives, and a
 * plan of everything, which trusts no proof, has nothing to do but what is known to wait. It holds what is held.
 */
async function checkStep({ process, setup, clock, store, source, onceUnreadable, target: fake }: World): Promise<void> {
  const step = process.cleanCycles.last(target, clock);
  if (step === undefined) return;
  const { resources, rejected } = (await draftKnowing(undefined, step.readings, setup.definition, clock, store))
    .projection;
  const whole = (all: readonly Resource[]) =>
    all.map((resource) => ({ ...resource, attributes: new Map(resource.attributes) }));
  const { projection } = step.draft;
  assert.deepEqual([whole(projection.resources), projection.rejected], [whole(resources), rejected]);
  if (step.reverify === 'everyone' || step.reverify.size > 0) return;
  const { plan, waiting, hold } = await planTarget(setup, step.readings, withoutProofs(store), {
    lookUp: (_, absent) => source.lookUp?.(absent, new AbortController().signal) ?? Promise.resolve(new Map()),
    attempt: 'due',
    now: clock.now(),
    signal: new AbortController().signal,
  });
  fake.clearCalls();
  // Whose time to come back is over by a leap of the clock alone: the next plan of everybody holds them.
  const isLeap = hold?.findings.some(({ kind }) => kind === 'clock_leap') === true;
  const leapt = new Set(
    hold?.operations.flatMap((one) =>
      isLeap && one.verb === 'delete' && one.afterGrace === true ? [one.sourceId] : [],
    ),
  );
  const unseen = leapt.union(onceUnreadable);
  const isOrWasHidden = (id: SourceId): boolean => onceUnreadable.has(id) || onceUnreadable.has(otherIdOf(id));
  const open = plan.operations.filter(
    (operation) =>
      !step.open.has(operation.sourceId) &&
      !leapt.has(operation.sourceId) &&
      !('cause' in operation && operation.cause !== 'changed' && onceUnreadable.has(operation.sourceId)) &&
      !onceUnreadable.has(otherIdOf(operation.sourceId)) &&
      !(operation.verb === 'members' && [...operation.add, ...operation.remove].every(isOrWasHidden)),
  );
  assert.deepEqual(open, [], 'a target in step has nothing to do');
  if (step.open.size === 0) assert.equal(waiting, 0, 'nobody waits for somebody');
  const { waiting: decisions } = await store.decisions();
  // An approval whose day is over by a leap of the clock alone: the next plan of everybody goes without it.
  const { approvals = [] } = await store.target(target);
  const isOver = approvals.some(({ at }) => !isFresh(at, clock.now()));
  const isDecided = isOver || decisions.some(({ key }) => !step.decisions.has(key));
  if (clock.monotonic() < step.lookAt && !isDecided)
    assert.deepEqual(inPlainView(hold, unseen), inPlainView(step.left?.hold, unseen), 'what is held');
}

/**
 * What is held whatever others do on the target: accounts that fit somebody come and go there. What became of those whom
 * the account could not read is asked for again after some minutes, and here at once.
 */
function inPlainView(hold: Hold | undefined, unseen: ReadonlySet<SourceId>): string[] {
  return (hold?.operations ?? [])
    .filter(({ verb, sourceId }) => ['deactivate', 'delete', 'update'].includes(verb) && !unseen.has(sourceId))
    .map(({ verb, sourceId }) => `${verb} ${sourceId}`)
    .sort();
}

function isWrite({ method }: FakeCall): boolean {
  return method === 'create' || method === 'update' || method === 'changeMembers' || method === 'remove';
}

/** Whoever was being created may have to be searched for and sent once more; nobody else follows. */
function checkStop({ target: fake, source }: World, { calls, callsBeforeStop }: SeenCycle): void {
  if (callsBeforeStop === undefined) return;
  const subjects = (some: readonly FakeCall[]): Set<unknown> =>
    new Set(
      some
        .filter(isWrite)
        .map((call) =>
          call.method === 'create' ? call.attributes.get('externalId') : 'id' in call ? call.id : undefined,
        ),
    );
  // Whoever is looked for before they are created is being created.
  const soughtBy = (value: string): unknown[] =>
    source
      .entries()
      .flatMap((one) =>
        [one.id, ...valuesOf(one, 'mail'), ...valuesOf(one, 'cn')].some(
          (name) => name.toLowerCase() === value.toLowerCase(),
        )
          ? [one.id]
          : [],
      );
  const before = calls.slice(0, callsBeforeStop);
  const early = subjects(before).union(
    new Set(before.flatMap((call) => (call.method === 'find' ? soughtBy(call.value) : []))),
  );
  const late = [...subjects(calls.slice(callsBeforeStop))].filter((subject) => !early.has(subject));
  // Those that had been let in together with the call that was the last one before the stop.
  assert.ok(
    late.length <= (callsBeforeStop === 0 ? 0 : fake.concurrency - 1),
    `nothing new starts after a stop: ${late.join(' ')}`,
  );
}

function checkRemovals(world: World, before: Before, { acknowledged, report, quarantine }: SeenCycle): void {
  const at = world.clock.now();
  world.seenRemovals = world.seenRemovals.filter((one) => one.at > at - day);
  if (before.isApproved) return;
  const now = removalsIn(acknowledged, world, before).map((one) => ({ ...one, at }));
  const recent = world.seenRemovals;
  for (const of of new Set(now.map((one) => one.of))) {
    const isMembers = of !== 'user' && of !== 'group' && of !== 'deletion';
    const own = subjectsOf(now, of);
    const count = own.size;
    // Whoever was switched off and is deleted now was counted.
    const earlier = subjectsOf(recent, of).difference(own).size;
    const population = isMembers ? membersOf(of, own, before) : populationOf(of, before);
    const limit = world.setup.limits[isMembers ? 'members' : 'removals'];
    const half = of === 'deletion' ? Infinity : Math.max(1, Math.floor((population + earlier) / 2));
    const one = Math.max(Math.floor(((population + earlier) * limit.percent) / 100), Math.min(limit.atLeast, half));
    // By the directory's word and by absence apart.
    const allowed = isMembers || of === 'deletion' ? one : 2 * one;
    const guessed = [...subjectsOf(now, of)].filter((id) => !isSaid(id, world, before));
    assert.ok(!before.isFirst || guessed.length === 0, `nobody is removed by a guess in the first cycle (${of})`);
    assert.ok(count <= allowed, `${count} of ${population} removed at once (${of}), ${allowed} allowed`);
    assert.ok(
      count + earlier <= allowed + world.unrecorded,
      `${count} of ${population} removed after ${earlier} (${of}), ${allowed} allowed`,
    );
    const shown = new Set(world.source.entries().map(({ type }) => type));
    if (!isMembers)
      assert.ok(shown.has(of === 'group' ? 'group' : 'user'), `nobody is removed because a reading shows no ${of}`);
    else if (!shown.has('user'))
      assert.deepEqual(
        [...own].filter((id) => personIds.includes(before.sources.get(id) ?? '')),
        [],
        'no member leaves because a reading shows no users',
      );
  }
  if (report === undefined || quarantine.kind === 'disk_full') world.unrecorded += world.target.concurrency;
  world.seenRemovals = [...recent, ...now];
}

/** Those who are taken out although nobody knew whether they had joined are among those who may have been in it. */
function membersOf(group: string, leaving: ReadonlySet<string>, { members, sources }: Before): number {
  const known = members.get(group) ?? new Set();
  return known.size + [...leaving].filter((id) => !known.has(sources.get(id) ?? '')).length;
}

function populationOf(of: 'user' | 'group' | 'deletion', { counts }: Before): number {
  return of === 'deletion' ? counts.user.active + counts.user.deactivated : counts[of].active;
}

/** Whether the directory says that this account's owner is disabled; of one that is ours only since this cycle, too, or passed over in it. */
function isSaid(targetId: string, { source, target: fake }: World, { sources }: Before): boolean {
  const owner = sources.get(targetId);
  const heir = fake.users().find(({ id }) => id === targetId)?.['externalId'];
  const isOff = (id: unknown): boolean => {
    const entry = typeof id === 'string' ? source.entry(id) : undefined;
    return entry !== undefined && valuesOf(entry, 'status')[0] === 'off';
  };
  return owner === undefined || isOff(owner) || isOff(heir);
}

function subjectsOf(removals: readonly SeenRemoval[], of: string): Set<string> {
  return new Set(removals.filter((one) => one.of === of).map(({ subject }) => subject));
}

function removalsIn(
  calls: readonly FakeCall[],
  world: World,
  { sources, snapshot }: Before,
): Omit<SeenRemoval, 'at'>[] {
  const wasOff = ({ type, id }: { readonly type: ResourceType; readonly id: string }): boolean => {
    const owner = sources.get(id);
    return type === 'user' && owner !== undefined && snapshot.links.get(owner)?.lifecycle === 'deactivated';
  };
  return calls.flatMap((call): Omit<SeenRemoval, 'at'>[] => {
    if (call.method === 'remove') return [{ of: wasOff(call) ? 'deletion' : call.type, subject: call.id }];
    if (call.method === 'update') {
      const off = call.changes.some(
        (change) => change.path === 'active' && change.change === 'set' && change.value === false,
      );
      return off ? [{ of: call.type, subject: call.id }] : [];
    }
    if (call.method !== 'changeMembers') return [];
    const group = sources.get(call.id);
    if (group === undefined || !isWanted(group, world) || isHidden(group, world)) return [];
    return call.remove.flatMap((id) => {
      const member = sources.get(id);
      // Whoever was switched off before leaves with their account.
      return member !== undefined &&
        hasAccess(member, world) &&
        !isHidden(member, world) &&
        snapshot.links.get(member)?.lifecycle === 'active'
        ? [{ of: call.id, subject: id }]
        : [];
    });
  });
}

/** Known to the directory, and in scope. */
export function isWanted(id: SourceId, { source }: World): boolean {
  const entry = source.entry(id);
  return entry !== undefined && valuesOf(entry, 'ou')[0] === 'in';
}

function hasAccess(id: SourceId, world: World): boolean {
  const entry = world.source.entry(id);
  return entry !== undefined && isWanted(id, world) && valuesOf(entry, 'status')[0] !== 'off';
}

async function checkResources(world: World): Promise<void> {
  const { target: fake, foreign, adopted, store, setup } = world;
  for (const type of ['user', 'group'] as const) {
    const bodies = type === 'user' ? fake.users() : fake.groups();
    const ids = new Set<unknown>();
    for (const { externalId } of bodies) {
      if (typeof externalId !== 'string') continue;
      assert.ok(!ids.has(externalId), `two resources for ${externalId}`);
      ids.add(externalId);
    }
    for (const id of (await store.owners(target, type, [...foreign.keys()])).keys()) adopted.add(id);
    const held = new Map(bodies.map((body) => [String(body['id']), body]));
    for (const [id, left] of foreign)
      if (left.type === type)
        checkForeign(id, type, left.body, held.get(id), setup.policy[type].adopt, adopted, world.approved);
  }
}

/** Nobody touches what is not ours; what is being adopted says so by its externalId. */
function checkForeign(
  id: string,
  type: ResourceType,
  left: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>> | undefined,
  adopt: 'first-match' | 'never' | 'also-foreign',
  adopted: Set<string>,
  approved: ReadonlySet<string>,
): void {
  if (adopt === 'never') assert.ok(!adopted.has(id), `${type} ${id} was adopted, though adopt is never`);
  if (adopted.has(id)) return;
  if (adopt === 'first-match' && now?.['externalId'] !== left['externalId'] && now !== undefined) {
    adopted.add(id);
    return;
  }
  // A person may have said that it is a leaver's whom the target has mislaid: then it is off, and nothing else.
  const isEnded = adopt === 'first-match' && now?.['active'] === false && approved.has(id);
  assert.deepEqual(
    withoutMembers(isEnded ? { ...now, active: left['active'] } : now),
    withoutMembers(left),
    `${type} ${id} is somebody else's, and changed`,
  );
}

function withoutMembers(body: Readonly<Record<string, unknown>> | undefined): unknown {
  return body === undefined ? undefined : { ...body, members: undefined };
}

function withoutProofs(store: World['store']): StateView {
  return { ...store, proofs: () => Promise.resolve(new Map()) };
}
