import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectTarget, draftInSteps } from '../../../src/core/mapping/project.ts';
import { inOneGo, type Steps } from '../../../src/core/model/steps.ts';
import { latestStamps } from '../../../src/core/planning/latest-stamps.ts';
import { lookThroughStamps } from '../../../src/core/planning/data-age.ts';
import { ProvenAttributes } from '../../../src/core/mapping/proven-attributes.ts';
import type { CompleteReading } from '../../../src/core/model/reading.ts';
import type { Resource } from '../../../src/core/model/resource.ts';
import { withStandingProofs } from '../../../src/cycle/plan/proofs.ts';
import { inTurns } from '../../../src/cycle/shared/turns.ts';
import { EntryMap } from '../../support/entry-map.ts';
import { definition, entry } from '../../support/entries.ts';

/** Each look at it is a millisecond later. */
function hurryingClock() {
  let now = 0;
  return { monotonic: () => (now += 1) };
}

function* count(steps: number, onStep: () => void = () => undefined): Steps<number> {
  for (let step = 0; step < steps; step += 1) {
    onStep();
    yield;
  }
  return steps;
}

/** Turns of the event loop until the work is done. */
async function turnsDuring<T>(work: Promise<T>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const ended = work.finally(() => (isOver = true));
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  await ended;
  return turns;
}

describe('work on everybody', () => {
  it('lets the event loop have its turn every few milliseconds', async () => {
    const turns = await turnsDuring(inTurns(count(100), hurryingClock()));
    assert.ok(turns >= 100 / 6 && turns < 100, `${turns} turns in 100 ms`);
  });

  it('takes turns with other work: several at once have a slice each, and the event loop comes between', async () => {
    const order: string[] = [];
    const work = (name: string) =>
      inTurns(
        count(30, () => void order.push(name)),
        hurryingClock(),
      );
    const turns = await turnsDuring(Promise.all([work('a'), work('b'), work('c')]));
    assert.match(order.join(''), /^a+b+c+a+b+c+a+b+c+/);
    assert.ok(turns >= 90 / 6, `${turns} turns in 90 ms`);
  });

  it('comes to the same as in one go', async () => {
    assert.equal(await inTurns(count(7), undefined), 7);
    assert.equal(inOneGo(count(7)), 7);
    const people = ['a', 'b', 'c'].map((id) => entry(id, { mail: `${id}@example.org` }));
    const asked = definition({ users: { userName: 'mail' } });
    const { projection } = await inTurns(draftInSteps(people, asked, 0), hurryingClock());
    assert.deepEqual(projection, projectTarget(people, asked, 0));
  });

  it('maps everybody as a whole in turns, where no proof is trusted', async () => {
    let mapped = 0;
    const resources = Array.from({ length: 1_000 }, (_, at): Resource => {
      const whole = () => {
        mapped += 1;
        return new Map([['userName', `u${at}`]]);
      };
      const attributes = new ProvenAttributes('proof', new Map(), whole);
      return {
        sourceId: `u${at}`,
        directory: 'corp',
        type: 'user',
        label: `u${at}`,
        attributes,
        createOnly: new Map(),
        members: [],
      };
    });
    const turns = await turnsDuring(withStandingProofs(resources, 'app', undefined, hurryingClock()));
    assert.equal(mapped, 1_000);
    assert.ok(turns >= 2, `${turns} turns`);
  });

  it('looks through the stamps of everybody in turns, once', async () => {
    const people = Array.from({ length: 1_000 }, (_, at) => ({
      ...entry(`u${at}`, {}),
      stamp: `modifytimestamp=${1_000 + at}`,
    }));
    const reading: CompleteReading = { kind: 'complete', directory: 'corp', entries: new EntryMap(people) };
    const turns = await turnsDuring(inTurns(lookThroughStamps([reading]), hurryingClock()));
    assert.ok(turns >= 2, `${turns} turns`);
    assert.equal([...lookThroughStamps([reading])].length, 0);
    assert.equal(latestStamps(reading).latest[0]?.id, 'u999');
  });

  it('fails as it would in one go', async () => {
    function* fails(): Steps<never> {
      yield;
      throw new Error('no');
    }
    await assert.rejects(inTurns(fails(), hurryingClock()), /no/);
  });
});
