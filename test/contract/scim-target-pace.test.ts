import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuth } from '../../src/adapters/scim/auth/auth.ts';
import type { ScimTargetOptions } from '../../src/adapters/scim/http/options.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { faultFor, type Fault } from '../support/scim-server/faults.ts';
import { applied, failureClass, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';
import { alice, begin, classOf, drive, find, token, until } from './scim-target-stage.ts';

const minute = 60_000;
const always = (): boolean => true;
const nobody = (headers: Record<string, string>): Fault => ({
  kind: 'answer',
  status: 200,
  headers,
  body: { totalResults: 0 },
});
const refusal = (status: number, headers: Record<string, string>): Fault => ({ kind: 'answer', status, headers });
const person = (index: number): Map<string, string> =>
  new Map([
    ['externalId', `e${index}`],
    ['userName', `u${index}`],
  ]);
const everybody = (target: ScimTarget, count: number): Promise<unknown[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => applied(await target.create('user', person(index), signal))),
  );

describe('a target that says what is left', () => {
  for (const [form, headers] of [
    ['the draft', { ratelimit: '"hour";r=0;t=30' }],
    ['its first versions', { 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }],
    ['ConfigCat', { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '30' }],
    [
      'GitHub',
      {
        date: 'Mon, 05 Jan 2026 08:00:00 GMT',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': `${Date.UTC(2026, 0, 5, 8) / 1000 + 30}`,
      },
    ],
  ] satisfies readonly (readonly [string, Record<string, string>])[]) {
    it(`is not asked again before there is more, and need not refuse (${form})`, async (context) => {
      const { server, target, clock, throttles } = await begin(context, {
        before: faultFor(always, nobody(headers), 1),
      });
      assert.equal(classOf(await find(target)), 'fine');
      const next = find(target);
      await clock.advance(29_999);
      assert.equal(server.requests.length, 1);
      await clock.advance(3001);
      assert.equal(classOf(await next), 'fine');
      assert.deepEqual(throttles, []);
    });
  }

  it('may say so in place of a Retry-After, which goes before it', async (context) => {
    const left = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40' };
    for (const [fault, pause] of [
      [refusal(429, left), 40_000],
      [refusal(403, left), 40_000],
      [refusal(429, { ...left, 'retry-after': '5' }), 5000],
      [refusal(403, { 'retry-after': '5' }), 5000],
    ] satisfies readonly (readonly [Fault, number])[]) {
      const { target, clock, throttles } = await begin(context, { before: faultFor(always, fault, 1) });
      applied(await drive(clock, target.create('user', alice, signal)));
      assert.deepEqual(throttles, [pause]);
    }
  });

  it('means it when it forbids something although much is left', async (context) => {
    const { server, target } = await begin(context, {
      before: () => refusal(403, { 'x-ratelimit-remaining': '17', 'x-ratelimit-reset': '40' }),
    });
    assert.equal(failureClass(await target.create('user', alice, signal)), 'rejected');
    assert.equal(server.requests.length, 1);
  });
});

