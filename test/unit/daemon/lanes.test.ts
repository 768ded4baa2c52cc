import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CycleReport } from '../../../src/cycle/cycle-report.ts';
import { createLanes } from '../../../src/daemon/lanes.ts';
import { BridgeError, type ErrorCode } from '../../../src/core/model/errors.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const report = (target: string, code?: ErrorCode): CycleReport => ({
  cycle: '1',
  unstored: {},
  strangers: 0,
  target,
  mode: 'incremental',
  result: code === undefined ? 'success' : 'error',
  milliseconds: 0,
  planId: undefined,
  applied: [],
  failed: [],
  notStarted: 0,
  givenUp: [],
  unreached: [],
  leftOut: 0,
  deferred: 0,
  hold: undefined,
  undone: [],
  unseated: [],
  rejections: [],
  rejected: [],
  waiting: 0,
  forgotten: [],
  reverify: [],
  leftovers: [],
  unresolved: undefined,
  failing: undefined,
  error: code === undefined ? undefined : new BridgeError(code, 'no', ''),
});
const control = { signal: new AbortController().signal, isStopping: () => false };

/** Lanes of two targets; `slow` answers when it is let go. */
function twoLanes(codeOfFast?: ErrorCode, mayRun: (target: string) => boolean = () => true) {
  const clock = fakeClock();
  const slow = Promise.withResolvers<CycleReport>();
  const started: (readonly string[])[] = [];
  const modes: string[] = [];
  const lanes = createLanes({
    targets: ['fast', 'slow'],
    clock,
    patienceMilliseconds: 1_000,
    mayRun,
    start: (mode, targets) => {
      started.push(targets);
      modes.push(mode);
      return Promise.resolve(
        new Map(
          targets.map((target) => [
            target,
            target === 'slow' ? slow.promise : Promise.resolve(report(target, codeOfFast)),
          ]),
        ),
      );
    },
  });
  return { clock, lanes, started, modes, letGo: () => slow.resolve(report('slow')) };
}

describe('lanes', () => {
  it('do not let the others wait for a slow target longer than their patience, nor start it a second time', async () => {
    const { clock, lanes, started, letGo } = twoLanes();
    for (let round = 0; round < 2; round += 1) {
      const over = lanes.round('incremental', control);
      await clock.advance(1_000);
      await over;
    }
    assert.deepEqual(started, [['fast', 'slow'], ['fast']]);
    letGo();
    await lanes.settled();
    await lanes.round('incremental', control);
    assert.deepEqual(started[2], ['fast', 'slow']);
    assert.equal(clock.sleeping(), 0);
  });

  it('start nothing for a target that has to rest', async () => {
    const { lanes, started } = twoLanes(undefined, (target) => target === 'fast');
    await lanes.round('full', control);
    assert.deepEqual(started, [['fast']]);
  });

  it('end with a state that is unusable, but not with a full disk or a target that fails', async () => {
    const damaged = twoLanes('D2S_STATE_DAMAGED', (target) => target === 'fast');
    await assert.rejects(damaged.lanes.round('incremental', control), { code: 'D2S_STATE_DAMAGED' });
    for (const code of ['D2S_STATE_UNWRITABLE', 'D2S_TARGET_AUTH'] as const) {
      await twoLanes(code, (target) => target === 'fast').lanes.round('incremental', control);
    }
  });

  it('owe a full cycle to a target that was busy when it was due, or whose directory rested, and only that', async () => {
    let isBackedOff = true;
    const { clock, lanes, started, modes, letGo } = twoLanes(undefined, (target) => target === 'slow' || !isBackedOff);
    const round = async (mode: 'full' | 'incremental'): Promise<void> => {
      const over = lanes.round(mode, control);
      await clock.advance(1_000);
      await over;
    };
    await round('incremental');
    await round('full');
    assert.deepEqual([started, modes], [[['slow']], ['incremental']]);
    isBackedOff = false;
    await round('incremental');
    letGo();
    await lanes.settled();
    await round('incremental');
    await round('incremental');
    assert.deepEqual(
      started.slice(1).map((targets, at) => `${String(modes[at + 1])} ${targets.join()}`),
      ['full fast', 'incremental fast', 'full slow', 'incremental fast,slow'],
    );
  });
});
