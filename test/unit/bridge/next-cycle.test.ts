import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNextCycle } from '../../../src/bridge/next-cycle.ts';
import { BridgeError } from '../../../src/core/model/errors.ts';
import { cycleStage, person } from '../../support/cycle-stage.ts';

describe('what is done between two cycles of a target', () => {
  it('is done once, right before the next one, whose report it is answered with', async () => {
    const stage = cycleStage([person('a')]);
    const nextCycle = createNextCycle();
    const done: string[] = [];
    const report = nextCycle.before('wiki', (store) => {
      done.push(store.lineage);
      return Promise.resolve(new Set(['a']));
    });
    assert.equal(await nextCycle.prepare('crm', stage.store), undefined);
    assert.deepEqual(done, []);
    assert.deepEqual(await nextCycle.prepare('wiki', stage.store), new Set(['a']));
    assert.deepEqual(done, [stage.store.lineage]);
    const { report: cycle } = await stage.cycle();
    nextCycle.started('wiki', Promise.resolve(cycle));
    assert.equal(await report, cycle);
    assert.equal(await nextCycle.prepare('wiki', stage.store), undefined);
  });

  it('ends without a report when the state cannot be written, and keeps no cycle from beginning', async () => {
    const stage = cycleStage([person('a')]);
    const nextCycle = createNextCycle();
    const full = new BridgeError('D2S_STATE_UNWRITABLE', 'the disk is full', 'make room');
    const report = nextCycle.before('wiki', () => Promise.reject(full));
    assert.deepEqual(await nextCycle.prepare('wiki', stage.store), new Set());
    assert.equal(await report, undefined);
  });

  it('fails for whoever asked for it where it has a fault of its own, and for nobody else', async () => {
    const stage = cycleStage([person('a')]);
    const nextCycle = createNextCycle();
    const faulty = assert.rejects(
      nextCycle.before('wiki', () => Promise.reject(new TypeError('not a function'))),
      TypeError,
    );
    const other = nextCycle.before('wiki', () => Promise.resolve(new Set<string>()));
    assert.deepEqual(await nextCycle.prepare('wiki', stage.store), new Set());
    await faulty;
    const { report } = await stage.cycle();
    nextCycle.started('wiki', Promise.resolve(report));
    assert.equal(await other, report);
  });
});
