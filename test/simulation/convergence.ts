import { EntryMap } from '../support/entry-map.ts';
import assert from 'node:assert/strict';
import type { CycleReport } from '../../src/cycle/cycle-report.ts';
import { draftKnowing } from '../../src/cycle/plan/clean-cycles.ts';
import { readScimPath, scimPath } from '../../src/core/mapping/scim-path.ts';
import type { SourceId } from '../../src/core/model/entry.ts';
import type { HeldOperation } from '../../src/core/model/plan.ts';
import type { Link } from '../../src/core/model/link.ts';
import { strangerId } from '../../src/core/model/stranger.ts';
import { Reference, type Resource } from '../../src/core/model/resource.ts';
import { checkCycle, isWanted, lookBefore } from './checks.ts';
import { runCycle, type SeenCycle } from './cycle-step.ts';
import { settleDirectory } from './directory-steps.ts';
import { day, groupIds, hour, personIds, target, valuesOf, type World } from './world.ts';
import { acknowledgedMembers } from '../support/acknowledged-members.ts';

type Body = Readonly<Record<string, unknown>>;

const mostCycles = 20;

/**
 * Nothing goes wrong any more, and whatever is held gets approved: soon the target must hold exactly what it should,
 * and then nothing more is asked of it.
 */
export async function expectConvergence(world: World): Promise<void> {
  world.refused.clear();
  settleDirectory(world);
  const report = await waitForLastLooks(world, await converge(world));
  await expectSilence(world);
  await compare(world, report);
}

async function converge(world: World): Promise<CycleReport> {
  let report: CycleReport | undefined;
  for (let cycle = 0; cycle < mostCycles; cycle += 1) {
    await world.clock.advance(hour);
    const before = await lookBefore(world);
    const seen = await runCycle(world, { kind: 'none' }, 'everything');
    await checkCycle(world, before, seen);
    report = seen.report;
    world.trace.push(`  ${inShort(report)}, ${seen.calls.length} calls`);
    const { held, rejections = [] } = await world.store.target(target);
    const undecided = [...(held === undefined ? [] : [held]), ...rejections];
    for (const { operations } of undecided) noteLookalikes(operations, world);
    for (const { holdId } of undecided)
      await world.store.decide({ target, holdId, decision: 'approve', at: new Date(world.clock.now()).toISOString() });
    if (
      undecided.length === 0 &&
      report !== undefined &&
      report.applied.length === 0 &&
      otherFailures(report).length === 0
    )
      break;
  }
  assert.ok(report !== undefined && report.error === undefined, 'cycles succeed once nothing goes wrong');
  assert.deepEqual(
    [otherFailures(report), report.applied.length, report.hold?.holdId],
    [[], 0, undefined],
    `everything is done within ${mostCycles} cycles`,
  );
  return report;
}

/** Five minutes, and then each pause as long as all the time before it: after so many looks a day is over. */
const mostLooks = 10;

/**
 * What a request without a clear answer may have made of somebody who left is looked for, with growing pauses, for a day.
 * Each look is made in the first cycle that is due, also where nothing else has changed; the last one ends it, and what
 * was found leaves like anybody else.
 */
async function waitForLastLooks(world: World, settled: CycleReport): Promise<CycleReport> {
  let report = settled;
  for (let look = 0; look < mostLooks; look += 1) {
    const [waiting] = (await world.store.openIntents(target)).filter((intent) => intent.lookAgainAt !== undefined);
    if (waiting === undefined) return report;
    const pause = Date.parse(waiting.lookAgainAt ?? '') - world.clock.now();
    assert.ok(pause <= day, `${waiting.sourceId} is looked for again within a day`);
    await world.clock.advance(Math.max(0, pause));
    const before = await lookBefore(world);
    const seen = await runCycle(world, { kind: 'none' });
    await checkCycle(world, before, seen);
    world.trace.push(`  looks for ${waiting.sourceId}: ${inShort(seen.report)}, ${seen.calls.length} calls`);
    const after = (await world.store.openIntents(target)).find(({ sourceId }) => sourceId === waiting.sourceId);
    assert.notDeepEqual(after, waiting, `${waiting.sourceId} is looked for when it is time`);
    report = await converge(world);
  }
  return report;
}

/** Accounts of which a person says that they are a leaver's. */
export function noteLookalikes(operations: readonly HeldOperation[], { approved }: World): void {
  for (const { lookalike } of operations) if (lookalike !== undefined) approved.add(lookalike);
}

/** A name that somebody else on the target bears stays refused until a person gives one of them another. */
function otherFailures({ failed }: CycleReport): string[] {
  return failed
    .filter(({ failure }) => failure.class !== 'conflict')
    .map(({ operation }) => `${operation.verb} ${operation.sourceId}`);
}

