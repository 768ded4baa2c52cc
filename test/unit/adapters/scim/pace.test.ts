import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Pace } from '../../../../src/adapters/scim/rate-limit/pace.ts';
import type { RateBudget } from '../../../../src/core/dialect/dialect.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';

const { signal } = new AbortController();
const minute = 60_000;
const get = { method: 'GET', path: '/Users?filter=x' } as const;
const post = { method: 'POST', path: '/Users' } as const;
const remove = { method: 'DELETE', path: '/Users/1' } as const;
type Request = typeof get | typeof post | typeof remove;

/** A caller whose request takes a time; when each left, and how it came out, is written down. */
function createCallers(pace: Pace, clock: FakeClock) {
  const left: { request: Request; at: number }[] = [];
  const call = async (request: Request, milliseconds = 0, patience = 15 * minute): Promise<string> => {
    const permit = await pace.enter(request, patience, signal);
    if (typeof permit === 'string') return permit;
    left.push({ request, at: clock.monotonic() });
    if (milliseconds > 0) await clock.sleep(milliseconds, signal);
    permit.leave('answered');
    return 'sent';
  };
  return { left, call, times: () => left.map(({ at }) => Math.round(at)) };
}

describe('the pace of a target', () => {
  it('lets everybody go at once without a rate', async () => {
    const clock = fakeClock();
    const { call } = createCallers(new Pace(clock, [], 8), clock);
    assert.deepEqual(await Promise.all([call(get), call(post)]), ['sent', 'sent']);
    assert.equal(clock.sleeping(), 0);
  });

  it('never lets two go closer together than an even rate, also after a pause came in between', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [{ requests: 10, perSeconds: 1, burst: 1 }], 8);
    const { call, times } = createCallers(pace, clock);
    const all = Promise.all(Array.from({ length: 5 }, () => call(get)));
    await clock.advance(100);
    assert.deepEqual(times(), [0, 100]);
    pace.pause(1000);
    await clock.advance(1000);
    assert.deepEqual(times(), [0, 100]);
    await clock.advance(400);
    await all;
    const [, , third = 0, ...rest] = times();
    assert.ok(third > 1100 && third <= 1200, String(third));
    assert.deepEqual(
      rest.map((at) => at - third),
      [100, 200],
    );
  });

  it('turns away whoever waits in line when three of their kind were waited for in vain, and nobody else', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 4);
    const { call } = createCallers(pace, clock);
    const lose = async (seconds: number): Promise<string> => {
      const permit = await pace.enter(post, minute, signal);
      if (typeof permit === 'string') return permit;
      await clock.sleep(seconds * 1000, signal);
      permit.leave('failed');
      return 'lost';
    };
    const others = Promise.all([...Array.from({ length: 30 }, () => lose(90)), call(get, 1000)]);
    await clock.advance(185_000);
    assert.deepEqual(await others, [...Array<string>(6).fill('lost'), ...Array<string>(24).fill('down'), 'sent']);
    const next = Promise.all([lose(90), lose(90)]); // one finds out whether it is still so
    await clock.advance(95_000);
    assert.deepEqual(await next, ['lost', 'down']);
    assert.deepEqual(await call(post), 'sent');
    const fast = Promise.all(Array.from({ length: 8 }, () => lose(1)));
    await clock.advance(5_000);
    assert.deepEqual(new Set(await fast), new Set(['lost']));
  });

  it('keeps the longer of two pauses, also of one that came while somebody waited', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 8);
    const { call, times } = createCallers(pace, clock);
    pace.pause(1000);
    const turn = call(get);
    pace.pause(5000);
    pace.pause(1000);
    await clock.advance(4999);
    assert.deepEqual(times(), []);
    await clock.advance(501);
    assert.equal(await turn, 'sent');
  });

  it('tells the impatient at once, of a pause and of a spent budget', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [{ requests: 2, perSeconds: 3600 }], 8);
    const { call } = createCallers(pace, clock);
    assert.deepEqual(await Promise.all([call(get), call(get), call(get), call(get)]), [
      'sent',
      'sent',
      'spent',
      'spent',
    ]);
    await clock.advance(50 * minute);
    const soon = call(get);
    pace.pause(5000);
    assert.equal(await call(get, 0, 4000), 'paused');
    await clock.advance(10 * minute);
    assert.equal(await soon, 'sent');
    assert.equal(clock.sleeping(), 0);
  });

  it('does not let all leave in one moment after they were turned away', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 32);
    const permits = await Promise.all(Array.from({ length: 8 }, () => pace.enter(post, minute, signal)));
    pace.pause(1000);
    for (const permit of permits) if (typeof permit !== 'string') permit.leave('turned_away');
    const { call, times } = createCallers(pace, clock);
    const all = Promise.all(Array.from({ length: 15 }, () => call(post, 100)));
    await clock.advance(2000);
    await all;
    const first = times()[0] ?? 0;
    const waves = Map.groupBy(times(), (at) => at - first);
    assert.deepEqual(
      [...waves].map(([at, those]) => [at, those.length]),
      [
        [0, 1],
        [100, 2],
        [200, 4],
        [300, 4],
        [400, 4],
      ],
    );
  });

  it('makes a request wait for all budgets that it counts against, and for no other', async () => {
    const clock = fakeClock();
    const rates: RateBudget[] = [
      { requests: 100, perSeconds: 1 },
      { requests: 2, perSeconds: 30, methods: ['DELETE'] },
    ];
    const pace = new Pace(clock, rates, 32);
    const { left, call } = createCallers(pace, clock);
    const all = Promise.all([call(remove), call(remove), call(remove), call(get), call(post)]);
    await clock.advance(0);
    assert.deepEqual(
      left.map(({ request }) => request.method),
      ['DELETE', 'DELETE', 'GET', 'POST'],
    );
    await clock.advance(30_000);
    await all;
    assert.equal(left.length, 5);
  });

  it('serves everybody in the end, in order of arrival, and no window sees more than allowed', async () => {
    const rate = fc.record({
      requests: fc.integer({ min: 1, max: 10 }),
      perSeconds: fc.constantFrom(1, 30),
      burst: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
      methods: fc.option(fc.constantFrom<RateBudget['methods']>(['DELETE'], ['POST', 'DELETE']), { nil: undefined }),
    });
    const arrival = fc.record({
      request: fc.constantFrom<Request>(get, post, remove),
      gap: fc.constantFrom(0, 0, 7, 900),
      milliseconds: fc.constantFrom(0, 20, 500),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(rate, { maxLength: 3 }),
        fc.array(arrival, { maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (rates, arrivals, most) => {
          const clock = fakeClock();
          const { left, call } = createCallers(new Pace(clock, rates, most), clock);
          const calls: Promise<string>[] = [];
          for (const { request, gap, milliseconds } of arrivals) {
            await clock.advance(gap);
            calls.push(call(request, milliseconds));
          }
          await clock.advance(60 * minute);
          assert.ok((await Promise.all(calls)).every((result) => result === 'sent'));
          assert.equal(clock.sleeping(), 0);
          for (const { requests, perSeconds, methods } of rates) {
            const times = left.filter(({ request }) => methods?.includes(request.method) ?? true).map(({ at }) => at);
            for (const [index, at] of times.entries()) {
              const before = times[index - requests];
              assert.ok(before === undefined || at - before >= perSeconds * 1000 - 0.01, `${requests} before ${at}`);
            }
          }
          for (const request of [get, post, remove]) {
            const times = left.filter((one) => one.request === request).map(({ at }) => at);
            assert.deepEqual(
              times,
              times.toSorted((a, b) => a - b),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sends what the target says is left, and waits for the reset before it is refused', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 8);
    const { call, times } = createCallers(pace, clock);
    const permit = await pace.enter(get, minute, signal);
    pace.expect({ left: 2, resetMilliseconds: 9000 });
    if (typeof permit !== 'string') permit.leave('answered');
    const all = Promise.all([call(get), call(get), call(get)]);
    await clock.advance(8999);
    assert.deepEqual(times(), [0, 0]);
    await clock.advance(1000);
    await all;
    assert.equal(times().length, 3);
  });

  it('waits no longer than ten minutes because of a count alone', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 8);
    pace.expect({ left: 0, resetMilliseconds: 60 * minute });
    const { call } = createCallers(pace, clock);
    const turn = call(get);
    await clock.advance(11 * minute);
    assert.equal(await turn, 'sent');
  });

  it('takes no pause of more than a day for what the target meant', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 8);
    const { call, times } = createCallers(pace, clock);
    pace.pause(1_800_000_000 * 1_000); // an instant where seconds belong
    const sent = call(get, 0, Infinity);
    await clock.advance(27 * 60 * minute);
    assert.equal(await sent, 'sent');
    assert.ok((times()[0] ?? 0) >= 24 * 60 * minute);
  });

  it('keeps budgets and a pause across a restart', async () => {
    const clock = fakeClock();
    const rates: RateBudget[] = [{ requests: 3, perSeconds: 3600, methods: ['POST'] }];
    const pace = new Pace(clock, rates, 8);
    const { call } = createCallers(pace, clock);
    assert.deepEqual(pace.notes(), {
      pace: { pausedUntil: undefined, budgets: { '3/3600s POST': [{ at: '2026-01-05T08:01:12.000Z', requests: 1 }] } },
    });
    await Promise.all([call(post), call(post)]);
    pace.pause(20 * minute);
    assert.ok(pace.version() > 0);
    const notes = pace.notes();
    const later = fakeClock({ startAt: clock.now() + 10 * minute });
    const next = new Pace(later, rates, 8);
    next.restore(notes);
    const callers = createCallers(next, later);
    assert.equal(await callers.call(get, 0, 9 * minute), 'paused');
    await later.advance(13 * minute);
    assert.equal(await callers.call(get), 'sent');
    assert.equal(await callers.call(post), 'spent');
    await later.advance(40 * minute);
    assert.equal(await callers.call(post), 'sent');
  });

  it('turns away whoever waits when the credentials were refused', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 2);
    const permits = await Promise.all([pace.enter(get, minute, signal), pace.enter(get, minute, signal)]);
    const { call } = createCallers(pace, clock);
    const waiting = [call(get), call(post)];
    pace.refuse();
    assert.deepEqual(await Promise.all(waiting), ['refused', 'refused']);
    for (const permit of permits) if (typeof permit !== 'string') permit.leave('answered');
    assert.equal(await call(get), 'sent');
  });

  it('lets nobody wait in line for a target that answers nobody, and goes on trying', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 8);
    const results: string[] = [];
    const fail = async (): Promise<void> => {
      const permit = await pace.enter(post, 15 * minute, signal);
      results.push(typeof permit === 'string' ? permit : 'sent');
      if (typeof permit === 'string') return;
      await clock.sleep(30_000, signal);
      permit.leave('failed');
    };
    const all = Promise.all(Array.from({ length: 64 }, fail));
    await clock.advance(3 * minute);
    await all;
    assert.ok(results.filter((result) => result === 'sent').length <= 30, results.join(' '));
    assert.ok(results.includes('down'));
    const { call } = createCallers(pace, clock);
    assert.equal(await call(get), 'sent');
  });

  it('does not keep a caller who is told to stop, and lets the next one have the turn', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock, [], 1);
    const { call } = createCallers(pace, clock);
    const permit = await pace.enter(get, minute, signal);
    const stop = new AbortController();
    const stopped = pace.enter(get, minute, stop.signal);
    const next = call(get);
    stop.abort(new Error('shutting down'));
    await assert.rejects(stopped, /shutting down/);
    if (typeof permit !== 'string') permit.leave('answered');
    assert.equal(await next, 'sent');
  });
});
