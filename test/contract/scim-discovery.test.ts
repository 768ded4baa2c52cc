import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { Layer, PartialDialect } from '../../src/core/dialect/layers.ts';
import type { ScimTarget, TargetNotes } from '../../src/ports/scim-target.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { clean } from '../support/scim-server/clean.ts';
import type { PartialBehaviour } from '../support/scim-server/behaviour.ts';
import { faultFor, html, type Fault, type Faults } from '../support/scim-server/faults.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { applied, failureClass, found, set, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

const asking: Layer = { origin: 'profile', says: { discovery: { use: true } } };

interface Stage {
  readonly server: ScimServer;
  readonly target: ScimTarget;
  /** Another client of the same server, in another process as it were. */
  readonly another: (notes?: TargetNotes) => ScimTarget;
  readonly discoveries: () => string[];
  readonly setting: (name: string, of?: ScimTarget) => unknown;
}

interface Differences {
  readonly behaviour?: PartialBehaviour;
  readonly profile?: PartialDialect;
  readonly faults?: Faults;
}

async function begin(
  context: TestContext,
  { behaviour = {}, profile = {}, faults = {} }: Differences = {},
): Promise<Stage> {
  const server = await startScimServer({ behaviour, faults });
  const targets: ScimTarget[] = [];
  const another = (notes?: TargetNotes): ScimTarget => {
    const made = createScimTarget(
      targetOptions(server.url, 'any', { dialect: [asking, { origin: 'profile', says: profile }] }),
    );
    if (notes !== undefined) made.restore(notes);
    targets.push(made);
    return made;
  };
  const target = another();
  context.after(async () => {
    await Promise.all(targets.map((one) => one.close()));
    await server.stop();
  });
  return {
    server,
    target,
    another,
    discoveries: () =>
      server.requests.filter(({ path }) => path.startsWith('/ServiceProviderConfig')).map(({ path }) => path),
    setting: (name, of = target) => of.settings().find((one) => one.name === name),
  };
}

const person = (name: string) =>
  new Map<string, string | boolean>([
    ['userName', name],
    ['active', true],
  ]);
const create = ({ target }: Stage, name: string) => target.create('user', person(name), signal);

