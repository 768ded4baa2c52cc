import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { Outcome } from '../../src/core/model/outcome.ts';
import { isFailure } from '../../src/ports/scim-target.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { freePort } from '../support/process.ts';
import { faultFor, html, type Fault, type ScimRequestRecord } from '../support/scim-server/faults.ts';
import { applied, failureClass, members, set, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';
import { alice, begin, classOf, drive, find, token, until } from './scim-target-stage.ts';

const minute = 60_000;
const isMethod =
  (method: string) =>
  (request: ScimRequestRecord): boolean =>
    request.method === method;
const always = (): boolean => true;
const turnAway = (retryAfter?: string, status = 429): Fault => ({
  kind: 'answer',
  status,
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } }),
});
describe('a target that asks to be left alone', () => {
  const utc = (time: number): string => new Date(time).toUTCString();
  for (const [form, headers] of [
    ['seconds', () => ({ 'retry-after': '7' })],
    ['a date', (clock) => ({ date: utc(clock.now()), 'retry-after': utc(clock.now() + 7000) })],
    [
      'a date by a clock that is an hour late',
      (clock) => ({ date: utc(clock.now() - 60 * minute), 'retry-after': utc(clock.now() - 60 * minute + 7000) }),
    ],
  ] satisfies readonly (readonly [string, (clock: FakeClock) => Record<string, string>])[]) {
    it(`is left alone by everybody until it is ready again (${form})`, async (context) => {
      const { server, target, clock, throttles, waits } = await begin(context);
      server.setFaults({ before: faultFor(always, { kind: 'answer', status: 429, headers: headers(clock) }, 1) });
      const first = find(target);
      await until(() => clock.sleeping() === 1, 'the first to be turned away');
      const others = [find(target), target.create('user', alice, signal), target.remove('user', 'x', signal)];
      await clock.advance(6999);
      assert.equal(server.requests.length, 1);
      await clock.advance(702); // up to a tenth longer, so that replicas don't come back together
      const results = await Promise.all([first, ...others]);
      assert.deepEqual(results.map(classOf), ['fine', 'fine', 'fine', 'fine']);
      assert.equal(server.requests.length, 6); // whom DELETE does not find is looked for
      assert.deepEqual(throttles, [7000]);
      assert.equal(waits.length, 4, 'all of them waited, and said so');
      assert.ok(
        waits.every((waited) => waited >= 7000 && waited <= 7701),
        waits.join(' '),
      );
    });
  }

  it('turns a create away without harm: it is sent again', async (context) => {
    for (const status of [429, 503]) {
      const { server, target, clock } = await begin(context, {
        before: faultFor(isMethod('POST'), turnAway('2', status), 3),
      });
      applied(await drive(clock, target.create('user', alice, signal)));
      assert.equal(server.requests.length, 4);
      assert.equal(server.users().length, 1);
    }
  });

  it('is asked ever less often when it does not say for how long', async (context) => {
    const { target, clock, throttles } = await begin(context, { before: faultFor(always, turnAway(), 4) });
    assert.equal(classOf(await drive(clock, find(target))), 'fine');
    assert.deepEqual(throttles, [500, 1000, 2000, 4000]);
  });

  it('is not hammered when it goes on saying "now"', async (context) => {
    const { target, clock, throttles } = await begin(context, { before: faultFor(always, turnAway('0'), 4) });
    assert.equal(classOf(await drive(clock, find(target))), 'fine');
    assert.deepEqual(throttles, [0, 1000, 2000, 4000]);
  });

  it('gets its hour, while callers are told at once, and serves again after it', async (context) => {
    const { server, target, clock } = await begin(context, { before: faultFor(always, turnAway('3600'), 1) });
    assert.equal(classOf(await find(target)), 'throttled');
    assert.equal(failureClass(await target.create('user', alice, signal)), 'throttled');
    assert.equal(server.requests.length, 1);
    await clock.advance(66 * minute);
    applied(await target.create('user', alice, signal));
  });

  it('costs a caller no more than a quarter of an hour', async (context) => {
    const { target, clock } = await begin(context, { before: () => turnAway('60') });
    const began = clock.monotonic();
    assert.equal(classOf(await drive(clock, find(target))), 'throttled');
    assert.ok(clock.monotonic() - began <= 15 * minute);
  });

  it('does not keep a caller who is told to stop', async (context) => {
    const { target, clock } = await begin(context, { before: () => turnAway('60') });
    const stop = new AbortController();
    const result = target.find('user', 'externalId', 'a1', stop.signal);
    await until(() => clock.sleeping() === 1, 'the pause');
    stop.abort(new Error('shutting down'));
    await assert.rejects(result, /shutting down/);
  });
});