describe('a target that counts', () => {
  /** When requests left, by the fake clock: when they arrive is another matter. */
  const departures = (rest: Partial<ScimTargetOptions> = {}) => {
    const times: number[] = [];
    const clock = fakeClock();
    const bearer = (): Promise<string> => {
      times.push(clock.monotonic());
      return Promise.resolve(token);
    };
    return { times, clock, options: { ...rest, clock, auth: createAuth('wiki', { bearer }) } };
  };

  it('gets everything although it says no more than when to come back, and nobody comes before', async (context) => {
    const refused: { readonly at: number; readonly until: number }[] = [];
    const { times, clock, options } = departures({
      onThrottled: (milliseconds) => refused.push({ at: clock.monotonic(), until: clock.monotonic() + milliseconds }),
    });
    const { server, target } = await begin(context, {}, options);
    let [left, resets] = [0, 0];
    server.setFaults({
      before: () => {
        if (clock.monotonic() >= resets) [left, resets] = [5, clock.monotonic() + 4000];
        left -= 1;
        return left >= 0
          ? undefined
          : refusal(429, { 'retry-after': `${Math.ceil((resets - clock.monotonic()) / 1000)}` });
      },
    });
    await drive(clock, everybody(target, 40));
    assert.equal(server.users().length, 40);
    assert.ok(refused.length > 0);
    for (const { at, until: over } of refused)
      assert.ok(
        times.every((time) => time <= at || time >= over),
        `${at} to ${over}`,
      );
    assert.ok(times.length < 80, `${times.length} requests`);
  });

  it('is never refused anything when its budget is known', async (context) => {
    const rate = [
      { requests: 5, perSeconds: 4 },
      { requests: 30, perSeconds: 60, methods: ['POST'], resource: 'users' },
    ] as const;
    const { times, clock, options } = departures({ dialect: [{ origin: 'profile', says: { rate } }] });
    const { server, target } = await begin(context, {}, options);
    await drive(clock, everybody(target, 40));
    assert.equal(server.users().length, 40);
    for (const [index, at] of times.entries()) {
      assert.ok(at - (times[index - 5] ?? -Infinity) >= 4000 - 0.01, `${index}`);
      assert.ok(at - (times[index - 30] ?? -Infinity) >= 60_000 - 0.01, `${index}`);
    }
  });

  it('is left alone by the next process too', async (context) => {
    const rate = [{ requests: 3, perSeconds: 3600, methods: ['POST'] as const }];
    const dialect = [{ origin: 'profile', says: { rate } }] as const;
    const { server, target, clock } = await begin(context, {}, { dialect });
    await everybody(target, 2);
    server.setFaults({ before: faultFor(always, refusal(429, { 'retry-after': '1200' }), 1) });
    assert.equal(classOf(await find(target)), 'throttled');
    const notes = target.newNotes();
    assert.ok(notes?.pace?.pausedUntil !== undefined);
    assert.equal(target.newNotes(), undefined);
    server.clearRequests();

    const later = fakeClock({ startAt: clock.now() + 8 * minute });
    const next = createScimTarget(targetOptions(server.url, token, { clock: later, dialect }));
    context.after(() => next.close());
    next.restore(notes);
    const waiting = find(next);
    await later.advance(11 * minute);
    assert.equal(server.requests.length, 0);
    await later.advance(3 * minute);
    assert.equal(classOf(await waiting), 'fine');
    assert.equal(failureClass(await next.create('user', alice, signal)), 'throttled');
    await later.advance(45 * minute);
    applied(await next.create('user', alice, signal));
  });

  it('is given what was noted once: what it has learned since counts, and a pause that is over does not come again', async (context) => {
    const { server, target, clock } = await begin(context);
    const pausedUntil = new Date(clock.now() + 20 * minute).toISOString();
    target.restore({ learned: [] });
    target.restore({ learned: [], pace: { pausedUntil, budgets: {} } });
    assert.equal(classOf(await find(target)), 'fine');
    assert.equal(server.requests.length, 1);
  });
});

it('a target that refuses the credentials is not asked by all who wait', async (context) => {
  const { server, target } = await begin(context, { before: () => ({ kind: 'answer', status: 401 }) });
  const results = await Promise.all(
    Array.from({ length: 64 }, (_, index) => target.create('user', person(index), signal)),
  );
  assert.deepEqual(new Set(results.map(failureClass)), new Set(['auth']));
  assert.ok(server.requests.length <= 16, `${server.requests.length} requests`);
});

it('a dead target delays no other', async (context) => {
  const dead = await begin(context, { before: () => ({ kind: 'hang', applied: false }) });
  const alive = await begin(context);
  const stop = new AbortController();
  const lost = Array.from({ length: 40 }, (_, index) => dead.target.create('user', person(index), stop.signal));
  await until(() => dead.server.requests.length > 0, 'the first');
  await everybody(alive.target, 40);
  assert.equal(alive.server.users().length, 40);
  stop.abort(new Error('shutting down'));
  assert.ok((await Promise.allSettled(lost)).every(({ status }) => status === 'rejected'));
});
