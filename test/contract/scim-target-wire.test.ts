import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { TargetId } from '../../src/core/model/link.ts';
import { isFailure, type ScimTarget } from '../../src/ports/scim-target.ts';
import { faultFor, html, type Faults } from '../support/scim-server/faults.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { applied, clear, enterprise, failureClass, found, members, set, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

async function begin(
  context: TestContext,
  faults: Faults = {},
): Promise<{ readonly server: ScimServer; readonly target: ScimTarget }> {
  const server = await startScimServer({ token: 'secret-token', faults });
  const target = createScimTarget(targetOptions(server.url, 'secret-token'));
  context.after(async () => {
    await target.close();
    await server.stop();
    assert.deepEqual(server.violations, []);
  });
  return { server, target };
}

async function createUser(target: ScimTarget, name: string): Promise<TargetId> {
  const attributes = new Map([
    ['externalId', name],
    ['userName', `${name}@corp.example`],
    ['emails[type eq "work"].value', `${name}@corp.example`],
  ]);
  return applied(await target.create('user', attributes, signal));
}

async function createUsers(target: ScimTarget, count: number): Promise<TargetId[]> {
  const ids: TargetId[] = [];
  for (let number = 1; number <= count; number += 1) ids.push(await createUser(target, `p${number}`));
  return ids;
}

const sent = (server: ScimServer): readonly string[] => server.requests.map(({ method, path }) => `${method} ${path}`);
const operations = (server: ScimServer): unknown => {
  assert.deepEqual(
    server.requests.map(({ method }) => method),
    ['PATCH'],
  );
  const { schemas, ...rest } = server.requests[0]?.body ?? {};
  assert.deepEqual([schemas, Object.keys(rest)], [[patchOp], ['Operations']]);
  return rest['Operations'];
};