/** Soon, and without time passing, a cycle asks the target nothing: nothing changed. */
export async function expectSilence(world: World): Promise<void> {
  let last = '';
  for (let cycle = 0; cycle < 8; cycle += 1) {
    const before = await lookBefore(world);
    const seen = await runCycle(world, { kind: 'none' });
    await checkCycle(world, before, seen);
    // A target that was down is not asked again before its pause is over, and that stays said.
    if (seen.calls.length === 0 && (seen.report?.deferred ?? 0) > 0) return;
    // A target that refused us is left alone: that is told, and nothing is sent.
    const { quarantine } = await world.store.target(target);
    assert.equal(seen.report?.error?.code, quarantine === undefined ? undefined : 'D2S_TARGET_AUTH');
    last = `${seen.calls.map((call) => `${call.method} ${JSON.stringify(call)}`).join(', ')} (${inShort(seen.report)})`;
    // What a create without an answer may have made is looked for, for some minutes.
    const open = new Set(
      (await world.store.openIntents(target)).flatMap(({ sourceId }) => [sourceId, ...namesOf(sourceId, world)]),
    );
    // A leaver of whom a target that shows nobody says that it does not have them is asked for until somebody is there.
    if ((seen.report?.reverify.length ?? 0) > 0 && seen.calls.every(isReading)) return;
    // An account that is only minutes old and not shown yet is looked at until it is, or is not new any more.
    const young = await youngAccounts(world);
    if (
      seen.calls.length > 0 &&
      seen.calls.every((call) => call.method === 'answers' || (call.method === 'read' && young.has(call.id)))
    )
      return;
    if (seen.calls.some((call) => call.method !== 'find' || !open.has(call.value))) continue;
    assert.deepEqual(
      seen.report?.applied.map(({ verb, sourceId }) => `${verb} ${sourceId}`),
      [],
      'what was not sent is not reported as applied',
    );
    return;
  }
  assert.fail(`no change, and still requests: ${last}`);
}

/** Ids of accounts that were created within the last five minutes (settling.ts). */
async function youngAccounts({ store, clock }: World): Promise<ReadonlySet<string>> {
  const links = (await store.links(target, [...personIds, ...groupIds])).values();
  return new Set(
    [...links].flatMap(({ targetId, createdAt }) =>
      createdAt !== undefined && Math.abs(clock.now() - Date.parse(createdAt)) < 5 * 60_000 ? [targetId] : [],
    ),
  );
}

/** By what an entry is looked for on the target beside its id. */
function namesOf(id: SourceId, { source }: World): string[] {
  const entry = source.entry(id);
  return entry === undefined
    ? []
    : [...valuesOf(entry, 'mail').map((mail) => mail.toLowerCase()), ...valuesOf(entry, 'cn')];
}

function isReading({ method }: SeenCycle['calls'][number]): boolean {
  return method === 'read' || method === 'find' || method === 'inventory' || method === 'answers';
}

export function inShort(report: CycleReport | undefined): string {
  if (report === undefined) return 'died';
  const { result, applied, failed, deferred, notStarted, hold, rejected, waiting, error } = report;
  const names = (operations: CycleReport['applied']): string =>
    operations.map(({ verb, sourceId }) => `${verb} ${sourceId}`).join(' ');
  return [
    result,
    `applied [${names(applied)}]`,
    `failed [${failed.map(({ operation, failure }) => `${operation.verb} ${operation.sourceId} ${failure.class}`).join(' ')}]`,
    `deferred ${deferred}`,
    `held [${names(hold?.operations ?? [])}]`,
    `rejected [${rejected.map(({ sourceId, reasons }) => `${sourceId} ${reasons[0]?.code ?? ''}`).join(' ')}]`,
    `notStarted ${notStarted}, waiting ${waiting}${error === undefined ? '' : `, ${error.code}`}`,
  ].join(' ');
}

