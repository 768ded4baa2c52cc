import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTimekeeper } from '../../../src/cycle/shared/timekeeper.ts';
import { cycleStage, day, hour, minute, operationsOf, person } from '../../support/cycle-stage.ts';
import { noLimits } from '../../support/limits.ts';

const grace = { removal: { leaves: 'deactivate', deleteAfter: 30 * day, groups: 'keep' } } as const;
const five = ['a', 'b', 'c', 'd', 'e'];

/** Five people who left, and one who stays. */
async function fiveLeft() {
  const stage = cycleStage(
    [...five, 'stays'].map((id) => person(id)),
    grace,
  );
  await stage.cycle();
  for (const id of five) stage.source.remove(id);
  await stage.cycle();
  return stage;
}

describe('the time to come back', () => {
  it('is not over because the clock leaps: deletions are held, and say why', async () => {
    const stage = await fiveLeft();
    await stage.clock.advance(60 * day);
    const { report } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.applied), report.hold?.findings.map(({ kind }) => kind)],
      [[], ['clock_leap']],
    );
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is as long as it was for a daemon that slept for forty days, whatever is allowed at most', async () => {
    const stage = cycleStage([person('a'), person('stays')], { removal: { ...grace.removal, longestLeap: hour } });
    await stage.cycle();
    stage.source.remove('a');
    await stage.cycle();
    await stage.clock.advance(40 * day);
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.hold?.findings.map(({ kind }) => kind),
      ['clock_leap'],
    );
    const { gaps = [] } = await stage.store.target('wiki');
    assert.equal(gaps[0]?.missing, 40 * day - hour);
  });

  it('is over when it was seen to pass', async () => {
    const stage = await fiveLeft();
    for (let week = 0; week < 4; week += 1) {
      await stage.clock.advance(7 * day);
      assert.deepEqual(operationsOf((await stage.cycle()).report.applied), []);
    }
    await stage.clock.advance(3 * day);
    assert.deepEqual(
      operationsOf((await stage.cycle()).report.applied),
      five.map((id) => `delete ${id}`),
    );
  });

  it('goes on after a leap, from where it was', async () => {
    const stage = await fiveLeft();
    await stage.clock.advance(60 * day);
    await stage.cycle();
    for (let week = 0; week < 3; week += 1) {
      await stage.clock.advance(7 * day);
      await stage.cycle();
    }
    await stage.clock.advance(2 * day);
    const { report } = await stage.cycle();
    assert.deepEqual([operationsOf(report.applied).length, report.hold], [5, undefined]);
  });

  it('is measured by the daemon: no leap counts at all', async () => {
    const stage = await fiveLeft();
    const monotonic = { elapsed: 0 };
    const timekeeper = createTimekeeper({ monotonic: () => monotonic.elapsed });
    await stage.clock.advance(2 * minute);
    await stage.cycle({ timekeeper });
    for (let leap = 0; leap < 6; leap += 1) {
      await stage.clock.advance(6 * day);
      monotonic.elapsed += minute;
      const { report } = await stage.cycle({ timekeeper });
      assert.deepEqual(operationsOf(report.applied), []);
    }
  });
});

describe("the guard's window", () => {
  it('forgets nothing of what was done after the clock was set back', async () => {
    const people = ['ada', 'ben', 'cy', 'dan', 'eve', 'fay', 'gus', 'hal'];
    const stage = cycleStage(
      people.map((id) => person(id)),
      { limits: { ...noLimits, removals: { percent: 0, atLeast: 2 } } },
    );
    await stage.cycle();
    const leave = async (id: string) => {
      stage.source.remove(id);
      await stage.clock.advance(minute);
      return (await stage.cycle()).report;
    };
    await leave('ada');
    stage.clock.jumpWallClock(-hour);
    assert.deepEqual(operationsOf((await leave('ben')).applied), ['deactivate ben']);
    assert.deepEqual(
      [operationsOf((await leave('cy')).applied), (await stage.store.target('wiki')).held?.operations.length],
      [[], 1],
    );
  });
});
