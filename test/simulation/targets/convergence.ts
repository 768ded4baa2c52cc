import assert from 'node:assert/strict';
import { projectTarget } from '../../../src/core/mapping/project.ts';
import { readScimPath, scimPath } from '../../../src/core/mapping/scim-path.ts';
import type { SourceId } from '../../../src/core/model/entry.ts';
import { doubtful, type Link } from '../../../src/core/model/link.ts';
import { Reference, type Resource } from '../../../src/core/model/resource.ts';
import type { FailureClass } from '../../../src/core/model/outcome.ts';
import type { CycleReport } from '../../../src/cycle/cycle-report.ts';
import type { QuarantineRecord } from '../../../src/ports/state-records.ts';
import { inShort } from '../convergence.ts';
import { hour } from '../world.ts';
import { checkBound, claimsInStep } from './claims.ts';
import { expectNoDrift } from './read-back.ts';
import { runCycle } from './cycle.ts';
import { checkCycle } from './watch.ts';
import type { World } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

const mostCycles = 18;
/** After so many cycles every few hours there is one a day: what was learned from a bad day is forgotten after a week. */
const frequentCycles = 9;

/** Nothing new goes wrong: soon the target holds what it should, as far as it lets itself be brought, and is left alone. */
export async function expectConvergence(world: World): Promise<void> {
  const { server, plot, clock, trace } = world;
  let report: CycleReport | undefined;
  let sent = Infinity;
  for (let cycle = 0; cycle < mostCycles; cycle += 1) {
    await clock.advance((cycle < frequentCycles ? 4 : 24) * hour);
    const before = server.requests.length;
    report = await runCycle(world, 'due');
    sent = server.requests.length - before;
    trace.push(`  ${inShort(report)}, ${sent} requests`);
    await approve(world, report);
    checkCycle(world);
    await checkClaim(world, report, before);
    const open =
      report?.failed.filter(({ operation }) => !isLacking(operation.type, operation.label, plot.lacks)) ?? [];
    if (
      report !== undefined &&
      report.error === undefined &&
      open.length === 0 &&
      report.rejected.every((one) => isLasting(one) || isLacking(one.type, one.label, plot.lacks)) &&
      report.applied.length === 0 &&
      report.hold === undefined &&
      // What a request may have left of somebody who has gone is looked for, for a day; or until a lesson is forgotten.
      (await world.store.openIntents('wiki')).length === 0 &&
      // That a target has no groups is believed for a day, where it said so of one.
      (report.leftOut === 0 || isLacking('group', '', plot.lacks)) &&
      (report.deferred + report.waiting === 0 || plot.lacks !== undefined) &&
      (await isEverybodyTried(world))
    )
      break;
  }
  assert.ok(report !== undefined && report.error === undefined, 'cycles succeed once nothing goes wrong');
  assert.deepEqual(report.applied, [], `everything is done within ${mostCycles} cycles`);
  await expectSilence(world);
  await compare(world);
  await expectNoDrift(world);
}

/** Without a change, nothing is sent: at the latest when what the last refusal taught has been looked into once. */
async function expectSilence(world: World): Promise<void> {
  let said: readonly string[] = [];
  for (let cycle = 0; cycle < 3; cycle += 1) {
    const before = world.server.requests.length;
    const last = await runCycle(world, 'due');
    said = world.server.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    if (said.length === 0) return;
    world.trace.push(`  ${inShort(last)}, ${said.length} requests`);
    if (world.plot.lacks === undefined) break;
  }
  assert.deepEqual(said, [], 'without a change, nothing is sent');
}

/** A search that was refused is tried again in time, and so is a type that was said to take no more. */
function isLasting({ reasons }: CycleReport['rejected'][number]): boolean {
  return !['search_refused', 'not_created'].includes(reasons[0]?.code ?? '');
}

/** Nobody waits for another try, but for those who cannot come about. */
async function isEverybodyTried({ store, source, setup, clock, plot }: World): Promise<boolean> {
  const { resources } = projectTarget(source.entries(), setup.definition, clock.now());
  const labels = new Map(resources.map(({ sourceId, label }) => [sourceId, label]));
  const [quarantined, links] = await Promise.all([
    store.quarantined('wiki', everybody),
    store.links('wiki', everybody),
  ]);
  return [...quarantined.values()].every(({ sourceId, type, cause }) => {
    const lacks = !links.has(sourceId) && isLacking(type, labels.get(sourceId) ?? '', plot.lacks);
    return lacks || !failures.has(cause);
  });
}

