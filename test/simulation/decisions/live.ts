import { whileTimePasses } from '../../support/fake-clock.ts';
import assert from 'node:assert/strict';
import { runCycles } from '../../../src/cycle/run-cycles.ts';
import type { CycleReport } from '../../../src/cycle/cycle-report.ts';
import type { SourceId } from '../../../src/core/model/entry.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import { day, hour, minute, person } from '../../support/cycle-stage.ts';
import type { FakeCall } from '../../support/fake-target.ts';
import { decide } from './decide.ts';
import { createWorld, everybody, mostUnasked, startProcess, targetNames, type Place, type World } from './world.ts';

const stepsPerWorld = 40;

/**
 * Forty steps of one world: accidents in the directory that heal, people who decide too early, too late, for the wrong
 * target or for nothing, crashes, clocks that jump. Whoever is removed beyond the limit was named by a person, for this
 * target, and has been missing ever since. In the end everything is decided, done, and quiet.
 *
 * @throws Error with the trace of what happened and the command that replays it
 */
export async function live(seed: number): Promise<void> {
  const world = createWorld(seed);
  const { trace } = world;
  try {
    await cycle(world, 'none');
    for (let step = 0; step < stepsPerWorld; step += 1) await takeStep(world);
    trace.push('the end');
    await settle(world);
  } catch (error) {
    const replay = `SIMULATION_SEED=${seed} node --test test/simulation/decisions/decisions.test.ts`;
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`world ${seed}; again with: ${replay}\n${trace.join('\n')}\n${reason}`, { cause: error });
  }
}

async function takeStep(world: World): Promise<void> {
  const { random, clock, source, trace } = world;
  switch (random.integer(10)) {
    case 0:
    case 1: {
      // The same accident comes again.
      const ids = random.pick([
        everybody.slice(0, 4),
        everybody.slice(3, 8),
        everybody.filter(() => random.chance(0.4)),
      ]);
      for (const id of ids) source.remove(id);
      trace.push(`gone: ${ids.join(' ')}`);
      return;
    }
    case 2: {
      const share = random.pick([1, 0.6]);
      const ids = everybody.filter((id) => source.entry(id) === undefined && random.chance(share));
      for (const id of ids) source.put(person(id));
      trace.push(`back: ${ids.join(' ')}`);
      return;
    }
    case 3: {
      const passing = random.pick([10_000, 5 * minute, 2 * hour, 25 * hour]);
      await clock.advance(passing);
      trace.push(`${passing / minute} minutes pass`);
      return;
    }
    case 4:
    case 5:
    case 6:
      trace.push(await decide(world));
      return;
    default:
      if (random.chance(0.05)) {
        clock.jumpWallClock(3 * hour);
        trace.push('the wall clock jumps ahead');
      }
      await clock.advance(random.pick([1_000, 10_000, minute]));
      await cycle(world, random.pick(['none', 'none', 'none', 'dies', 'refuses', 'stops'] as const));
  }
}

type QuarantineRecord = 'none' | 'dies' | 'refuses' | 'stops';

/** One cycle of both targets, and what must be true after it. */
async function cycle(world: World, quarantine: QuarantineRecord): Promise<readonly CycleEvent[]> {
  const { random, clock, source, places, trace } = world;
  const events: CycleEvent[] = [];
  const death = Promise.withResolvers<undefined>();
  let dead = false;
  const last = 1 + random.integer(6);
  let records = 0;
  world.store.failRecords(() => {
    records += 1;
    if (quarantine !== 'dies' || records !== last) return false;
    dead = true;
    world.store.crash();
    death.resolve(undefined);
    return random.chance(0.5);
  });
  const removed = new Map<string, SourceId[]>(targetNames.map((name) => [name, []]));
  for (const name of targetNames) {
    const { fake } = places[name];
    fake.setHook((call) => {
      if (dead) return new Promise<never>(() => undefined);
      if (quarantine === 'refuses' && random.chance(0.5))
        return { when: 'before', result: { class: 'transient', status: 503, detail: 'no' } };
      if (isRemoval(call))
        removed.get(name)?.push(String(fake.users().find(({ id }) => id === call.id)?.['externalId']));
      return undefined;
    });
  }
  const daemon = random.chance(0.5) ? world.process : {};
  const running = runCycles(targetNames, {
    ...daemon,
    mode: 'incremental',
    attempt: random.pick(['due', 'asked'] as const),
    sources: new Map([['corp', source]]),
    prepare: (name) => Promise.resolve((name === 'wiki' ? places.wiki : places.chat).setup),
    store: world.store,
    clock,
    observer: (event) => void events.push(event),
    signal: new AbortController().signal,
    isStopping: () => quarantine === 'stops' && targetNames.some((name) => (removed.get(name)?.length ?? 0) > 0),
  });
  const reports = await whileTimePasses(clock, Promise.race([running, death.promise]));
  world.store.failRecords(() => false);
  for (const name of targetNames) places[name].fake.setHook(undefined);
  if (reports === undefined) {
    world.store = world.store.reopen();
    world.process = startProcess();
  }
  trace.push(
    `cycle ${quarantine}: ${reports === undefined ? 'died' : reports.map(inShort).join('; ')}; removed ${targetNames.map((name) => `${name} ${removed.get(name)?.join(' ') ?? ''}`).join(', ')}`,
  );
  for (const name of targetNames)
    await check(
      world,
      places[name],
      removed.get(name) ?? [],
      reports?.find(({ target }) => target === name),
    );
  return events;
}

