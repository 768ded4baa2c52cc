import { projectTarget } from '../../../src/core/mapping/project.ts';
import { behaviourOf } from '../../support/scim-server/index.ts';
import { inShort } from '../convergence.ts';
import { hour, minute } from '../world.ts';
import { changeCompany } from './company.ts';
import { checkClaim, expectConvergence } from './convergence.ts';
import { strike } from './mishaps.ts';
import { restart, runCycle } from './cycle.ts';
import { holdMachineClock } from './still-clock.ts';
import { joinStranger } from './strangers.ts';
import { checkCycle } from './watch.ts';
import { createWorld, type Plot, type World } from './world.ts';

/** How many rounds of changes a world sees. */
const rounds = 2;

/** A first load, and changes after it, while things go wrong; then nothing does, and everything has to be as it should. */
export async function live(plot: Plot, replay: string): Promise<void> {
  const letGo = holdMachineClock();
  const world = await createWorld(plot);
  const { trace } = world;
  try {
    await goThrough(world);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${plot.name}, seed ${plot.seed}; again with: ${replay}\n${trace.join('\n')}\n${reason}`, {
      cause: error,
    });
  } finally {
    await world.client.close();
    letGo();
  }
}

async function goThrough(world: World): Promise<void> {
  const { random, trace, server, nature, faults, source } = world;
  const quarantined = isQuarantined(world);
  for (let round = 0; round <= rounds; round += 1) {
    if (round === rounds) strike(world);
    if (round > 0) trace.push(changeCompany(source, random).join(', '));
    if (!quarantined && round === 0) await expectConvergence(world);
    else for (let cycle = 0; cycle < (quarantined ? 2 : 1); cycle += 1) await takeCycle(world);
    if (round === 0) await letSomebodyJoin(world);
    else if (random.chance(0.4)) {
      trace.push('another process');
      await restart(world);
    }
  }
  trace.push('nothing goes wrong any more');
  faults.end();
  server.setBehaviour(behaviourOf(nature));
  await restart(world);
  // A person who knows of it says so: whoever was not written to since cannot be known to be lost.
  if (world.isSetBack) await world.store.record([{ kind: 'content_forgotten' }]);
  world.isSetBack = false;
  await expectConvergence(world);
}

function isQuarantined({ plot }: World): boolean {
  return plot.scripts !== undefined || plot.illness !== undefined || plot.lies !== undefined;
}

async function takeCycle(world: World): Promise<void> {
  const { random, clock, trace, faults, server } = world;
  await clock.advance(random.pick([1_000, 5 * minute, hour]));
  const before = server.requests.length;
  const report = await runCycle(
    world,
    random.pick(['due', 'asked']),
    isQuarantined(world) && random.chance(0.25) ? 1 + random.integer(60) : Infinity,
  );
  trace.push(`${inShort(report)}, ${server.requests.length - before} requests; ${faults.struck().join(', ')}`);
  checkCycle(world);
  await checkClaim(world, report, before);
}

/** Into the group with everybody, once it is there. */
async function letSomebodyJoin(world: World): Promise<void> {
  const { server, nature, strangers, setup, source, clock } = world;
  const { resources } = projectTarget(source.entries(), setup.definition, clock.now());
  if (!resources.some(({ sourceId }) => sourceId === 'g0')) return;
  const group = server.groups().find(({ displayName }) => displayName === 'Everybody');
  if (group === undefined) return;
  await joinStranger(server, nature, String(group['id']), strangers.someone);
  server.setBehaviour(world.ill);
  world.joined = String(group['id']);
}
