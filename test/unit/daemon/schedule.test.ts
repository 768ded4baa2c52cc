import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Schedule } from '../../../src/core/model/schedule.ts';
import { createScheduler, type Job } from '../../../src/daemon/schedule.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';

const every = (milliseconds: number): Schedule => ({ kind: 'interval', milliseconds });
const cron = (expression: string): Schedule => ({ kind: 'cron', expression });
const hour = 3_600_000;
/** 09:59:30 local time, whatever the machine's zone: cron expressions are local. */
const morning = new Date(2026, 0, 5, 9, 59, 30).getTime();

interface Running {
  readonly clock: FakeClock;
  /** `name@monotonic milliseconds` of every start. */
  readonly starts: string[];
  readonly trigger: (name: string) => void;
  readonly heartbeat: () => number;
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

/** A scheduler at work, whose jobs take `takes` milliseconds; ended when the test is. */
function running(context: TestContext, jobs: readonly Job<string>[], takes: () => number = () => 0): Running {
  const clock = fakeClock({ startAt: morning });
  const starts: string[] = [];
  const never = new AbortController().signal;
  const scheduler = createScheduler<string>({
    clock,
    jobs,
    run: async (name) => {
      starts.push(`${name}@${clock.monotonic()}`);
      const milliseconds = takes();
      if (milliseconds > 0) await clock.sleep(milliseconds, never);
    },
  });
  const stop = new AbortController();
  const ended = scheduler.run(stop.signal);
  context.after(async () => {
    stop.abort();
    await clock.advance(24 * hour);
    await ended;
  });
  const { trigger, heartbeat } = scheduler;
  return { clock, starts, trigger, heartbeat, ended, stop: () => stop.abort() };
}

const poll = (schedule: Schedule, atStart = true): Job<string> => ({ name: 'poll', schedule, atStart });

describe('scheduler', () => {
  it('runs at once, and then at an even pace from start to start', async (context) => {
    const { clock, starts } = running(context, [poll(every(10_000))], () => 4_000);
    await clock.advance(35_000);
    assert.deepEqual(starts, ['poll@0', 'poll@10000', 'poll@20000', 'poll@30000']);
  });

  it('makes of all that is missed during a long run one run right after it', async (context) => {
    const durations = [35_000, 1_000, 1_000];
    const { clock, starts } = running(context, [poll(every(10_000))], () => durations.shift() ?? 0);
    await clock.advance(46_000);
    assert.deepEqual(starts, ['poll@0', 'poll@35000', 'poll@45000']);
  });

  it('keeps its pace and its heartbeat whatever happens to the wall clock', async (context) => {
    const { clock, starts, heartbeat } = running(context, [poll(every(10_000))]);
    await clock.advance(10_000);
    clock.jumpWallClock(-24 * hour);
    await clock.advance(10_000);
    clock.jumpWallClock(48 * hour);
    await clock.advance(10_000);
    assert.deepEqual(starts, ['poll@0', 'poll@10000', 'poll@20000', 'poll@30000']);
    assert.equal(heartbeat(), 30_000);
  });

  it('advances its heartbeat while a job runs for long', async (context) => {
    const { clock, starts, heartbeat } = running(context, [poll(every(10_000))], () => hour);
    await clock.advance(hour / 2);
    assert.deepEqual(starts, ['poll@0']);
    assert.ok(clock.monotonic() - heartbeat() <= 5_000);
  });

  it('runs at the times of a cron expression', async (context) => {
    const { clock, starts } = running(context, [poll(cron('0 * * * *'), false)]);
    await clock.advance(2 * hour + 60_000);
    assert.deepEqual(starts, ['poll@30000', `poll@${30_000 + hour}`, `poll@${30_000 + 2 * hour}`]);
  });

  it('does not wait for the clock to catch up after it was set back', async (context) => {
    const { clock, starts } = running(context, [poll(cron('*/10 * * * * *'), false)]);
    await clock.advance(1_000);
    clock.jumpWallClock(-20_000);
    await clock.advance(25_000);
    assert.deepEqual(starts, ['poll@10000', 'poll@20000']);
  });

  it('does not run the same second twice when the clock is set back a little', async (context) => {
    const { clock, starts } = running(context, [poll(cron('0 10 * * *'), false)]);
    await clock.advance(30_000);
    clock.jumpWallClock(-1_700);
    await clock.advance(10_000);
    assert.deepEqual(starts, ['poll@30000']);
  });

  it('runs once for all the times that a leap forward skipped', async (context) => {
    for (const leap of [50 * 60_000, 30 * 24 * hour]) {
      const { clock, starts } = running(context, [poll(cron('*/2 * * * *'), false)]);
      await clock.advance(1_000);
      clock.jumpWallClock(leap);
      await clock.advance(1_000);
      assert.deepEqual(starts, ['poll@2000']);
    }
  });

  it('runs once after a leap of more than an hour, whether a time lay in it or not', async (context) => {
    const { clock, starts } = running(context, [poll(cron('0 3 * * *'), false)]);
    clock.jumpWallClock(2 * hour);
    await clock.advance(60_000);
    assert.equal(starts.length, 1);
  });

  it('lets a full run take the place of the poll that is due with it', async (context) => {
    const full: Job<string> = { name: 'full', schedule: every(30_000), atStart: false };
    const { clock, starts } = running(context, [full, poll(every(10_000))]);
    await clock.advance(45_000);
    assert.deepEqual(starts, ['poll@0', 'poll@10000', 'poll@20000', 'full@30000', 'poll@40000']);
  });

  it('never runs two jobs at once: a full run that is due waits for the poll', async (context) => {
    const full: Job<string> = { name: 'full', schedule: every(15_000), atStart: false };
    const { clock, starts } = running(context, [full, poll(every(10_000))], () => 9_000);
    await clock.advance(20_000);
    assert.deepEqual(starts, ['poll@0', 'poll@10000', 'full@19000']);
  });

  it('runs at once when triggered, and once after a running job however often it is triggered', async (context) => {
    const { clock, starts, trigger } = running(context, [poll(every(hour))], () => 2_000);
    await clock.advance(1_000);
    trigger('poll');
    trigger('poll');
    await clock.advance(9_000);
    trigger('poll');
    await clock.advance(5_000);
    assert.deepEqual(starts, ['poll@0', 'poll@2000', 'poll@10000']);
  });

  it('starts nothing after it was stopped, and ends when the running job does', async (context) => {
    const { clock, starts, stop, ended } = running(context, [poll(every(10_000))], () => 15_000);
    let over = false;
    void ended.then(() => (over = true));
    await clock.advance(12_000);
    stop();
    await clock.advance(2_000);
    assert.equal(over, false);
    await clock.advance(1_000);
    assert.equal(over, true);
    assert.deepEqual(starts, ['poll@0']);
  });

  it('ends with what a run throws', async () => {
    const clock = fakeClock();
    const scheduler = createScheduler({
      clock,
      jobs: [poll(every(1_000))],
      run: () => Promise.reject(new Error('broken')),
    });
    await assert.rejects(scheduler.run(new AbortController().signal), /^Error: broken$/);
  });
});