describe('what a SCIM target gets to see', () => {
  it('gets a create as one POST with the schemas it uses', async (context) => {
    const { server, target } = await begin(context);
    const attributes = new Map([
      ['id', 'given by the target'],
      ['userName', 'a'],
      [`${enterprise}:department`, 'Sales'],
    ]);
    applied(await target.create('user', attributes, signal));
    assert.deepEqual(sent(server), ['POST /Users']);
    assert.deepEqual(server.requests[0]?.body, {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
      userName: 'a',
      [enterprise]: { department: 'Sales' },
    });
    const { headers } = server.requests[0];
    assert.deepEqual([headers['content-type'], headers['user-agent']], ['application/scim+json', 'dir2scim/test']);
  });

  it('gets one operation for each changed attribute, and nothing else', async (context) => {
    const { server, target } = await begin(context);
    const id = await createUser(target, 'a');
    const boss = await createUser(target, 'b');
    const cases: readonly (readonly [Parameters<ScimTarget['update']>[2], unknown])[] = [
      [[set('active', false)], [{ op: 'replace', path: 'active', value: false }]],
      [
        [set('title', 'Chief', false), set('name.givenName', 'A', false)],
        [
          { op: 'add', path: 'title', value: 'Chief' },
          { op: 'add', path: 'name.givenName', value: 'A' },
        ],
      ],
      [[clear('title')], [{ op: 'remove', path: 'title' }]],
      [
        [set('emails[type eq "work"].value', 'n@corp.example')],
        [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'n@corp.example' }],
      ],
      [
        [set('emails[type eq "home"].value', 'h@home.example', false)],
        [{ op: 'add', path: 'emails', value: [{ type: 'home', value: 'h@home.example' }] }],
      ],
      [[clear('emails[type eq "home"].value')], [{ op: 'remove', path: 'emails[type eq "home"]' }]],
      [
        [set(`${enterprise}:department`, 'Sales', false)],
        [{ op: 'add', path: `${enterprise}:department`, value: 'Sales' }],
      ],
      [
        [set(`${enterprise}:manager.value`, boss, false)],
        [{ op: 'add', path: `${enterprise}:manager`, value: { value: boss } }],
      ],
      [[clear(`${enterprise}:manager.value`)], [{ op: 'remove', path: `${enterprise}:manager` }]],
    ];
    for (const [changes, expected] of cases) {
      server.clearRequests();
      applied(await target.update('user', id, changes, signal));
      assert.deepEqual(operations(server), expected);
    }
  });

  it('gets only the members that join and leave', async (context) => {
    const { server, target } = await begin(context);
    const [a = '', b = '', c = ''] = await createUsers(target, 3);
    const inner = applied(await target.create('group', new Map([['displayName', 'Inner']]), signal));
    const group = applied(await target.create('group', new Map([['displayName', 'Crew']]), signal));
    applied(await target.changeMembers(group, members([a, b]), signal));
    server.clearRequests();
    const add = [
      { id: c, type: 'user' as const },
      { id: inner, type: 'group' as const },
    ];
    applied(await target.changeMembers(group, { add, remove: [a], current: () => Promise.resolve([a, b]) }, signal));
    assert.deepEqual(operations(server), [
      { op: 'add', path: 'members', value: [{ value: c }, { value: inner, type: 'Group' }] },
      { op: 'remove', path: `members[value eq "${a}"]` },
    ]);
  });

  it('gets no request at all where nothing changes', async (context) => {
    const { server, target } = await begin(context);
    applied(await target.update('user', 'x', [], signal));
    applied(await target.changeMembers('x', members([]), signal));
    assert.deepEqual(sent(server), []);
  });

  it('is asked what it holds when an element is not where it was believed, and gets the whole list then', async (context) => {
    const { server, target } = await begin(context);
    const id = await createUser(target, 'a');
    server.clearRequests();
    applied(await target.update('user', id, [set('emails[type eq "home"].value', 'h@home.example')], signal));
    assert.deepEqual(sent(server), [`PATCH /Users/${id}`, `GET /Users/${id}`, `PATCH /Users/${id}`]);
    assert.deepEqual(server.users()[0]?.['emails'], [
      { type: 'work', value: 'a@corp.example' },
      { type: 'home', value: 'h@home.example' },
    ]);
  });

  it('is not written to when what should go away is not there', async (context) => {
    const { server, target } = await begin(context);
    const id = await createUser(target, 'a');
    server.clearRequests();
    applied(await target.update('user', id, [clear('phoneNumbers[type eq "work"].value')], signal));
    assert.deepEqual(sent(server), [`PATCH /Users/${id}`, `GET /Users/${id}`]);
  });

  it('says that someone is gone who disappeared between two requests', async (context) => {
    const { server, target } = await begin(context);
    server.setFaults({
      before: ({ method }) => ({
        kind: 'answer',
        ...(method === 'PATCH' ? { status: 400, body: { scimType: 'noTarget' } } : { status: 404, body: {} }),
      }),
    });
    assert.equal(
      failureClass(await target.update('user', 'x', [set('emails[type eq "work"].value', 'y')], signal)),
      'gone',
    );
  });

  it('refuses one attribute, and hears it once', async (context) => {
    const refuse = faultFor(({ method }) => method === 'PATCH', {
      kind: 'answer',
      status: 400,
      body: { scimType: 'invalidValue', detail: 'no such department' },
    });
    const { server, target } = await begin(context, { before: refuse });
    const id = await createUser(target, 'a');
    server.clearRequests();
    const outcome = await target.update('user', id, [set('title', 'x')], signal);
    assert.deepEqual(outcome, {
      kind: 'failed',
      failure: { class: 'rejected', status: 400, detail: 'invalidValue: no such department' },
    });
    assert.equal(server.requests.length, 1);
  });

  it('refuses one certain user, and takes the others', async (context) => {
    const { server, target } = await begin(context, {
      before: ({ body }) =>
        body?.['externalId'] === 'bad' ? { kind: 'answer', status: 400, body: { detail: 'no' } } : undefined,
    });
    const results = await Promise.all(
      ['a', 'bad', 'c'].map((name) =>
        target.create(
          'user',
          new Map([
            ['externalId', name],
            ['userName', name],
          ]),
          signal,
        ),
      ),
    );
    assert.deepEqual(results.map(failureClass), ['applied', 'rejected', 'applied']);
    assert.equal(server.users().length, 2);
  });

  it('tells the version where it keeps versions', async (context) => {
    const { target } = await begin(context);
    const created = await target.create('user', new Map([['userName', 'a']]), signal);
    assert.equal(created.kind === 'applied' && created.version, 'W/"1"');
    const updated = await target.update('user', applied(created), [set('title', 'x', false)], signal);
    assert.equal(updated.kind === 'applied' && updated.version, 'W/"2"');
  });

  it('gets PUT after it refused PATCH once, also from those who were under way together', async (context) => {
    const { server, target } = await begin(context, { patch: 501 });
    const ids = await createUsers(target, 4);
    server.clearRequests();
    await Promise.all(
      ids.map(async (id) => applied(await target.update('user', id, [set('title', 'Chief', false)], signal))),
    );
    assert.deepEqual(
      server.users().map((body) => body['title']),
      ['Chief', 'Chief', 'Chief', 'Chief'],
    );
    server.clearRequests();
    const [first = ''] = ids;
    applied(await target.update('user', first, [set('nickName', 'A', false)], signal));
    assert.deepEqual(sent(server), [`GET /Users/${first}`, `PUT /Users/${first}`]);
    assert.equal(server.users()[0]?.['title'], 'Chief');
    const put = server.requests[1]?.body;
    assert.deepEqual([put?.['id'], put?.['meta'], put?.['title']], [first, undefined, 'Chief']);
  });

  it('gets no empty objects in a PUT', async (context) => {
    const { server, target } = await begin(context, { patch: 405 });
    const id = await createUser(target, 'a');
    const both = [`${enterprise}:department`, 'name.givenName'] as const;
    applied(
      await target.update(
        'user',
        id,
        both.map((path) => set(path, 'x', false)),
        signal,
      ),
    );
    server.clearRequests();
    applied(await target.update('user', id, both.map(clear), signal));
    const put = server.requests.at(-1)?.body ?? {};
    assert.deepEqual(Object.keys(put).sort(), ['active', 'emails', 'externalId', 'id', 'schemas', 'userName']);
  });

  it('gets PATCH for groups though it has none for users', async (context) => {
    const { server, target } = await begin(context, {
      before: faultFor(({ method, path }) => method === 'PATCH' && path.startsWith('/Users'), {
        kind: 'answer',
        status: 405,
      }),
    });
    const user = await createUser(target, 'a');
    const group = applied(await target.create('group', new Map([['displayName', 'Crew']]), signal));
    server.clearRequests();
    applied(await target.update('user', user, [set('title', 'x', false)], signal));
    applied(await target.changeMembers(group, members([user]), signal));
    assert.deepEqual(
      server.requests.map(({ method }) => method),
      ['PATCH', 'GET', 'PUT', 'PATCH'],
    );
  });

  it('keeps members that it does not show, when it has no PATCH', async (context) => {
    const { server, target } = await begin(context, { patch: 405, hideMembers: true });
    const [a = '', b = '', c = ''] = await createUsers(target, 3);
    const group = applied(await target.create('group', new Map([['displayName', 'Crew']]), signal));
    applied(await target.changeMembers(group, members([a, b], [], []), signal));
    applied(await target.changeMembers(group, members([c], [a], [a, b]), signal));
    assert.deepEqual(server.groups()[0]?.['members'], [{ value: b }, { value: c }]);
  });
});

