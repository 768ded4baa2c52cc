import assert from 'node:assert/strict';
import { apply } from '../../../src/bridge/apply.ts';
import { planFile } from '../../../src/bridge/plan-file.ts';
import { plan } from '../../../src/bridge/plan.ts';
import { retry } from '../../../src/bridge/retry.ts';
import { sync } from '../../../src/bridge/sync.ts';
import { undo } from '../../../src/bridge/undo.ts';
import { verify } from '../../../src/bridge/verify.ts';
import type { LoggedEntry } from '../../../src/core/model/log-entry.ts';
import type { HeldOperation } from '../../../src/core/model/plan.ts';
import type { CycleReport } from '../../../src/cycle/cycle-report.ts';
import type { Decision } from '../../../src/ports/decisions.ts';
import type { TargetState } from '../../../src/ports/state-records.ts';
import { hour, minute } from '../../support/cycle-stage.ts';
import { checkLog, checkVerified } from './checks.ts';
import { lies, resultOf, run, type Trouble } from './person.ts';
import { changeDirectory, changeTarget, configure, letTimePass, refuseOrAccept } from './steps.ts';
import { expectEverything } from './settle.ts';
import { createWorld, situationOf, target, type World } from './world.ts';

const stepsPerWorld = 40;
export const olga = { via: 'shell', user: 'olga' } as const;

/**
 * Forty steps of one world: what changes in the directory, on the target by hand and in the configuration, and what an
 * administrator does about it: sync, verify, undo, apply, approve, reject, retry. Every command is a process of its own,
 * with the state on a disk, and may die at any operation on the disk or the target.
 *
 * @throws Error with the trace of what happened and the command that replays it
 */
export async function live(seed: number): Promise<void> {
  const world = createWorld(seed);
  try {
    await syncOnce(world, 'none');
    for (let step = 0; step < stepsPerWorld; step += 1) await takeStep(world);
    world.trace.push('the end');
    await expectEverything(world);
  } catch (error) {
    const replay = `SIMULATION_SEED=${seed} node --test test/simulation/commands/commands.test.ts`;
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`world ${seed}; again with: ${replay}\n${world.trace.join('\n')}\n${reason}`, { cause: error });
  }
}

