import { planTarget } from '../../../src/cycle/plan-target.ts';
import { readDirectories } from '../../../src/cycle/read/read-directories.ts';
import { heldOperation } from '../../../src/core/planning/held-operation.ts';
import type { HeldOperation } from '../../../src/core/model/plan.ts';
import type { Decision } from '../../../src/ports/decisions.ts';
import { day } from '../../support/cycle-stage.ts';
import { everybody, targetNames, type Place, type World } from './world.ts';

/** A person decides: as it is meant, or too early, too late, for the other target or for nothing. Gives it for the trace. */
export async function decide(world: World): Promise<string> {
  const { random, places, store } = world;
  const place = places[random.pick(targetNames)];
  const { held, rejections = [] } = await store.target(place.name);
  switch (random.integer(8)) {
    case 0:
    case 1:
    case 2: {
      if (held === undefined) return 'nothing to decide';
      const decision = random.pick(['approve', 'reject'] as const);
      return say(world, place, { holdId: held.holdId, decision }, held.operations);
    }
    case 3: {
      const [rejection] = rejections;
      return rejection === undefined
        ? 'nothing was rejected'
        : say(world, place, { holdId: rejection.holdId, decision: 'approve' }, rejection.operations);
    }
    case 4: {
      const planned = await plan(world, place);
      if (planned === undefined) return 'nothing would be held';
      return say(
        world,
        place,
        { holdId: planned.holdId, decision: 'approve', ...(planned.holdId === held?.holdId ? {} : { early: true }) },
        planned.operations,
      );
    }
    case 5: {
      const away = everybody.filter((id) => world.source.entry(id) === undefined);
      if (away.length === 0) return 'nobody to push';
      const operation: HeldOperation = { verb: 'deactivate', type: 'user', sourceId: random.pick(away) };
      return say(
        world,
        place,
        { holdId: `push-${String(random.integer(1e9)).padStart(12, '0')}`, decision: 'push', operations: [operation] },
        [operation],
      );
    }
    case 6: {
      const other = places[place.name === 'wiki' ? 'chat' : 'wiki'];
      if (held === undefined) return 'nothing to mix up';
      return say(world, other, { holdId: held.holdId, decision: 'approve' }, []);
    }
    default: {
      const late = new Date(world.clock.now() - random.pick([25 * 60 * 60_000, 3 * day])).toISOString();
      return say(world, place, { holdId: held?.holdId ?? 'hold-000000000000', decision: 'approve', at: late }, []);
    }
  }
}

/** @param operations what of it counts */
async function say(
  { store, clock }: World,
  place: Place,
  decision: Pick<Decision, 'holdId' | 'decision'> & Partial<Decision>,
  operations: readonly HeldOperation[],
): Promise<string> {
  await store.decide({
    target: place.name,
    at: new Date(clock.now()).toISOString(),
    by: { via: 'shell', user: 'olga' },
    ...decision,
  });
  for (const { sourceId } of operations) {
    if (decision.decision === 'reject') continue;
    place.allowed.set(sourceId, { at: clock.now(), isPush: decision.decision === 'push' });
    place.kept.delete(sourceId);
  }
  return `${JSON.stringify(decision)} on ${place.name}: ${operations.map(({ sourceId }) => sourceId).join(' ')}`;
}

/** What `plan` shows as held. */
async function plan({ store, source, clock }: World, { setup, name }: Place) {
  const signal = new AbortController().signal;
  const readings = await readDirectories([setup.definition], new Map([['corp', source]]), {
    store,
    clock,
    observer: () => undefined,
    signal,
  });
  const { hold } = await planTarget(setup, [...readings.complete.values()], store, {
    ...readings,
    attempt: 'asked',
    now: clock.now(),
    signal,
  });
  return hold === undefined
    ? undefined
    : { target: name, holdId: hold.holdId, operations: hold.operations.map((one) => heldOperation(one, store.digest)) };
}