const failures: ReadonlySet<string> = new Set<FailureClass>([
  'transient',
  'throttled',
  'unknown',
  'conflict',
  'gone',
  'rejected',
  'unsupported',
  'auth',
  'protocol',
]);

function isLacking(type: string, label: string, lacks: RegExp | undefined): boolean {
  return lacks?.test(`${type === 'user' ? 'User' : 'Group'} ${label}`) === true;
}

/** What the program says is compared with what is so, in every cycle: "in step" where nothing else is known of. */
export async function checkClaim(world: World, report: CycleReport | undefined, before: number): Promise<void> {
  if (report === undefined) return;
  checkBound(
    report,
    world.server.requests.slice(before).filter(({ status }) => status !== 429 && status !== 503).length,
  );
  // What a request without an answer may have made is looked for, for some minutes.
  if (world.isSetBack || !claimsInStep(report) || (await world.store.openIntents('wiki')).length > 0) return;
  const links = [...(await world.store.links('wiki', everybody)).values()];
  if (links.some(isDoubted)) return; // the next cycle puts it right
  try {
    await compare(world);
  } catch (error) {
    world.trace.push('"in step" was said, and is not so');
    throw error;
  }
}

/** A person looks at what is held, and finds it right: everything here is what the directory says. */
async function approve({ store, clock, trace }: World, report: CycleReport | undefined): Promise<void> {
  const { hold } = report ?? {};
  if (hold === undefined) return;
  trace.push(`  approved: ${hold.findings.map((finding) => JSON.stringify(finding)).join(', ')}`);
  await store.decide({
    target: 'wiki',
    holdId: hold.holdId,
    decision: 'approve',
    at: new Date(clock.now()).toISOString(),
  });
}

function isDoubted({ attributes, unsettled, lifecycle }: Link): boolean {
  return lifecycle === 'lost' || unsettled !== undefined || Object.values(attributes).includes(doubtful);
}

async function compare(world: World): Promise<void> {
  const { source, setup, clock, store, server, nature, plot } = world;
  const failing = await store.quarantined('wiki', everybody);
  const { resources } = projectTarget(source.entries(), setup.definition, clock.now());
  const ids = [...new Set([...resources.map(({ sourceId }) => sourceId), ...everybody])];
  const links = await store.links('wiki', ids);
  const here = new Map([...server.users(), ...server.groups()].map((body) => [String(body['id']), body]));
  const idOf = (id: SourceId): string | undefined => {
    const link = links.get(id);
    return link === undefined || link.lifecycle === 'lost' || !here.has(link.targetId) ? undefined : link.targetId;
  };
  // Of a manager whose account is gone, the target keeps the old id or nothing.
  const managerOf = (id: SourceId): readonly (string | undefined)[] => {
    const link = links.get(id);
    const isGone =
      link === undefined ||
      idOf(id) === undefined ||
      (nature.users.inactive === 'hidden' && link.lifecycle === 'deactivated');
    return isGone ? [link?.targetId, undefined] : [link.targetId];
  };
  for (const resource of resources) {
    const active = resource.type === 'group' || resource.attributes.get('active') !== false;
    const id = idOf(resource.sourceId);
    const body = id === undefined ? undefined : here.get(id);
    if (body === undefined) {
      const mayLack =
        isLacking(resource.type, resource.label, plot.lacks) ||
        (!active && (nature.users.deactivation === 'deletes' || plot.createInactive !== true));
      assert.ok(mayLack, `${resource.sourceId} is missing`);
      continue;
    }
    const said = takesNoChange(body, world) ? isSaid(resource.sourceId, failing, links) : false;
    if (said) continue;
    if (resource.type === 'user') assert.equal(body['active'] !== false, active, `${resource.sourceId} active`);
    // Who answers to nothing cannot be kept in step, and comes back as a new account.
    if (active || nature.users.inactive !== 'hidden') compareAttributes(resource, body, managerOf, world);
    if (resource.type === 'group') compareMembers(resource, body, idOf, [...links.values()], world);
  }
  const wanted = new Set(resources.map(({ sourceId }) => sourceId));
  for (const link of links.values()) {
    if (wanted.has(link.sourceId)) continue;
    const body = here.get(link.targetId);
    const said = body !== undefined && takesNoChange(body, world) && isSaid(link.sourceId, failing, links);
    if (!said) compareDeparted(link, body, world);
  }
  for (const body of server.users()) {
    const externalId = body['externalId'];
    if (typeof externalId === 'string' && !wanted.has(externalId))
      assert.equal(body['active'], false, `${externalId} left, and an account stays active`);
  }
  assert.deepEqual(await store.openIntents('wiki'), [], 'no intent is left open');
}

