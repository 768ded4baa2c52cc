import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFailureCounts } from '../../../src/cycle/failing.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { BridgeError } from '../../../src/core/model/errors.ts';
import type { Failure } from '../../../src/core/model/outcome.ts';
import { cycleStage, minute, person } from '../../support/cycle-stage.ts';
import type { FakeCall } from '../../support/fake-target.ts';

const silence: Failure = { class: 'transient', detail: 'no answer' };
const refusal: Failure = { class: 'rejected', status: 400, detail: 'no' };
const down = () => ({ when: 'before', result: silence }) as const;
const refuses =
  (...methods: FakeCall['method'][]) =>
  ({ method }: FakeCall) =>
    methods.includes(method) ? ({ when: 'before', result: refusal } as const) : undefined;

/** A target with two people in step, whose directory then shows two changes. */
async function changed() {
  const stage = cycleStage([person('anna'), person('ben')]);
  const memory = { cleanCycles: createCleanCycles(), failures: createFailureCounts() };
  const cycle = async (wait = 2_000) => {
    await stage.clock.advance(wait);
    return stage.cycle(memory);
  };
  await cycle();
  await cycle();
  const { lastSuccessAt } = await stage.store.target('wiki');
  assert.ok(lastSuccessAt !== undefined);
  stage.source.put(person('anna', { title: 'Captain' }));
  stage.source.put(person('ben', { title: 'Mate' }));
  return { ...stage, stage, cycle, lastSuccessAt };
}

describe('success', () => {
  it('is not said while changes wait for a target that is down, whether a cycle tries them or backs off', async () => {
    const { cycle, target, store, lastSuccessAt } = await changed();
    target.setHook(down);
    const results: string[] = [];
    for (let poll = 0; poll < 12; poll += 1) {
      const { report } = await cycle();
      results.push(`${report.result} ${String(report.error?.code)}`);
    }
    assert.deepEqual([...new Set(results)], ['error D2S_TARGET_UNREACHABLE']);
    const state = await store.target('wiki');
    assert.equal(state.lastSuccessAt, lastSuccessAt);
    target.setHook(undefined);
    const { report } = await cycle(15 * minute);
    assert.deepEqual([report.result, report.failing], ['success', undefined]);
    assert.equal((await store.target('wiki')).failing, undefined);
  });

  it('counts the cycles that failed in a row, since when, also those that only waited', async () => {
    const { cycle, target, store, events } = await changed();
    target.setHook(refuses('update'));
    const counts: unknown[] = [];
    for (let poll = 0; poll < 5; poll += 1) counts.push((await cycle()).report.failing);
    const [first] = counts as [{ since: string; at: string }];
    assert.deepEqual(
      counts.map((count) => (count as { cycles: number }).cycles),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(new Set(counts.map((count) => (count as { since: string }).since)), new Set([first.since]));
    const told = events.flatMap((event) =>
      event.kind === 'cycle_finished' && event.failing !== undefined ? [event.failing.cycles] : [],
    );
    assert.deepEqual(told, [1, 2, 3, 4, 5]);
    await cycle(minute);
    assert.equal((await store.target('wiki')).failing?.cycles, 6, 'the state has it after a minute at the latest');
  });

  it('goes on counting where the process before ended, and where each cycle is a process', async () => {
    const { stage } = await changed();
    stage.target.setHook(refuses('update'));
    for (let run = 1; run <= 3; run += 1) {
      await stage.clock.advance(minute);
      assert.equal((await stage.cycle({ attempt: 'asked' })).report.failing?.cycles, run);
      assert.equal((await stage.store.target('wiki')).failing?.cycles, run);
    }
  });

  it('counts cycles that cannot read their directory', async () => {
    const { cycle, source, store } = await changed();
    source.failWith(new BridgeError('D2S_DIRECTORY_UNREACHABLE', 'no answer', 'look at it'));
    const { report } = await cycle();
    assert.deepEqual([report.result, report.failing?.cycles], ['error', 1]);
    assert.equal((await store.target('wiki')).failing?.cycles, 1);
  });

  it('counts cycles that could not even be prepared', async () => {
    const stage = cycleStage([person('anna')]);
    const { report } = await stage.cycle({
      prepare: () => Promise.reject(new Error('the directory does not say what it is')),
    });
    assert.deepEqual([report.result, report.failing?.cycles], ['error', 1]);
    assert.equal((await stage.store.target('wiki')).failing?.cycles, 1);
  });

  it('is not said of a newcomer who was refused and waits for another try', async () => {
    const stage = cycleStage([person('anna')]);
    stage.target.setHook(refuses('create'));
    assert.equal((await stage.cycle()).report.result, 'partial');
    await stage.clock.advance(2_000);
    const { report, calls } = await stage.cycle();
    assert.deepEqual([report.result, calls.length], ['partial', 0]);
    assert.equal((await stage.store.target('wiki')).lastSuccessAt, undefined);
  });

  it('is said while entries that cannot be written are counted', async () => {
    const stage = cycleStage([person('anna'), person('ben', { mail: [] })]);
    const { report } = await stage.cycle();
    assert.deepEqual([report.result, report.rejected.length], ['success', 1]);
    assert.deepEqual((await stage.store.target('wiki')).rejected, { map_error: 1 });
  });

  it('does not count a cycle that was stopped', async () => {
    const { stage } = await changed();
    const { report } = await stage.cycle({ isStopping: () => true });
    assert.deepEqual([report.notStarted > 0, report.failing], [true, undefined]);
  });
});