function isRemoval(call: FakeCall): call is Extract<FakeCall, { method: 'update' }> {
  return (
    call.method === 'update' &&
    call.changes.some((change) => change.path === 'active' && change.change === 'set' && change.value === false)
  );
}

async function check(
  { clock, source, store }: World,
  place: Place,
  removed: readonly SourceId[],
  report: CycleReport | undefined,
): Promise<void> {
  const now = clock.now();
  place.counted = place.counted.filter(({ at }) => at > now - day);
  let isUnasked = false;
  for (const id of removed) {
    assert.ok(!place.kept.has(id), `${id} was to stay on ${place.name}`);
    const said = place.allowed.get(id);
    // A decision counts for a day, and what was begun under it for another one.
    const isAsked = said !== undefined && said.at >= now - 2 * day;
    isUnasked ||= !isAsked;
    if (!isAsked || said.isPush) place.counted = [...place.counted, { id, at: now }];
  }
  const all = new Set(place.counted.map(({ id }) => id));
  if (isUnasked)
    assert.ok(
      all.size <= mostUnasked + place.unremembered,
      `${[...all].join(' ')} were removed from ${place.name}, and not all of them by anybody's word`,
    );
  if (report === undefined) place.unremembered += 1;
  // Whoever is seen in the directory is nobody's case any more; a process that died may have remembered that, or not.
  for (const id of everybody) if (source.entry(id) !== undefined) place.kept.delete(id);
  if (report === undefined || report.error !== undefined) return;
  for (const id of everybody) if (source.entry(id) !== undefined) place.allowed.delete(id);
  const { rejections = [] } = await store.target(place.name);
  place.kept.clear();
  for (const { operations } of rejections) for (const { sourceId } of operations) place.kept.add(sourceId);
  for (const id of removed)
    assert.ok(!place.kept.has(id), `${id} is removed from ${place.name}, and rejected all the same`);
}

/** Everything that is held or was rejected is approved: both targets come in step, and nothing is left to decide. */
async function settle(world: World): Promise<void> {
  const { places, clock, source } = world;
  for (let round = 0; round < 12; round += 1) {
    await clock.advance(2 * hour);
    await cycle(world, 'none');
    for (const name of targetNames) {
      const { held, rejections = [] } = await world.store.target(name);
      for (const { holdId, operations } of [...(held === undefined ? [] : [held]), ...rejections]) {
        await world.store.decide({
          target: name,
          holdId,
          decision: 'approve',
          at: new Date(clock.now()).toISOString(),
        });
        for (const { sourceId } of operations) {
          places[name].allowed.set(sourceId, { at: clock.now(), isPush: false });
          places[name].kept.delete(sourceId);
        }
      }
    }
  }
  for (const name of targetNames) {
    const { held, approvals, rejections, pending } = await world.store.target(name);
    assert.deepEqual([held, approvals, rejections, pending], [undefined, undefined, undefined, 0], name);
    const active = places[name].fake
      .users()
      .filter((user) => user['active'] === true)
      .map((user) => String(user['externalId']));
    assert.deepEqual(
      active.sort(),
      everybody.filter((id) => source.entry(id) !== undefined),
      name,
    );
  }
  assert.deepEqual((await world.store.decisions()).waiting, [], 'every decision came to an end');
}

function inShort({ target, result, applied, failed, undone, hold, error }: CycleReport): string {
  const ids = (operations: CycleReport['applied']): string =>
    operations.map(({ verb, sourceId }) => `${verb} ${sourceId}`).join(' ');
  return `${target} ${result} [${ids(applied)}] failed ${failed.length} held ${hold?.holdId ?? ''} [${ids(hold?.operations ?? [])}] undone [${ids(undone)}]${error === undefined ? '' : ` ${error.code}`}`;
}
