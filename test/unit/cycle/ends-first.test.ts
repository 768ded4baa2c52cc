import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutShort, overriding } from '../../../src/ports/scim-target.ts';
import { cycleStage, inShort, operationsOf, person } from '../../support/cycle-stage.ts';

describe('searches that take long', () => {
  const stageOf = async () => {
    const stage = cycleStage([person('ada'), person('bob')]);
    await stage.cycle();
    let cuts = 0;
    const cut = () => {
      cuts += 1;
      return Promise.resolve(cutShort);
    };
    const target = overriding(stage.target, {
      hurried: () => ({ target: overriding(stage.target, { find: cut, inventory: cut }), wasCut: () => cuts > 0 }),
    });
    return { stage, cuts: () => cuts, prepare: () => Promise.resolve({ ...stage.setup, target }) };
  };

  it('wait until access has ended, and are made then', async () => {
    const { stage, prepare } = await stageOf();
    stage.source.remove('bob');
    stage.source.put(person('cid'));
    const { report, calls } = await stage.cycle({ prepare });
    assert.deepEqual(inShort(calls), [
      'update user-2',
      'find externalId cid',
      'find userName cid@example.org',
      'create cid',
    ]);
    assert.deepEqual(operationsOf(report.applied), ['deactivate bob', 'create cid']);
    assert.equal(report.result, 'success');
    assert.equal((await stage.store.openIntents('wiki')).length, 0);
  });

  it('go first where nobody leaves', async () => {
    const { stage, prepare, cuts } = await stageOf();
    stage.source.put(person('cid'));
    const { report } = await stage.cycle({ prepare });
    assert.deepEqual(operationsOf(report.applied), ['create cid']);
    assert.equal(cuts(), 0);
  });
});