/**
 * An account that was made by hand without what the server wants of each of its accounts after any change: until its adoption
 * gives it that, nobody can change anything else in it. It may be otherwise than it should be, where that is said.
 */
function takesNoChange(body: Json, { nature, strangers }: World): boolean {
  return (
    strangers.byHand.has(String(body['id'])) &&
    nature.users.required.some((path) => readScimPath(body, scimPath(path)) === undefined)
  );
}

/** Whether it is said that somebody is not in step: a change is refused and tried again, or a value that is missing is counted. */
function isSaid(
  id: SourceId,
  failing: ReadonlyMap<SourceId, Pick<QuarantineRecord, 'cause'>>,
  links: ReadonlyMap<SourceId, Link>,
): boolean {
  return failing.get(id)?.cause === 'rejected' || (links.get(id)?.unstored?.length ?? 0) > 0;
}

/** Whoever was there at any time. */
const everybody = [...Array.from({ length: 40 }, (_, at) => `p${String(at).padStart(2, '0')}`), 'g0', 'g1', 'g2', 'g3'];

function compareAttributes(
  { sourceId, attributes }: Resource,
  body: Json,
  managersOf: (id: SourceId) => readonly (string | undefined)[],
  { plot: { loose = [], respells }, nature, strangers }: World,
): void {
  // Of an account that was made by hand nobody can know that there is something to be cleared in what no answer ever shows.
  const hidden = strangers.byHand.has(String(body['id'])) ? nature.users.hides : [];
  for (const [text, value] of attributes) {
    if (value === null && hidden.includes(scimPath(text).attribute)) continue;
    if (text === 'active' || loose.some((one) => text.startsWith(one) || text.includes(`[${one} `))) continue;
    const held = readScimPath(body, scimPath(text));
    if (value instanceof Reference) {
      assert.ok(
        managersOf(value.id).some((id) => id === held),
        `${sourceId} ${text}: ${String(held)} in place of ${managersOf(value.id).join(' or ')}`,
      );
      continue;
    }
    const wanted = value ?? undefined;
    const fold = (one: unknown): unknown =>
      respells === true && typeof one === 'string' ? one.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') : one;
    assert.deepEqual(fold(held), fold(wanted), `${sourceId} ${text}`);
  }
}

/** Ours are those whom the directory has in it; of others, those whom others put there. */
function compareMembers(
  { sourceId, members }: Resource,
  body: Json,
  idOf: (id: SourceId) => string | undefined,
  links: readonly Link[],
  world: World,
): void {
  const { nature, strangers, joined } = world;
  const there = membersOf(body);
  assert.equal(
    new Set(there).size,
    nature.members.repeated === 'twice' ? new Set(there).size : there.length,
    `${sourceId} has nobody twice`,
  );
  const wanted = members.filter((id) => idOf(id) !== undefined);
  const ours = new Map(links.map((link) => [idOf(link.sourceId), link.sourceId]));
  const shown = new Set(there.flatMap((id) => ours.get(id) ?? []));
  assert.deepEqual([...shown].sort(), wanted.toSorted(), `the members of ${sourceId}`);
  // Whom a server takes out with the first one who is removed, nobody else can know to put back: it showed them to nobody since.
  if (joined === body['id'] && nature.members.removes !== 'all')
    assert.ok(there.includes(strangers.someone), `somebody else put a stranger into ${sourceId}`);
}

function membersOf(body: Json): string[] {
  const held: readonly unknown[] = Array.isArray(body['members']) ? body['members'] : [];
  return held.flatMap((member) =>
    typeof member === 'object' && member !== null && 'value' in member ? [String(member.value)] : [],
  );
}

function compareDeparted(link: Link, body: Json | undefined, { setup, nature }: World): void {
  if (link.type === 'group') {
    assert.equal(setup.removal.groups, 'keep', `${link.sourceId} left, and is still linked`);
    return;
  }
  if (setup.removal.leaves === 'delete') assert.fail(`${link.sourceId} left, and is still linked`);
  assert.ok(
    body === undefined || body['active'] === false || nature.users.deletion === 'deactivates',
    `${link.sourceId} left, and is still active`,
  );
}