async function takeStep(world: World): Promise<void> {
  const { random, trace, clock } = world;
  await clock.advance(random.pick([1_000, minute]));
  const anything: readonly Trouble[] = ['none', 'none', 'none', 'dies', 'down', 'unsteady'];
  switch (random.integer(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return void trace.push(changeDirectory(world));
    case 4:
      return void trace.push(await changeTarget(world));
    case 5:
      return void trace.push(await letTimePass(world));
    case 6:
      return void trace.push(random.chance(0.5) ? configure(world) : refuseOrAccept(world));
    case 7:
      return verifyOnce(world, random.pick([...anything, ...lies]), false);
    case 8:
      return verifyOnce(world, random.pick(anything), true);
    case 9:
      return undoSomething(world);
    case 10:
      return applySomething(world, random.pick(anything));
    case 11:
    case 12:
      return decide(world);
    default:
      await syncOnce(world, random.pick(anything));
  }
}

export async function syncOnce(world: World, trouble: Trouble): Promise<readonly CycleReport[]> {
  const ran = await run(world, trouble, (app, ending) => sync(app, { full: false }, ending));
  const reports = ran.kind === 'done' ? ran.result : [];
  world.trace.push(`sync ${trouble}: ${ran.kind === 'done' ? reports.map(inShort).join() : ran.kind}`);
  if (ran.kind === 'failed') throw ran.error;
  await checkLog(world, ran, reports);
  return reports;
}

export async function verifyOnce(world: World, trouble: Trouble, repair: boolean): Promise<void> {
  const ran = await run(world, trouble, (app, ending) => verify(app, { repair }, ending));
  const answer = ran.kind === 'done' ? ran.result : undefined;
  const [one] = answer?.targets ?? [];
  const found = one?.verified.drift.map(({ label, kinds }) => `${label} ${kinds.join('+')}`) ?? [];
  const failures = answer?.failures.map(({ code }) => code) ?? [];
  world.trace.push(
    `verify${repair ? ' --repair' : ''} ${trouble}: ${ran.kind} ${failures.join()} [${found.join()}] ${one?.repair === undefined ? '' : inShort(one.repair.report)}`,
  );
  if (ran.kind === 'failed') throw ran.error;
  if (!repair) assert.deepEqual(ran.changed, [], 'a comparison changes nothing');
  if (one !== undefined && !repair) checkVerified(world, one.verified, trouble);
  await checkLog(world, ran, one?.repair === undefined ? [] : [one.repair.report]);
}

/** Takes back a cycle that took something away, or any. */
async function undoSomething(world: World): Promise<void> {
  const { random, trace, logged } = world;
  const entries = logged.map((text) => JSON.parse(text) as LoggedEntry);
  const took = entries.filter(({ verb, left }) => verb === 'deactivate' || verb === 'delete' || left !== undefined);
  if (took.length === 0) return void trace.push('nothing was taken away');
  const { cycle } = random.pick(random.chance(0.8) ? took : entries);
  const ran = await run(world, random.pick(['none', 'none', 'dies'] as const), (app, { aborting }) =>
    undo(app, { cycle, by: olga }, aborting),
  );
  if (ran.kind === 'failed') throw ran.error;
  assert.deepEqual(ran.changed, [], 'an undo alone sends nothing');
  const [undone] = ran.kind === 'done' ? ran.result : [];
  trace.push(
    `undo ${cycle}: ${ran.kind} ${undone?.back.map(({ verb, sourceId }) => `${verb} ${sourceId}`).join() ?? ''}`,
  );
  const rejections = (await stateOf(world)).rejections ?? [];
  for (const holdId of undone?.approved ?? [])
    allow(world, rejections.find((one) => one.holdId === holdId)?.operations ?? []);
  if (ran.kind === 'died') {
    // Whether it is decided, nobody was told.
    for (const { operations } of rejections) allow(world, operations);
  }
  if (undone?.holdId === undefined || undone.approved.length > 0) return;
  if (random.chance(0.5))
    await expectBack(
      world,
      undone.back.flatMap((one) => (one.verb === 'reactivate' && isGivenBack(one, world) ? [one.sourceId] : [])),
    );
}

/** Nobody gets access back against what the directory says by now. */
function isGivenBack({ sourceId, departed, leftScope }: HeldOperation, world: World): boolean {
  switch (situationOf(world, sourceId)) {
    case 'wanted':
      return true;
    case 'disabled':
      return departed === undefined;
    case 'out of scope':
      return departed === true;
    case 'absent':
      return departed === true && leftScope === undefined;
  }
}

/** The next cycle gives back what was taken away. What others switched off on the target is not the cycle's. */
async function expectBack(world: World, ids: readonly string[]): Promise<void> {
  const [report] = await syncOnce(world, 'none');
  if (report?.error !== undefined) return;
  for (const id of ids) {
    const account = world.fake.users().find(({ externalId }) => externalId === id);
    const isTold = report?.failed.some(({ operation }) => operation.sourceId === id) === true;
    const isOurs = world.ours.get(String(account?.['id']))?.values.get('active') === 'false';
    assert.ok(account?.['active'] !== false || !isOurs || isTold, `${id} has access back`);
  }
}

/** Carries out a plan that was looked at, between which and now something may have changed. */
async function applySomething(world: World, trouble: Trouble): Promise<void> {
  const { random, trace } = world;
  const call = (...words: readonly string[]): string => words.join(' ');
  const planned = await run(world, 'none', async (app, { aborting }) => {
    const answer = await plan(app, { full: false, all: false }, aborting);
    return planFile(app, answer, false, call);
  });
  const file = resultOf(planned);
  assert.deepEqual(planned.changed, [], 'a plan changes nothing');
  if (random.chance(0.3)) trace.push(random.chance(0.8) ? changeDirectory(world) : configure(world));
  const ran = await run(world, trouble, (app, ending) => apply(app, file, ending));
  const reports = ran.kind === 'done' ? ran.result : [];
  const code = ran.kind === 'failed' ? String((ran.error as { readonly code?: unknown }).code) : '';
  trace.push(`apply ${trouble}: ${ran.kind} ${code} ${reports.map(inShort).join()}`);
  if (ran.kind === 'failed') {
    assert.equal(code, 'D2S_PLAN_CHANGED');
    assert.deepEqual(ran.changed, [], 'nothing is sent of a plan that is another one now');
  }
  const looked = new Set(file.targets[0]?.reviewed.operations.map(({ verb, sourceId }) => `${verb} ${sourceId}`));
  for (const { applied, error } of reports) {
    if (error?.code === 'D2S_PLAN_CHANGED') assert.deepEqual(ran.changed, [], 'nothing is sent of another plan');
    for (const { verb, sourceId } of applied)
      assert.ok(looked.has(`${verb} ${sourceId}`), `${verb} ${sourceId} was not in the plan`);
  }
  await checkLog(world, ran, reports);
}

async function decide(world: World): Promise<void> {
  const { random, trace, clock } = world;
  const { held, rejections = [] } = await stateOf(world);
  if (random.chance(0.2)) {
    resultOf(await run(world, 'none', (app, { aborting }) => retry(app, { who: undefined, by: olga }, aborting)));
    return void trace.push('retry');
  }
  const subject = random.pick([held, ...rejections]);
  if (subject === undefined) return void trace.push('nothing to decide');
  const { holdId, operations } = subject;
  const decision = subject === held ? random.pick(['approve', 'reject'] as const) : 'approve';
  await say(world, { target, holdId, decision, at: new Date(clock.now()).toISOString(), by: olga });
  if (decision === 'approve') allow(world, operations);
  trace.push(`${decision} ${holdId}: ${operations.map(({ verb, sourceId }) => `${verb} ${sourceId}`).join()}`);
}

export function allow({ allowed, kept, clock }: World, operations: readonly { readonly sourceId: string }[]): void {
  for (const { sourceId } of operations) {
    allowed.set(sourceId, clock.now());
    kept.delete(sourceId);
  }
}

export async function stateOf(world: World): Promise<TargetState> {
  const ran = await run(world, 'none', async (app) => {
    const view = await app.openView();
    return view.target(target).finally(() => view.close());
  });
  return resultOf(ran);
}

export async function say(world: World, decision: Decision): Promise<void> {
  const ran = await run(world, 'none', async (app) => {
    const view = await app.openView();
    await view.decide(decision).finally(() => view.close());
  });
  resultOf(ran);
}

function inShort({ cycle, result, applied, failed, undone, hold, error }: CycleReport): string {
  const ids = (operations: CycleReport['applied']): string =>
    operations.map(({ verb, sourceId }) => `${verb} ${sourceId}`).join();
  return `${cycle} ${result} [${ids(applied)}] failed ${failed.length} held ${hold?.holdId ?? ''} [${ids(hold?.operations ?? [])}] undone [${ids(undone)}]${error === undefined ? '' : ` ${error.code}`}`;
}

/** Whether time that passes ends what is left: holds and rejections are approved along the way. */
export const settlingPause = 2 * hour;