describe('searching a SCIM target', () => {
  it('sends one eq filter, escaped', async (context) => {
    const { server, target } = await begin(context);
    found(await target.find('user', 'externalId', 'a"b\\c & d', signal));
    found(await target.find('user', 'emails[type eq "work"].value', 'x@y', signal));
    found(await target.find('user', `${enterprise}:employeeNumber`, '7', signal));
    assert.deepEqual(sent(server), [
      String.raw`GET /Users?filter=externalId eq "a\"b\\c & d"`,
      'GET /Users?filter=emails[type eq "work" and value eq "x@y"]',
      `GET /Users?filter=${enterprise}:employeeNumber eq "7"`,
    ]);
  });

  it('takes no stranger for a hit from a server that ignores filters', async (context) => {
    const { target } = await begin(context, { ignoreFilters: true, pageLimit: 5 });
    const [first = ''] = await createUsers(target, 5);
    assert.deepEqual(
      found(await target.find('user', 'externalId', 'p1', signal)).map(({ id }) => id),
      [first],
    );
    // All five came, by the total; but some count no more than the page.
    const lost = await target.find('user', 'externalId', 'nobody', signal);
    assert.equal(isFailure(lost) && lost.class, 'unsupported');
  });

  it('calls a filter that is refused unsupported', async (context) => {
    const { target } = await begin(context, {
      before: () => ({ kind: 'answer', status: 400, body: { scimType: 'invalidFilter' } }),
    });
    const result = await target.find('user', 'externalId', 'a', signal);
    assert.equal(isFailure(result) && result.class, 'unsupported');
  });
});

