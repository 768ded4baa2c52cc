import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { cycleStage, person } from '../../support/cycle-stage.ts';

/** Cycles that count how often they read what people decided. */
function countingStage() {
  const stage = cycleStage(['ada', 'ben'].map((id) => person(id)));
  const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
  let reads = 0;
  const store: typeof stage.store = {
    ...stage.store,
    decisions: () => {
      reads += 1;
      return stage.store.decisions();
    },
  };
  const readsOfCycle = async (): Promise<number> => {
    reads = 0;
    await stage.cycle({ store, ...memory });
    return reads;
  };
  return { ...stage, readsOfCycle };
}

describe('what people decided', () => {
  it('is read once for all targets, once by a cycle that rests, and once more by a plan', async () => {
    const { readsOfCycle, source } = countingStage();
    assert.equal(await readsOfCycle(), 3, 'a plan');
    assert.equal(await readsOfCycle(), 3, 'what was sent is looked at again');
    assert.equal(await readsOfCycle(), 2, 'nothing changed');
    source.put(person('cy'));
    assert.equal(await readsOfCycle(), 3, 'a change');
  });
});