async function compare(world: World, report: CycleReport): Promise<void> {
  const { store, source, setup } = world;
  const links = await store.links(target, [...personIds, ...groupIds]);
  const reading = { kind: 'complete', directory: source.name, entries: new EntryMap(source.entries()) } as const;
  const { resources } = (await draftKnowing(undefined, [reading], setup.definition, world.clock, store)).projection;
  const refused = new Set(
    [...report.rejected, ...report.failed.map(({ operation }) => operation)].map(({ sourceId }) => sourceId),
  );
  const here = new Map([...world.target.users(), ...world.target.groups()].map((body) => [String(body['id']), body]));
  const idOf = (id: SourceId): string | undefined => {
    const link = links.get(id);
    return link?.lifecycle === 'lost' ? undefined : link?.targetId;
  };
  for (const resource of resources) {
    if (refused.has(resource.sourceId)) continue;
    const link = links.get(resource.sourceId);
    const active = resource.type === 'group' || resource.attributes.get('active') !== false;
    if (link === undefined || link.lifecycle === 'lost') {
      assert.ok(!active && !setup.createInactive, `${resource.sourceId} is missing`);
      continue;
    }
    const body = here.get(link.targetId);
    assert.ok(body !== undefined, `${resource.sourceId} is linked to ${link.targetId}, which is not there`);
    // What others had switched off when it became ours stays so.
    if (resource.type === 'user')
      assert.equal(body['active'] !== false, active && link.leftDisabled !== true, `${resource.sourceId} active`);
    compareAttributes(resource, body, idOf);
    if (resource.type === 'group')
      compareMembers(
        resource,
        body,
        [...links.values()].filter((one) => !refused.has(one.sourceId)),
        refused,
        await acknowledgedMembers(store, target, resource.sourceId),
        world,
      );
  }
  for (const link of links.values()) {
    if (!isWanted(link.sourceId, world) && !isPassing(link, refused))
      compareDeparted(link, here.get(link.targetId), world);
  }
  for (const body of world.target.users()) {
    const id = body['externalId'];
    if (typeof id !== 'string' || links.has(id) || isWanted(id, world)) continue;
    assert.ok(
      setup.removal.leaves === 'keep' || body['active'] === false,
      `${id} left, and an account that nobody remembers stays active`,
    );
  }
  const quarantined = await store.quarantined(target, [...personIds, ...groupIds]);
  for (const { sourceId, cause } of quarantined.values()) {
    const isDue = isWanted(sourceId, world) && (refused.has(sourceId) || cause === 'inactive');
    assert.ok(isDue, `${sourceId} is not in quarantine (${cause}) any more`);
  }
  const open = (await store.openIntents(target)).filter(({ sourceId }) => !refused.has(sourceId));
  assert.deepEqual(open, [], 'no intent is left open');
}

/** To somebody who comes in the place of an entry that is gone, which the target refuses: until then nobody departs. */
function isPassing({ heir }: Link, refused: ReadonlySet<SourceId>): boolean {
  return heir !== undefined && refused.has(heir);
}

function compareAttributes(
  { sourceId, attributes }: Resource,
  body: Body,
  idOf: (id: SourceId) => string | undefined,
): void {
  for (const [path, value] of attributes) {
    if (path === 'active') continue;
    const wanted = value instanceof Reference ? idOf(value.id) : (value ?? undefined);
    assert.deepEqual(readScimPath(body, scimPath(path)), wanted, `${sourceId} ${path}`);
  }
}

/**
 * Of those who are ours and in step. Who was there when the group became ours, and is not in the directory's, is none of our
 * business: they stay.
 */
function compareMembers(
  { sourceId, members }: Resource,
  body: Body,
  links: readonly Link[],
  refused: ReadonlySet<SourceId>,
  remembered: readonly SourceId[],
  { foreign, adopted, target: fake }: World,
): void {
  const there = membersOf(body);
  const before = membersOf(foreign.get(String(body['id']))?.body ?? {});
  for (const link of links) {
    const wasThere = before.has(link.targetId) || remembered.includes(strangerId(link.targetId));
    if (link.lifecycle === 'lost' || (wasThere && there.has(link.targetId))) continue;
    const isWantedThere = members.includes(link.heir ?? link.sourceId);
    // Who may not have the account yet joins later; whoever is to leave does not wait for that.
    if (isWantedThere && isPassing(link, refused)) continue;
    assert.equal(there.has(link.targetId), isWantedThere, `${link.sourceId} as a member of ${sourceId}`);
  }
  for (const { id } of fake.users()) {
    if (before.has(id) && !adopted.has(String(id)))
      assert.ok(there.has(id), `${String(id)} was put into ${sourceId} by somebody else`);
  }
}

function membersOf(body: Body): Set<unknown> {
  const held: readonly unknown[] = Array.isArray(body['members']) ? body['members'] : [];
  return new Set(
    held.map((member: unknown) =>
      typeof member === 'object' && member !== null && 'value' in member ? member.value : undefined,
    ),
  );
}

function compareDeparted(link: Link, body: Body | undefined, { setup }: World): void {
  const { leaves, groups } = setup.removal;
  const policy = link.type === 'user' ? leaves : groups;
  if (policy === 'delete') assert.fail(`${link.sourceId} left, and is still linked`);
  if (policy === 'deactivate')
    assert.ok(body === undefined || body['active'] === false, `${link.sourceId} left, and is still active`);
}