describe('the pace', () => {
  it('spreads requests evenly', async (context) => {
    const { server, target, clock } = await begin(
      context,
      {},
      { dialect: [{ origin: 'config', says: { rate: [{ requests: 5, perSeconds: 1, burst: 1 }] } }] },
    );
    const all = Promise.all(Array.from({ length: 6 }, () => find(target)));
    await until(() => server.requests.length === 1, 'the first');
    for (let expected = 2; expected <= 6; expected += 1) {
      await clock.advance(199);
      assert.equal(server.requests.length, expected - 1);
      await clock.advance(1);
      await until(() => server.requests.length === expected, 'the next');
    }
    await all;
  });

  it('never has more in flight than it says', async (context) => {
    let inFlight = 0;
    let most = 0;
    const { target } = await begin(
      context,
      {
        async before() {
          inFlight += 1;
          most = Math.max(most, inFlight);
          await new Promise((resolve) => setTimeout(resolve, 5));
          return undefined;
        },
        after: () => void (inFlight -= 1),
      },
      { limits: { concurrency: 3 } },
    );
    assert.equal(target.concurrency, 3);
    await Promise.all(Array.from({ length: 12 }, () => find(target)));
    assert.equal(most, 3);
  });
});

describe('a target that fails', () => {
  it('is asked again, a few times, with a random wait that may double', async (context) => {
    const { server, target, clock } = await begin(context, {
      before: faultFor(always, { kind: 'answer', status: 500 }, 3),
    });
    const began = clock.monotonic();
    assert.equal(classOf(await drive(clock, find(target))), 'fine');
    assert.equal(server.requests.length, 4);
    assert.ok(clock.monotonic() - began <= 500 + 1000 + 2000 + 300);
  });

  it('is given up for this time when it goes on', async (context) => {
    for (const fault of [
      { kind: 'answer', status: 502, body: html },
      { kind: 'answer', status: 408 },
      { kind: 'cut', applied: false },
    ] satisfies Fault[]) {
      const { server, target, clock } = await begin(context, { before: () => fault });
      assert.equal(classOf(await drive(clock, find(target))), 'transient');
      assert.equal(server.requests.length, 4);
    }
  });

  it('may lose the answer to anything but a create: it is said again, and holds once', async (context) => {
    const { server, target, clock } = await begin(context);
    const user = applied(await target.create('user', alice, signal));
    const group = applied(await target.create('group', new Map([['displayName', 'Crew']]), signal));
    const losing = async (method: string, call: () => Promise<Outcome>): Promise<void> => {
      server.clearRequests();
      server.setFaults({ before: faultFor(isMethod(method), { kind: 'cut', applied: true }, 1) });
      const outcome = await drive(clock, call());
      // Whoever is deleted already is gone; whether that is why, the caller finds out.
      if (method === 'DELETE') assert.equal(failureClass(outcome), 'gone');
      else applied(outcome);
      assert.deepEqual(
        server.requests.map((request) => request.method),
        [method, method, ...(method === 'DELETE' ? ['GET'] : [])],
      );
    };
    await losing('PATCH', () => target.update('user', user, [set('title', 'Chief', false)], signal));
    await losing('PATCH', () => target.changeMembers(group, members([user]), signal));
    assert.deepEqual(server.groups()[0]?.['members'], [{ value: user }]);
    await losing('DELETE', () => target.remove('user', user, signal));
    assert.deepEqual([server.users(), server.groups()[0]?.['members']], [[], undefined]);
  });

  it('may lose the answer to a create: the caller hears that it is unknown, and it is never sent again', async (context) => {
    const cases: readonly (readonly [Fault, number])[] = [
      [{ kind: 'cut', applied: true }, 1],
      [{ kind: 'cut', applied: false }, 0],
      [{ kind: 'answer', status: 500 }, 0],
      [{ kind: 'answer', status: 504, body: html }, 0],
      [turnAway(undefined, 503), 0],
      [{ kind: 'garble', body: html }, 1],
      [{ kind: 'garble', status: 200, headers: { 'content-type': 'application/json' }, body: '{"id": "cut o' }, 1],
      [{ kind: 'garble', status: 201, headers: { 'content-type': 'application/json' }, body: '{}' }, 1],
      [{ kind: 'endless' }, 0],
    ];
    for (const [fault, users] of cases) {
      const { server, target } = await begin(context, { before: () => fault });
      assert.equal(failureClass(await target.create('user', alice, signal)), 'unknown', JSON.stringify(fault));
      assert.equal(server.requests.length, 1, JSON.stringify(fault));
      assert.equal(server.users().length, users, JSON.stringify(fault));
    }
  });

  it('was not reached at all: even a create is tried again, and nothing is unknown', async (context) => {
    const port = await freePort();
    const { clock, statuses, ...rest } = await begin(context);
    const target = createScimTarget(
      targetOptions(`http://127.0.0.1:${port}/scim/v2`, token, {
        clock,
        onRequest: (_method, status) => statuses.push(status),
      }),
    );
    context.after(() => target.close());
    const outcome = await drive(clock, target.create('user', alice, signal));
    assert.equal(outcome.kind === 'failed' && outcome.failure.class, 'transient');
    assert.match(outcome.kind === 'failed' ? outcome.failure.detail : '', /nothing listens there \(ECONNREFUSED\)/);
    assert.deepEqual(statuses, [0, 0, 0, 0]);
    assert.equal(rest.server.requests.length, 0);
  });

  it('is waited for only so long', async (context) => {
    const timeouts = { requestMilliseconds: 60 };
    const { server, target, clock } = await begin(
      context,
      { before: () => ({ kind: 'hang', applied: true }) },
      { timeouts },
    );
    assert.equal(failureClass(await target.create('user', alice, signal)), 'unknown');
    assert.equal(server.requests.length, 1);
    const result = await drive(clock, find(target));
    assert.ok(isFailure(result));
    assert.deepEqual(result, { class: 'transient', detail: 'no complete answer within 60 ms' });
    assert.equal(server.requests.length, 5);
  });

  it('cannot keep a caller who is told to stop in the middle of a request', async (context) => {
    const { server, target } = await begin(context, { before: () => ({ kind: 'hang', applied: false }) });
    const stop = new AbortController();
    const result = target.create('user', alice, stop.signal);
    await until(() => server.requests.length === 1, 'the request');
    stop.abort(new Error('shutting down'));
    await assert.rejects(result, /shutting down/);
  });
});

