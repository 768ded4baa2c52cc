import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { BulkDialect } from '../../src/core/dialect/dialect.ts';
import type { TargetId } from '../../src/core/model/link.ts';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import type { BulkBehaviour } from '../support/scim-server/behaviour-http.ts';
import { cycleStage, person } from '../support/cycle-stage.ts';
import { clean } from '../support/scim-server/clean.ts';
import { faultFor, html, type Faults } from '../support/scim-server/faults.ts';
import { startScimmy } from '../support/scimmy.ts';
import { applied, failureClass, members, set, signal } from './scim-target.ts';
import { begin as beginStage, type Stage } from './scim-target-dialects-stage.ts';
import { targetOptions } from './scim-target-options.ts';

interface Differences {
  readonly server?: Partial<BulkBehaviour>;
  readonly client?: Partial<BulkDialect>;
  readonly faults?: Faults;
}

function begin(context: TestContext, { server = {}, client = {}, faults = {} }: Differences = {}): Promise<Stage> {
  return beginStage(
    context,
    { bulk: { ...clean.bulk, supported: true, ...server } },
    { bulk: { ...rfc7644.bulk, use: true, ...client } },
    faults,
  );
}

const attributes = (name: string) =>
  new Map<string, string | boolean>([
    ['externalId', name],
    ['userName', name],
    ['active', true],
  ]);
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index + 1}`);
const createAll = (stage: Stage, people: readonly string[]) =>
  Promise.all(people.map((name) => stage.target.create('user', attributes(name), signal)));

async function createdIds(stage: Stage, count: number): Promise<TargetId[]> {
  const ids = (await createAll(stage, names(count))).map(applied);
  stage.server.clearRequests();
  return ids;
}

const onServer = ({ server }: Stage): unknown[] =>
  server
    .users()
    .map((user) => user['externalId'])
    .sort();
const idOf = ({ server }: Stage, externalId: string): unknown =>
  server.users().find((user) => user['externalId'] === externalId)?.['id'];

describe('writes that are joined', () => {
  for (const [name, server, client] of [
    ['as the RFC says', {}, {}],
    ['with statuses that are numbers', { status: 'number' }, {}],
    ['with statuses that are objects', { status: 'object' }, {}],
    ['answered in another order', { order: 'reversed' }, {}],
    [
      'as Webex wants them',
      { operationsKey: 'operations', failOnErrorsRequired: true, methods: ['POST', 'PATCH', 'DELETE'] },
      { operationsKey: 'operations', failOnErrors: 100 },
    ],
  ] satisfies readonly (readonly [string, Partial<BulkBehaviour>, Partial<BulkDialect>])[]) {
    it(`each have their own outcome, ${name}`, async (context) => {
      const stage = await begin(context, { server, client });
      const created = await createAll(stage, [...names(20), 'P1']);
      assert.deepEqual(created.map(failureClass), [...names(20).map(() => 'applied'), 'conflict']);
      const ids = created.slice(0, 20).map(applied);
      for (const [index, id] of ids.entries()) assert.equal(id, idOf(stage, `p${index + 1}`));
      // Outcomes show nothing: is the first id really that of whoever was created?
      assert.deepEqual(stage.sent(), ['POST Bulk', 'GET Users']);
      const [first = '', second = ''] = ids;
      const group = applied(await stage.target.create('group', new Map([['displayName', 'Crew']]), signal));
      stage.sent();
      const outcomes = await Promise.all([
        stage.target.update('user', first, [set('title', 'Chief', false)], signal),
        stage.target.update('user', 'nobody', [set('title', 'Chief', false)], signal),
        stage.target.remove('user', second, signal),
        stage.target.changeMembers(group, members([first]), signal),
      ]);
      assert.deepEqual(outcomes.map(failureClass), ['applied', 'gone', 'applied', 'applied']);
      // A DELETE goes alone. Did the group change, and the account; is the deleted one gone; is nobody there, or no PATCH?
      assert.deepEqual(stage.sent().sort(), [
        'DELETE Users',
        'GET Groups',
        'GET Users',
        'GET Users',
        'GET Users',
        'POST Bulk',
      ]);
      assert.equal(stage.server.users().find(({ id }) => id === first)?.['title'], 'Chief');
      assert.deepEqual([stage.server.groups()[0]?.['members'], idOf(stage, 'p2')], [[{ value: first }], undefined]);
      assert.deepEqual([stage.server.violations, stage.learned()], [[], {}]);
    });
  }

  it('go alone when nobody else waits', async (context) => {
    const stage = await begin(context);
    applied(await stage.target.create('user', attributes('a'), signal));
    assert.deepEqual(stage.sent(), ['POST Users']);
  });

  it('go as many together as the target takes, by number and by bytes', async (context) => {
    const stage = await begin(context, {
      server: { maxOperations: 10, maxPayloadSize: 2000 },
      client: { maxOperations: 10, maxBytes: 2000 },
    });
    (await createAll(stage, names(60))).forEach(applied);
    assert.equal(stage.server.users().length, 60);
    assert.ok(stage.server.requests.length <= 8, String(stage.server.requests.length));
    const long = 'x'.repeat(700);
    stage.server.clearRequests();
    const outcomes = await Promise.all(
      ['l1', 'l2', 'l3'].map((name) => stage.target.create('user', attributes(name).set('title', long), signal)),
    );
    outcomes.forEach(applied);
    assert.deepEqual([stage.server.refusals, stage.learned()], [[], {}]);
  });

  it('gather while others are under way', async (context) => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const stage = await begin(context, {
      faults: {
        before: async ({ number }) => {
          if (number === 1) await gate;
          return undefined;
        },
      },
    });
    const first = createAll(stage, ['a', 'b']);
    while (stage.server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const later = ['c', 'd', 'e'].map((name) => stage.target.create('user', attributes(name), signal));
    open();
    [...(await first), ...(await Promise.all(later))].forEach(applied);
    assert.deepEqual(stage.sent(), ['POST Bulk', 'GET Users', 'POST Bulk']); // the first one is looked at
  });

  it('are halved when they are too many, which is remembered', async (context) => {
    const stage = await begin(context, { server: { maxOperations: 10 } });
    (await createAll(stage, names(32))).forEach(applied);
    assert.equal(stage.server.users().length, 32);
    assert.deepEqual(stage.learned(), { 'bulk.maxOperations': 8 });
    stage.server.clearRequests();
    (await createAll(stage, names(64).slice(32))).forEach(applied);
    assert.deepEqual(
      stage.sent(),
      Array.from({ length: 4 }, () => 'POST Bulk'),
    );
  });

  for (const [name, fault] of [
    ['is not there', { kind: 'answer', status: 404, body: html }],
    ['is not there, said in JSON', { kind: 'answer', status: 404, body: {} }],
    ['is not supported', { kind: 'answer', status: 501 }],
  ] as const) {
    it(`go alone for good where /Bulk ${name}`, async (context) => {
      const stage = await begin(context, { faults: { before: faultFor(({ path }) => path === '/Bulk', fault) } });
      (await createAll(stage, names(5))).forEach(applied);
      assert.deepEqual(stage.learned(), { 'bulk.use': false });
      assert.equal(stage.sent().filter((line) => line === 'POST Bulk').length, 1);
      (await createAll(stage, ['x', 'y'])).forEach(applied);
      assert.deepEqual(stage.sent(), ['POST Users', 'POST Users']);
    });
  }

  it('are sent again one by one when the answer is lost, but for what may have been created', async (context) => {
    const stage = await begin(context);
    const [first = '', second = ''] = await createdIds(stage, 2);
    stage.server.setFaults({ before: faultFor(({ path }) => path === '/Bulk', { kind: 'cut', applied: true }, 1) });
    const outcomes = await Promise.all([
      stage.target.update('user', first, [set('title', 'Chief', false)], signal),
      stage.target.create('user', attributes('new'), signal),
      stage.target.remove('user', second, signal),
    ]);
    assert.deepEqual(outcomes.map(failureClass), ['applied', 'unknown', 'applied']); // a DELETE goes alone
    assert.deepEqual(onServer(stage), ['new', 'p1']);
  });

  it('become fewer when so many are not answered in time', async (context) => {
    const stage = await begin(context, {
      faults: { before: faultFor(({ path }) => path === '/Bulk', { kind: 'answer', status: 504, body: html }, 1) },
    });
    const outcomes = await createAll(stage, names(20));
    assert.deepEqual(new Set(outcomes.map(failureClass)), new Set(['unknown']));
    assert.deepEqual(stage.learned(), { 'bulk.maxOperations': 10 });
  });

  it('are unknown, or sent again, where the answer says nothing of them', async (context) => {
    const stage = await begin(context, { client: { failOnErrors: 1 } });
    const [first = ''] = await createdIds(stage, 1);
    const outcomes = await Promise.all([
      stage.target.create('user', attributes('p1'), signal), // stops the others
      stage.target.create('user', attributes('new'), signal),
      stage.target.update('user', first, [set('title', 'Chief', false)], signal),
    ]);
    assert.deepEqual(outcomes.map(failureClass), ['conflict', 'unknown', 'applied']);
    assert.deepEqual([onServer(stage), stage.server.users()[0]?.['title']], [['p1'], 'Chief']);
  });

  it('end with the reason of the signal, waiting or under way', async (context) => {
    const stage = await begin(context, { faults: { before: () => ({ kind: 'hang', applied: false }) } });
    const controller = new AbortController();
    const writes = ['a', 'b', 'c'].map((name) => stage.target.create('user', attributes(name), controller.signal));
    const ends = Promise.allSettled(writes);
    while (stage.server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const late = stage.target.create('user', attributes('d'), controller.signal);
    controller.abort(new Error('shutting down'));
    await assert.rejects(late, /shutting down/);
    for (const end of await ends) assert.match(String(end.status === 'rejected' && end.reason), /shutting down/);
  });

  it('never change one resource twice in one request', async (context) => {
    const stage = await begin(context);
    const [id = '', other = ''] = await createdIds(stage, 2);
    const outcomes = await Promise.all([
      stage.target.update('user', id, [set('title', 'A', false)], signal),
      stage.target.update('user', other, [set('title', 'A', false)], signal),
      stage.target.update('user', id, [set('nickName', 'B', false)], signal),
    ]);
    outcomes.forEach(applied);
    assert.deepEqual(stage.sent().sort(), ['GET Users', 'PATCH Users', 'POST Bulk']); // the first change that shows nothing is looked at
  });

  it('are believed where they are only promised, once they are to be seen', async (context) => {
    const stage = await begin(context, { server: { answer: 'asynchronous' } });
    const ids = await Promise.all(['a', 'b'].map((name) => stage.target.create('user', attributes(name), signal)));
    assert.deepEqual(
      ids.map(applied),
      ['a', 'b'].map((name) => idOf(stage, name)),
    );
  });
});

describe('a cycle before a target that takes bulk requests', () => {
  it('loads three hundred people in some requests, and sends nothing the next time', async (context) => {
    const { server, target } = await begin(context);
    const stage = cycleStage(names(300).map((name) => person(name)));
    const input = { prepare: () => Promise.resolve({ ...stage.setup, target }) };
    const { report } = await stage.cycle(input);
    assert.deepEqual([report.applied.length, report.failed, server.users().length], [300, [], 300]);
    assert.ok(server.requests.length <= 8, String(server.requests.length));
    for (const name of names(150)) stage.source.put(person(name, { title: 'Chief' }));
    for (const name of names(200).slice(150)) stage.source.remove(name);
    server.clearRequests();
    const again = await stage.cycle(input);
    assert.deepEqual([again.report.applied.length, again.report.failed], [200, []]);
    // Nobody's access ends in bulk, before an outcome was seen to mean something.
    const ended = server.requests.filter(({ method }) => method === 'PATCH');
    assert.equal(ended.length, 50);
    assert.ok(server.requests.length - ended.length <= 8, String(server.requests.length));
    assert.equal(server.users().filter(({ active }) => active === false).length, 50);
    for (const name of names(250).slice(200)) stage.source.remove(name);
    server.clearRequests();
    assert.equal((await stage.cycle(input)).report.applied.length, 50);
    assert.ok(server.requests.length <= 8, String(server.requests.length));
    assert.equal(server.users().filter(({ active }) => active === false).length, 100);
    server.clearRequests();
    await stage.cycle(input);
    assert.deepEqual([server.requests, server.violations], [[], []]);
  });
});

describe('changes in bulk requests of a target that answers 200 to each and carries out none', () => {
  const titles = ({ server }: Stage): unknown[] => server.users().map(({ title }) => title);

  it('are sent again when the look at the first one could not be made: it proves nothing', async (context) => {
    const stage = await begin(context, { server: { idle: ['PATCH'] } });
    const ids = await createdIds(stage, 4);
    stage.server.setFaults({
      before: ({ method }) => (method === 'GET' ? { kind: 'garble', body: '{"ok":true}' } : undefined),
    });
    const update = (id: TargetId) => stage.target.update('user', id, [set('title', 'Chief', false)], signal);
    const first = await Promise.all(ids.map(update));
    stage.server.setFaults({});
    for (const [at, outcome] of first.entries())
      if (outcome.kind === 'applied') assert.equal(titles(stage)[at], 'Chief');
    (await Promise.all(ids.map(update))).forEach(applied);
    assert.deepEqual(
      titles(stage),
      ids.map(() => 'Chief'),
    );
  });

  it('are not believed for what was seen of changes that went alone', async (context) => {
    const stage = await begin(context);
    stage.server.setBehaviour({
      bulk: { ...clean.bulk, supported: true, idle: ['PATCH'] },
      users: { ...clean.users, patchAnswer: 'empty' },
    });
    const ids = await createdIds(stage, 4);
    for (const id of ids) applied(await stage.target.update('user', id, [set('nickName', 'A', false)], signal));
    (
      await Promise.all(ids.map((id) => stage.target.update('user', id, [set('title', 'Chief', false)], signal)))
    ).forEach(applied);
    assert.deepEqual(
      titles(stage),
      ids.map(() => 'Chief'),
    );
  });
});

describe('scimmy, which takes bulk requests', () => {
  it('creates, changes and removes many at a time', async (context) => {
    const scimmy = await startScimmy();
    const target = createScimTarget(
      targetOptions(scimmy.url, scimmy.token, { dialect: [{ origin: 'config', says: { bulk: { use: true } } }] }),
    );
    context.after(async () => {
      await target.close();
      await scimmy.stop();
    });
    const created = await Promise.all(
      [...names(30), 'p1'].map((name) => target.create('user', attributes(name), signal)),
    );
    assert.deepEqual(created.map(failureClass), [...names(30).map(() => 'applied'), 'conflict']);
    const ids = created.slice(0, 30).map(applied);
    const outcomes = await Promise.all([
      ...ids.slice(0, 20).map((id) => target.update('user', id, [set('title', 'Chief', false)], signal)),
      ...ids.slice(20).map((id) => target.remove('user', id, signal)),
    ]);
    outcomes.forEach(applied);
    const left = await target.inventory('user', 50, signal);
    assert.deepEqual(
      Array.isArray(left) && left.map(({ body }) => body['title']),
      Array.from({ length: 20 }, () => 'Chief'),
    );
  });
});
