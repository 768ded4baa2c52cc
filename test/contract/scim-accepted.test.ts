import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { Layer } from '../../src/core/dialect/layers.ts';
import type { Outcome } from '../../src/core/model/outcome.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import { fakeClock, type FakeClock } from '../support/fake-clock.ts';
import { clean } from '../support/scim-server/clean.ts';
import { faultFor, type Fault } from '../support/scim-server/faults.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { applied, failureClass, members, set, signal } from './scim-target.ts';
import { drive } from './scim-target-stage.ts';
import { targetOptions } from './scim-target-options.ts';

interface Stage {
  readonly server: ScimServer;
  readonly target: ScimTarget;
  readonly clock: FakeClock;
}

const alice = new Map<string, string | boolean>([
  ['externalId', 'a1'],
  ['userName', 'alice'],
  ['active', true],
]);
const promise: Fault = { kind: 'answer', status: 202, headers: { 'set-txn': 't1' } };

async function begin(context: TestContext, dialect: readonly Layer[] = []): Promise<Stage> {
  const server = await startScimServer();
  const clock = fakeClock();
  const target = createScimTarget(targetOptions(server.url, 'any', { clock, dialect }));
  context.after(async () => {
    await target.close();
    await server.stop();
    assert.deepEqual(server.violations, []);
  });
  return { server, target, clock };
}

const methods = ({ server }: Stage): string[] => server.requests.map(({ method }) => method);

