import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, day, person } from '../../support/cycle-stage.ts';

describe('what the guard remembers of a day', () => {
  it('is everything but the first load, with the outcome, and one record for what was done at one time', async () => {
    const stage = cycleStage(['a', 'b', 'c'].map((id) => person(id, { title: 'Engineer' })));
    await stage.cycle();
    assert.deepEqual(await stage.store.removals('wiki'), []);
    stage.source.put(person('a'));
    stage.source.put(person('b'));
    stage.source.put(person('c', { status: 'off', title: 'Engineer' }));
    stage.source.put(person('new'));
    await stage.cycle();
    stage.source.put(person('c', { title: 'Engineer' }));
    await stage.cycle();
    const told = (await stage.store.removals('wiki'))
      .map(({ kind, evidence = '', path = '', count }) => `${kind} ${evidence} ${path} ${count}`)
      .sort();
    assert.deepEqual(told, [
      'clears  title 2',
      'creations   1',
      'reactivations   1',
      'removals word  1',
      'updates   2',
    ]);
    await stage.clock.advance(day + 1);
    await stage.cycle();
    assert.deepEqual((await stage.store.removals('wiki')).filter(({ kind }) => kind !== 'updates').length, 0);
  });
});
