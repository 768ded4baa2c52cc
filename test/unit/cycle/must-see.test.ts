import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, person } from '../../support/cycle-stage.ts';

describe('entries without which no reading is believed', () => {
  it('are found by DN, however it is spelled, or by source id', async () => {
    const { dn } = person('anna');
    const stage = cycleStage([person('anna'), person('ben')], {
      mustSee: [dn.toUpperCase().replaceAll(',', ' , '), 'BEN'],
    });
    assert.equal((await stage.cycle()).report.result, 'success');
  });

  it('end the cycle before anything is planned when one of them is missing', async () => {
    const stage = cycleStage([person('anna'), person('ben')], { mustSee: [person('anna').dn] });
    await stage.cycle();
    stage.source.remove('anna');
    const { report, calls } = await stage.cycle();
    assert.deepEqual([report.result, report.error?.code, calls], ['error', 'D2S_ENTRY_NOT_SEEN', []]);
    assert.match(report.error?.message ?? '', /wiki: no directory shows /);
  });
});