describe('a write that is answered with 202', () => {
  it('is believed once it is to be seen', async (context) => {
    const stage = await begin(context);
    const { server, target, clock } = stage;
    server.setBehaviour({ http: { ...clean.http, writes: 'asynchronous' } });
    const id = applied(await drive(clock, target.create('user', alice, signal)));
    assert.equal(id, server.users()[0]?.['id']);
    applied(
      await drive(clock, target.update('user', id, [set('active', false), set('title', 'Chief', false)], signal)),
    );
    const group = applied(
      await drive(
        clock,
        target.create(
          'group',
          new Map([
            ['displayName', 'Crew'],
            ['externalId', 'g'],
          ]),
          signal,
        ),
      ),
    );
    applied(await drive(clock, target.changeMembers(group, members([id]), signal)));
    applied(await drive(clock, target.remove('user', id, signal)));
    assert.deepEqual(server.users(), []);
    assert.deepEqual(
      methods(stage),
      ['POST', 'PATCH', 'POST', 'PATCH', 'DELETE'].flatMap((method) => [method, 'GET']),
    );
  });

  it('is not forgotten because the second request of the same change has an answer (Zoom switches on and off by PATCH alone)', async (context) => {
    const { server, target, clock } = await begin(context, [
      { origin: 'config', says: { users: { update: 'put', activation: 'patch' } } },
    ]);
    server.setBehaviour({ users: { ...clean.users, putActive: false } });
    const id = applied(await drive(clock, target.create('user', new Map([...alice, ['active', false]]), signal)));
    server.setFaults({ before: ({ method }) => (method === 'PATCH' ? promise : undefined) });
    const changes = [set('active', true), set('title', 'Chief', false)];
    assert.equal(failureClass(await drive(clock, target.update('user', id, changes, signal))), 'transient');
    server.setFaults({});
    applied(await drive(clock, target.update('user', id, changes, signal)));
    assert.equal(server.users()[0]?.['active'], true);
  });

  it('counts as failed on its way while nothing is to be seen of it, and a create is not sent twice', async (context) => {
    const stage = await begin(context);
    const { server, target, clock } = stage;
    const id = applied(await target.create('user', alice, signal));
    const other = applied(await target.create('user', new Map([['userName', 'other']]), signal));
    const group = applied(await target.create('group', new Map([['displayName', 'Crew']]), signal));
    const full = applied(await target.create('group', new Map([['displayName', 'Cabin']]), signal));
    applied(await target.changeMembers(full, members([other]), signal));
    server.clearRequests();
    server.setFaults({ before: faultFor(({ method }) => method !== 'GET', promise) });
    const outcomes = [
      await drive(
        clock,
        target.create(
          'user',
          new Map([
            ['externalId', 'b'],
            ['userName', 'b'],
          ]),
          signal,
        ),
      ),
      await drive(clock, target.update('user', id, [set('active', false)], signal)),
      await drive(clock, target.changeMembers(group, members([id]), signal)),
      await drive(clock, target.changeMembers(full, members([], [other]), signal)),
      await drive(clock, target.remove('user', id, signal)),
    ];
    assert.deepEqual(new Set(outcomes.map(failureClass)), new Set(['transient']));
    assert.deepEqual(
      methods(stage),
      ['POST', 'PATCH', 'PATCH', 'PATCH', 'DELETE'].flatMap((method) => [method, 'GET', 'GET', 'GET']),
    );
    assert.equal(server.users().length, 2);
  });

  it('stays counted as not seen where the target refuses to show it every time', async (context) => {
    const { server, target, clock } = await begin(context);
    const id = applied(await target.create('user', alice, signal));
    const group = applied(await target.create('group', new Map([['displayName', 'Crew']]), signal));
    server.setFaults({ before: ({ method }) => (method === 'GET' ? { kind: 'answer', status: 403 } : promise) });
    const unstored = (outcome: Outcome): unknown => outcome.kind === 'applied' && outcome.shown?.unstored;
    const changes = [set('active', false), set('title', 'Chief', false)];
    assert.deepEqual(unstored(await drive(clock, target.update('user', id, changes, signal))), ['active', 'title']);
    assert.deepEqual(unstored(await drive(clock, target.changeMembers(group, members([id]), signal))), ['members']);
    assert.equal(failureClass(await drive(clock, target.remove('user', id, signal))), 'rejected');
  });

  it('is not believed for an answer without a word to one of the looks', async (context) => {
    const { server, target, clock } = await begin(context);
    const id = applied(await target.create('user', alice, signal));
    let looks = 0;
    server.setFaults({
      before: ({ method }) =>
        method !== 'GET' ? promise : (looks += 1) === 3 ? { kind: 'answer', status: 200 } : undefined,
    });
    assert.equal(
      failureClass(await drive(clock, target.update('user', id, [set('title', 'Chief')], signal))),
      'transient',
    );
    assert.equal(looks, 3);
  });

  it('of a creation is compared with the account that is found: it may have been there before', async (context) => {
    const { server, target, clock } = await begin(context);
    applied(await target.create('user', new Map([...alice, ['title', 'Guest']]), signal));
    server.setFaults({ before: ({ method }) => (method === 'POST' ? promise : undefined) });
    const outcome = await drive(clock, target.create('user', new Map([...alice, ['title', 'Chief']]), signal));
    assert.deepEqual(outcome.kind === 'applied' && outcome.shown, { lost: ['title'] });
  });

  it('is looked for where a group shows its members only when it is asked for them', async (context) => {
    const { server, clock } = await begin(context);
    server.setBehaviour({ ...clean, members: { ...clean.members, shown: 'attributes' } });
    const asks = createScimTarget(
      targetOptions(server.url, 'any', {
        clock,
        dialect: [{ origin: 'profile', says: { members: { read: 'attributes' } } }],
      }),
    );
    context.after(() => asks.close());
    const id = applied(await asks.create('user', alice, signal));
    const group = applied(await asks.create('group', new Map([['displayName', 'Crew']]), signal));
    applied(await asks.changeMembers(group, members([id]), signal));
    server.setFaults({ before: ({ method }) => (method === 'GET' ? undefined : promise) });
    assert.equal(failureClass(await drive(clock, asks.changeMembers(group, members([], [id]), signal))), 'transient');
  });

  it('ends no access while the account says anything else than that it is inactive', async (context) => {
    const { server, target, clock } = await begin(context);
    const id = applied(await target.create('user', alice, signal));
    for (const [active, expected] of [
      [null, 'transient'],
      ['pending', 'transient'],
      ['inactive', 'applied'],
      [0, 'applied'],
    ] as const) {
      const [held = {}] = server.users();
      const shown = JSON.stringify({ ...held, title: 'Chief', active });
      server.setFaults({
        before: ({ method }) =>
          method === 'GET'
            ? { kind: 'answer', status: 200, body: shown, headers: { 'content-type': 'application/scim+json' } }
            : promise,
      });
      const outcome = await drive(
        clock,
        target.update('user', id, [set('active', false), set('title', 'Chief', false)], signal),
      );
      assert.equal(failureClass(outcome), expected, String(active));
    }
  });

  it('is believed where the target cannot be asked', async (context) => {
    const { server, target, clock } = await begin(context);
    const id = applied(await target.create('user', alice, signal));
    server.setFaults({ before: ({ method }) => (method === 'GET' ? { kind: 'answer', status: 403 } : promise) });
    applied(await drive(clock, target.update('user', id, [set('active', false)], signal)));
  });
});

describe('a value of which a reading after a 202 shows nothing', () => {
  const manager = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value';

  it('is sent once more where no answer ever showed one, and counted as not seen from then on', async (context) => {
    const stage = await begin(context);
    const { server, target, clock } = stage;
    const id = applied(await drive(clock, target.create('user', alice, signal)));
    server.setFaults({ before: ({ method }) => (method === 'PATCH' ? promise : undefined) });
    const change = async () => {
      const outcome = await drive(
        clock,
        target.update('user', id, [set('userName', 'alice'), set(manager, 'boss', false)], signal),
      );
      return outcome.kind === 'applied' ? outcome.shown : outcome;
    };
    assert.deepEqual(await change(), { unstored: undefined, lost: [manager] });
    assert.deepEqual(await change(), { unstored: [manager], lost: undefined });
  });
});
