import { checkCycle, lookBefore } from './checks.ts';
import { expectConvergence, expectSilence, inShort, noteLookalikes } from './convergence.ts';
import { runCycle, somethingWrong } from './cycle-step.ts';
import { changeDirectory, denyOrAllow, hideOrShow } from './directory-steps.ts';
import { changeTarget } from './target-steps.ts';
import { createWorld, day, hour, minute, personIds, target, type World } from './world.ts';

const stepsPerWorld = 40;

/**
 * Forty steps of one world, and then the check that everything is as it should be.
 *
 * @throws Error with the trace of what happened and the command that replays it
 */
export async function live(seed: number): Promise<void> {
  const world = createWorld(seed);
  const { trace } = world;
  try {
    for (let step = 0; step < stepsPerWorld; step += 1) await takeStep(world);
    trace.push('the end');
    await expectConvergence(world);
  } catch (error) {
    const replay = `SIMULATION_SEED=${seed} node --test test/simulation/simulation.test.ts`;
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`world ${seed}; again with: ${replay}\n${trace.join('\n')}\n${reason}`, { cause: error });
  }
}

async function takeStep(world: World): Promise<void> {
  const { random, clock, trace } = world;
  switch (random.integer(15)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      const steps = 1 + random.integer(4);
      for (let at = 0; at < steps; at += 1) trace.push(changeDirectory(world));
      return;
    }
    case 4:
      trace.push(await changeTarget(world));
      return;
    case 5: {
      const passing = random.pick([5_000, 20 * minute, 5 * hour, 26 * hour, 40 * day]);
      await clock.advance(passing);
      trace.push(`${passing / minute} minutes pass`);
      return;
    }
    case 6:
      trace.push(await decide(world));
      return;
    case 7:
      trace.push(hideOrShow(world));
      return;
    case 8:
      trace.push(denyOrAllow(world));
      return;
    case 9: {
      const id = random.pick(personIds);
      if (!world.refused.delete(id)) world.refused.add(id);
      trace.push(`the target ${world.refused.has(id) ? 'refuses' : 'accepts'} ${id}`);
      return;
    }
    default:
      await takeCycle(world);
  }
}

async function takeCycle(world: World): Promise<void> {
  const { random, clock, trace } = world;
  if (random.chance(0.05)) {
    const jump = random.pick([-60 * day, -2 * day, -hour, hour, 2 * day, 60 * day]);
    clock.jumpWallClock(jump);
    if (jump > 0) world.hasLeapt = true;
    trace.push(`the wall clock jumps by ${jump / hour} hours`);
  }
  await clock.advance(random.pick([1_000, 30_000, hour]));
  const before = await lookBefore(world);
  const quarantine = somethingWrong(world);
  const seen = await runCycle(world, quarantine, random.pick(['due', 'due', 'due', 'asked']));
  trace.push(`cycle ${JSON.stringify(quarantine)}: ${inShort(seen.report)}; ${seen.calls.length} calls`);
  await checkCycle(world, before, seen);
  if (quarantine.kind === 'none' && random.chance(0.5)) await expectSilence(world);
}

/** A person decides about what is held. */
async function decide(world: World): Promise<string> {
  const { random, store, clock } = world;
  const { held } = await store.target(target);
  if (held === undefined) return 'nothing to decide';
  const decision = random.pick(['approve', 'approve', 'reject'] as const);
  if (decision === 'approve') noteLookalikes(held.operations, world);
  await store.decide({ target, holdId: held.holdId, decision, at: new Date(clock.now()).toISOString() });
  return `${decision} ${held.holdId}`;
}
