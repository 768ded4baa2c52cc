import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Schedule } from '../../src/core/model/schedule.ts';
import { createScheduler } from '../../src/daemon/schedule.ts';
import { fakeClock } from '../support/fake-clock.ts';

const period = 10_000;
const schedules: Schedule[] = [
  { kind: 'interval', milliseconds: period },
  { kind: 'cron', expression: '*/10 * * * * *' },
];

/** What an unfriendly world does to a scheduler. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('advance' as const), milliseconds: fc.integer({ min: 0, max: 30_000 }) }),
  fc.record({ kind: fc.constant('jump' as const), milliseconds: fc.integer({ min: -86_400_000, max: 86_400_000 }) }),
  fc.record({ kind: fc.constant('trigger' as const), milliseconds: fc.constant(0) }),
);

describe('scheduler, whatever the clock does', () => {
  for (const schedule of schedules) {
    it(`by ${schedule.kind}: never runs two at once, never skips a period, and ends when told`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 30 }),
          fc.array(fc.integer({ min: 0, max: 25_000 }), { minLength: 1, maxLength: 5 }),
          async (steps, durations) => {
            const clock = fakeClock();
            const never = new AbortController().signal;
            let atWork = 0;
            let runs = 0;
            /** When the last run ended, or the wall clock was last moved: from then on, a period brings a run. */
            let quietSince = 0;
            const scheduler = createScheduler({
              clock,
              jobs: [{ name: 'poll', schedule, atStart: true }],
              run: async () => {
                atWork += 1;
                assert.equal(atWork, 1, 'two at once');
                assert.ok(clock.monotonic() - quietSince <= period + 1_000, 'a period was skipped');
                await clock.sleep(durations[runs % durations.length] ?? 0, never);
                runs += 1;
                quietSince = clock.monotonic();
                atWork -= 1;
              },
            });
            const stop = new AbortController();
            const ended = scheduler.run(stop.signal);
            for (const { kind, milliseconds } of steps) {
              if (kind === 'advance') await clock.advance(milliseconds);
              else if (kind === 'trigger') scheduler.trigger('poll');
              else {
                clock.jumpWallClock(milliseconds);
                if (atWork === 0) quietSince = clock.monotonic();
              }
              assert.ok(clock.monotonic() - scheduler.heartbeat() <= 5_000, 'the heartbeat stands still');
            }
            await clock.advance(60_000);
            assert.ok(runs > 0);
            if (atWork === 0) assert.ok(clock.monotonic() - quietSince <= period + 1_000);
            stop.abort();
            await clock.advance(60_000);
            await ended;
            assert.equal(atWork, 0);
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});