describe('answers that make no sense', () => {
  it('are never taken for success, nor for "gone"', async (context) => {
    const { server, target } = await begin(context);
    const user = applied(await target.create('user', alice, signal));
    const page: Fault = { kind: 'answer', status: 200, body: html };
    for (const fault of [page, { kind: 'answer', status: 404, body: html }] satisfies Fault[]) {
      server.setFaults({ before: () => fault });
      assert.equal(failureClass(await target.update('user', user, [set('title', 'x')], signal)), 'protocol');
      assert.equal(failureClass(await target.remove('user', user, signal)), 'protocol');
    }
    server.setFaults({ before: () => page });
    assert.equal(classOf(await find(target)), 'protocol');
    assert.equal(failureClass(await target.create('user', new Map([['userName', 'b']]), signal)), 'protocol'); // a login page creates nothing
    assert.equal(server.users().length, 1);
  });

  it('do not fill the memory', async (context) => {
    const { server, target } = await begin(context, { before: () => ({ kind: 'endless' }) });
    const before = process.memoryUsage().rss;
    const result = await find(target);
    assert.deepEqual(result, {
      class: 'unsupported',
      status: 200,
      detail: 'the target answered more than 1 MB to a search for one user',
    });
    assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
    assert.equal(server.requests.length, 1);
  });

  it('include lists that are none, and resources without an id', async (context) => {
    const { server, target } = await begin(context);
    for (const body of [
      {},
      { Resources: 'x' },
      { totalResults: 1, Resources: [{ userName: 'a' }] },
      { totalResults: 1, Resources: [{ id: '..' }] },
    ]) {
      server.setFaults({ before: () => ({ kind: 'answer', status: 200, body }) });
      assert.equal(classOf(await find(target)), 'protocol', JSON.stringify(body));
    }
    server.setFaults({ before: () => ({ kind: 'answer', status: 200, body: { totalResults: 0 } }) });
    assert.deepEqual(await find(target), []);
    server.setFaults({
      before: () => ({
        kind: 'answer',
        status: 200,
        body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '500' },
      }),
    });
    assert.equal(failureClass(await target.update('user', 'x', [set('title', 'x')], signal)), 'protocol');
  });

  it('cannot lead requests elsewhere: ids stay inside their path', async (context) => {
    const { server, target } = await begin(context);
    for (const id of ['..', '.', '', 'a\nb', 'x'.repeat(300)])
      assert.equal(failureClass(await target.remove('user', id, signal)), 'protocol');
    assert.equal(server.requests.length, 0);
    assert.equal(failureClass(await target.remove('user', '../Groups/1?x#y', signal)), 'gone'); // encoded: nobody has this id
    assert.equal(server.requests.length, 2);
    assert.equal(server.requests[0]?.status, 404);
  });
});

describe('what takes long to fail', () => {
  it('is not read again, and written once more; what fails at once is tried four times', async (context) => {
    for (const [seconds, expected] of [
      [11, [1, 2]],
      [1, [4, 4]],
    ] as const) {
      const { server, target, clock } = await begin(context);
      const id = applied(await target.create('user', alice, signal));
      server.setFaults({
        async before() {
          await clock.advance(seconds * 1000);
          return { kind: 'answer', status: 504 };
        },
      });
      const counts: number[] = [];
      const calls: readonly (() => Promise<unknown>)[] = [
        () => target.find('user', 'externalId', 'a1', signal),
        () => target.update('user', id, [set('title', 'Chief')], signal),
      ];
      for (const call of calls) {
        server.clearRequests();
        const result = await drive(clock, call());
        assert.equal(JSON.stringify(result).includes('"late":true'), seconds >= 10);
        counts.push(
          server.requests.filter(({ method, path }) => method === 'PATCH' || path.includes('externalId')).length,
        );
      }
      assert.deepEqual(counts, expected);
    }
  });
});