describe('listing a SCIM target', () => {
  const listed = async (target: ScimTarget, worth: number): Promise<number | undefined> => {
    const everybody = found(await target.inventory('user', worth, signal));
    return everybody === undefined ? undefined : new Set(everybody.map(({ id }) => id)).size;
  };

  it('costs one request when it is empty', async (context) => {
    const { server, target } = await begin(context);
    assert.equal(await listed(target, 1000), 0);
    assert.deepEqual(sent(server), ['GET /Users?startIndex=1&count=100']);
  });

  it('walks page by page from what came, and one further to see the end', async (context) => {
    const { server, target } = await begin(context, { pageLimit: 40 });
    await createUsers(target, 90);
    server.clearRequests();
    assert.equal(await listed(target, 4), 90);
    assert.deepEqual(
      sent(server),
      [1, 41, 81, 91].map((index) => `GET /Users?startIndex=${index}&count=100`),
    );
  });

  it('gives up after the first page when the rest is not worth it', async (context) => {
    const { server, target } = await begin(context, { pageLimit: 10 });
    await createUsers(target, 40);
    server.clearRequests();
    assert.equal(await listed(target, 4), undefined);
    assert.equal(server.requests.length, 1);
  });

  for (const [name, faults, expected] of [
    ['calls the size of a page the total', { totalIsPage: true, pageLimit: 10 }, 25],
    ['starts again behind the end', { paging: 'wraps', pageLimit: 10 }, 25],
    ['does both', { paging: 'wraps', totalIsPage: true, pageLimit: 10 }, 25],
    ['gives the first page whatever is asked for', { paging: 'ignored', pageLimit: 10 }, undefined],
    ['gives everything at once whatever is asked for', { paging: 'ignored', totalIsPage: true }, 25],
  ] satisfies readonly (readonly [string, Faults, number | undefined])[]) {
    it(`is not fooled by a server that ${name}`, async (context) => {
      const { target } = await begin(context, faults);
      await createUsers(target, 25);
      assert.equal(await listed(target, 50), expected);
    });
  }

  it('is no list that counts when someone disappears while it is read', async (context) => {
    const { server, target } = await begin(context, { pageLimit: 10 });
    const [first = ''] = await createUsers(target, 25);
    const other = createScimTarget(targetOptions(server.url, 'secret-token'));
    context.after(() => other.close());
    server.setFaults({
      pageLimit: 10,
      async after({ path }) {
        if (path.includes('startIndex=1&')) applied(await other.remove('user', first, signal));
      },
    });
    assert.equal(await listed(target, 50), undefined);
  });

  it('is left to look-ups when the server does not list', async (context) => {
    const { server, target } = await begin(context);
    for (const [status, body] of [
      [403, '{}'],
      [400, html],
      [200, html],
    ] as const) {
      server.setFaults({ before: () => ({ kind: 'answer', status, body }) });
      assert.equal(await listed(target, 50), undefined);
    }
    server.setFaults({ before: () => ({ kind: 'answer', status: 401 }) });
    const refused = await target.inventory('user', 50, signal);
    assert.equal(isFailure(refused) && refused.class, 'auth');
    server.setFaults({ before: () => ({ kind: 'answer', status: 501 }) });
    assert.equal(await listed(target, 50), undefined);
    server.clearRequests();
    assert.equal(await listed(target, 50), undefined); // it was told, and asks no more
    assert.deepEqual(sent(server), []);
  });
});

describe('discovering a SCIM target', () => {
  it('knows its attributes and what it cannot do', async (context) => {
    const { target } = await begin(context, { patch: 501 });
    const facts = found(await target.discover(signal));
    assert.deepEqual([facts.patch, facts.filter, facts.etag, facts.groups], [false, true, true, true]);
    for (const path of ['username', 'name.givenname', 'externalid', `${enterprise.toLowerCase()}:department`]) {
      assert.ok(facts.attributes?.user.has(path), path);
    }
    assert.ok(facts.attributes?.group?.has('members.value'));
    assert.equal(facts.attributes?.group?.has('username'), false);
  });

  it('takes the defaults of the RFC where there are no documents', async (context) => {
    const isDocument = ({ path }: { readonly path: string }): boolean =>
      /^\/(?:ServiceProviderConfig|Schemas|ResourceTypes)/.test(path);
    for (const [status, body] of [
      [404, html],
      [404, '{}'],
      [501, '{}'],
      [200, html],
    ] as const) {
      const { target } = await begin(context, { before: faultFor(isDocument, { kind: 'answer', status, body }) });
      assert.deepEqual(
        { ...found(await target.discover(signal)), details: [] },
        { patch: true, filter: true, etag: false, groups: true, attributes: undefined, details: [] },
      );
    }
  });

  it('finds nothing of SCIM where everything is answered alike', async (context) => {
    for (const [status, body, failure] of [
      [404, html, 'protocol'],
      // In JSON it is the target that says so: there are not even users below this URL.
      [404, '{}', 'unsupported'],
      [200, html, 'protocol'],
      [403, undefined, 'auth'],
    ] as const) {
      const { target } = await begin(context, {
        before: () => ({ kind: 'answer', status, ...(body === undefined ? {} : { body }) }),
      });
      const facts = await target.discover(signal);
      assert.equal(isFailure(facts) && facts.class, failure, `${status} ${String(body)}`);
    }
  });
});
