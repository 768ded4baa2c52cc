import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interrupted } from '../../../src/daemon/shutdown.ts';
import { cycleStage, person } from '../../support/cycle-stage.ts';

describe('a cycle that somebody ends', () => {
  it('is interrupted, and counts as no failure: what was not begun is left for the next one', async () => {
    const stage = cycleStage(Array.from({ length: 30 }, (_, number) => person(`person-${number}`)));
    const { report } = await stage.cycle({
      isStopping: () => stage.target.calls.some(({ method }) => method === 'create'),
    });
    assert.deepEqual([report.result, report.notStarted > 0, report.failing], ['interrupted', true, undefined]);
    const { lastResult, failing, pending } = await stage.store.target('wiki');
    assert.deepEqual([lastResult, failing, pending], ['interrupted', undefined, report.notStarted]);
    assert.equal((await stage.cycle()).report.result, 'success');
    assert.equal((await stage.store.target('wiki')).lastResult, 'success');
  });

  it('says nothing of its target when its requests are cut: the state stands as it was', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    const before = await stage.store.target('wiki');
    const ending = new AbortController();
    stage.source.put(person('ben'));
    stage.target.setHook(() => {
      ending.abort(interrupted());
      throw ending.signal.reason;
    });
    const { report } = await stage.cycle({ signal: ending.signal, isStopping: () => ending.signal.aborted });
    assert.deepEqual(
      [report.result, report.error?.code, report.failing],
      ['interrupted', 'D2S_INTERRUPTED', undefined],
    );
    assert.deepEqual(await stage.store.target('wiki'), before);
  });

  it('says nothing of its directory when its reading is cut', async () => {
    const stage = cycleStage([person('anna')]);
    const ending = AbortSignal.abort(interrupted());
    const { report } = await stage.cycle({ signal: ending, isStopping: () => true });
    assert.deepEqual([report.result, report.error?.code], ['interrupted', 'D2S_INTERRUPTED']);
    assert.equal((await stage.store.target('wiki')).lastError, undefined);
  });
});