describe('what a target says of itself', () => {
  it('is asked for once, before the first write, by whoever comes first', async (context) => {
    const stage = await begin(context);
    found(await stage.target.find('user', 'userName', 'a', signal));
    found(await stage.target.inventory('user', 10, signal));
    applied(await stage.target.update('user', 'x', [], signal));
    assert.deepEqual(stage.discoveries(), []);
    (await Promise.all(['a', 'b', 'c'].map((name) => create(stage, name)))).forEach(applied);
    applied(await stage.target.remove('user', String(stage.server.users()[0]?.['id']), signal));
    assert.deepEqual(stage.discoveries(), ['/ServiceProviderConfig']);
    assert.equal(stage.server.requests[2]?.path, '/ServiceProviderConfig');
  });

  it('is remembered by the next process', async (context) => {
    const stage = await begin(context, { behaviour: { users: { patch: 405 }, groups: { patch: 405 } } });
    applied(await create(stage, 'a'));
    const notes = stage.target.newNotes();
    assert.ok(notes !== undefined);
    const next = stage.another(notes);
    applied(await next.create('user', person('b'), signal));
    assert.equal(stage.discoveries().length, 1);
    assert.deepEqual(stage.setting('users.update', next), { name: 'users.update', value: 'put', origin: 'discovery' });
  });

  it('decides about PATCH, versions, pages and bulk limits', async (context) => {
    const behaviour: PartialBehaviour = {
      users: { patch: 501 },
      groups: { patch: 501 },
      list: { ...clean.list, paging: 'cursor', maxPage: 20 },
      bulk: { ...clean.bulk, supported: true, maxOperations: 7, maxPayloadSize: 5000 },
    };
    const stage = await begin(context, { behaviour });
    const id = applied(await create(stage, 'a'));
    applied(await stage.target.update('user', id, [set('title', 'x', false)], signal));
    assert.deepEqual(
      stage.server.requests.map(({ method }) => method),
      ['GET', 'POST', 'GET', 'PUT'],
    );
    const said = Object.fromEntries(
      stage.target
        .settings()
        .filter(({ origin }) => origin === 'discovery')
        .map(({ name, value }) => [name, value]),
    );
    assert.deepEqual(said, {
      etag: 'on',
      'users.update': 'put',
      'groups.update': 'put',
      'list.paging': 'cursor',
      'list.pageSize': 20,
      'bulk.maxOperations': 7,
      'bulk.maxBytes': 5000,
    });
  });

  it('counts less than what its profile says', async (context) => {
    const stage = await begin(context, {
      behaviour: { discovery: { ...clean.discovery, claims: { patch: false } } },
      profile: { users: { update: 'patch' }, etag: 'off' },
    });
    const id = applied(await create(stage, 'a'));
    applied(await stage.target.update('user', id, [set('title', 'x', false)], signal));
    assert.deepEqual(
      stage.server.requests.map(({ method }) => method),
      ['GET', 'POST', 'PATCH'],
    );
    assert.deepEqual(stage.setting('groups.update'), { name: 'groups.update', value: 'put', origin: 'discovery' });
    assert.deepEqual(stage.setting('etag'), { name: 'etag', value: 'off', origin: 'profile' });
  });

  it('may have an s at its end', async (context) => {
    const behaviour: PartialBehaviour = {
      discovery: { ...clean.discovery, serviceProviderConfig: 'ServiceProviderConfigs' },
      users: { patch: 405 },
    };
    const stage = await begin(context, { behaviour });
    applied(await create(stage, 'a'));
    assert.deepEqual(stage.discoveries(), ['/ServiceProviderConfig', '/ServiceProviderConfigs']);
    const told = await begin(context, {
      behaviour,
      profile: { discovery: { serviceProviderConfig: 'ServiceProviderConfigs' } },
    });
    applied(await create(told, 'a'));
    assert.deepEqual(told.discoveries(), ['/ServiceProviderConfigs']);
    assert.deepEqual(
      [stage, told].map(({ setting }) => setting('users.update')),
      [1, 2].map(() => ({ name: 'users.update', value: 'put', origin: 'discovery' })),
    );
  });

  for (const [name, fault, requests] of [
    ['is not there', { kind: 'answer', status: 404, body: html }, 2],
    ['is a page of something else', { kind: 'answer', status: 200, body: html }, 1],
    ['is empty', { kind: 'answer', status: 204 }, 1],
  ] as const satisfies readonly (readonly [string, Fault, number])[]) {
    it(`says nothing where it ${name}, and is not asked for again`, async (context) => {
      const stage = await begin(context, {
        faults: { before: faultFor(({ path }) => path.startsWith('/ServiceProviderConfig'), fault) },
      });
      applied(await create(stage, 'a'));
      applied(await create(stage, 'b'));
      assert.equal(stage.discoveries().length, requests);
      assert.deepEqual(
        stage.target.settings().filter(({ origin }) => origin === 'discovery'),
        [],
      );
      assert.notEqual(stage.target.newNotes()?.discovery, undefined);
    });
  }

  it('is asked for again some time after it could not be', async (context) => {
    const server = await startScimServer({
      faults: {
        before: faultFor(({ path }) => path.startsWith('/ServiceProviderConfig'), { kind: 'answer', status: 403 }),
      },
    });
    const clock = fakeClock();
    const target = createScimTarget(targetOptions(server.url, 'any', { clock, dialect: [asking] }));
    context.after(async () => {
      await target.close();
      await server.stop();
    });
    const asked = (): number => server.requests.filter(({ path }) => path === '/ServiceProviderConfig').length;
    applied(await target.create('user', person('a'), signal));
    applied(await target.create('user', person('b'), signal));
    assert.deepEqual([asked(), target.newNotes()?.discovery], [1, undefined]);
    await clock.advance(60_000);
    server.setFaults({});
    applied(await target.create('user', person('c'), signal));
    assert.deepEqual([asked(), target.newNotes()?.discovery === undefined], [2, false]);
  });

  it('is told to whoever checks, and remembered from then on', async (context) => {
    const stage = await begin(context);
    found(await stage.target.discover(signal));
    applied(await create(stage, 'a'));
    assert.deepEqual(stage.discoveries(), ['/ServiceProviderConfig']);
  });

  it('keeps no write from ending when somebody else is told to stop', async (context) => {
    const controller = new AbortController();
    const stage = await begin(context, {
      faults: {
        before: async ({ path }) => {
          if (path === '/ServiceProviderConfig')
            await new Promise((resolve) => controller.signal.addEventListener('abort', resolve));
          return undefined;
        },
      },
    });
    const stopped = stage.target.create('user', person('a'), controller.signal);
    const other = create(stage, 'b');
    while (stage.discoveries().length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('shutting down'));
    await assert.rejects(stopped, /shutting down/);
    assert.equal(failureClass(await other), 'applied');
  });
});
