import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startScimServer, type ScimServer, type ScimServerOptions } from '../support/scim-server/server.ts';

const user = 'urn:ietf:params:scim:schemas:core:2.0:User';
const group = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface Said {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function begin(
  context: TestContext,
  options: ScimServerOptions = {},
): Promise<{
  readonly server: ScimServer;
  readonly ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Said>;
}> {
  const server = await startScimServer(options);
  context.after(() => server.stop());
  return {
    server,
    async ask(method, path, body, headers = {}) {
      const init =
        body === undefined
          ? { method, headers }
          : { method, headers: { 'content-type': 'application/scim+json', ...headers }, body: JSON.stringify(body) };
      const response = await fetch(server.url + path, init);
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
    },
  };
}

const alice = {
  schemas: [user],
  userName: 'alice',
  emails: [
    { type: 'work', value: 'a@x' },
    { type: 'home', value: 'a@y' },
  ],
};
const patch = (...operations: unknown[]): unknown => ({ schemas: [patchOp], Operations: operations });

describe('the SCIM server of the tests', () => {
  it('refuses what breaks the protocol, says why, and notes it', async (context) => {
    const { server, ask } = await begin(context);
    const id = String((await ask('POST', '/Users', alice)).body['id']);
    const cases: readonly (readonly [string, string, unknown, string])[] = [
      ['POST', '/Users', { userName: 'b' }, 'invalidSyntax'],
      ['POST', '/Users', { schemas: [user], userName: 'b', [enterprise]: { department: 'x' } }, 'invalidSyntax'],
      ['POST', '/Users', { schemas: [user] }, 'invalidValue'],
      ['POST', '/Users', { schemas: [user], userName: 'b', id: '1' }, 'mutability'],
      ['POST', '/Users', { schemas: [user], userName: 'b', nonsense: 1 }, 'invalidSyntax'],
      ['POST', '/Users', { schemas: [user], userName: 'b', active: 'True' }, 'invalidValue'],
      [
        'POST',
        '/Users',
        {
          schemas: [user],
          userName: 'b',
          emails: [
            { value: '1', primary: true },
            { value: '2', primary: true },
          ],
        },
        'invalidValue',
      ],
      ['PATCH', `/Users/${id}`, { Operations: [{ op: 'add', path: 'title', value: 'x' }] }, 'invalidSyntax'],
      ['PATCH', `/Users/${id}`, patch(), 'invalidSyntax'],
      ['PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'title', value: 'x' }), 'invalidSyntax'],
      ['PATCH', `/Users/${id}`, patch({ op: 'move', path: 'title', value: 'x' }), 'invalidSyntax'],
      ['PATCH', `/Users/${id}`, patch({ op: 'add', path: 'title', value: null }), 'invalidValue'],
      ['PATCH', `/Users/${id}`, patch({ op: 'add', path: '/title', value: 'x' }), 'invalidPath'],
      ['PATCH', `/Users/${id}`, patch({ op: 'add', path: 'emails[0].value', value: 'x' }), 'invalidFilter'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'emails.value', value: 'x' }), 'invalidPath'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'id', value: 'x' }), 'mutability'],
      ['PATCH', `/Users/${id}`, patch({ op: 'remove' }), 'noTarget'],
      ['PATCH', `/Users/${id}`, patch({ op: 'remove', path: 'emails', value: [] }), 'invalidSyntax'],
      ['GET', '/Users?filter=userName%20eq%20alice', undefined, 'invalidFilter'],
      ['GET', '/Users?filter=nonsense%20eq%20%22x%22', undefined, 'invalidFilter'],
    ];
    for (const [method, path, body, scimType] of cases) {
      const before = server.violations.length;
      const answer = await ask(method, path, body);
      assert.deepEqual(
        [answer.status, answer.body['scimType']],
        [400, scimType],
        `${method} ${path} ${JSON.stringify(body)}`,
      );
      assert.equal(server.violations.length, before + 1);
    }
    assert.equal((await ask('POST', '/Users', alice, { 'content-type': 'text/plain' })).status, 400);
    assert.equal(server.users().length, 1);
  });

  it('answers what a correct client may meet, and does not blame it', async (context) => {
    const { server, ask } = await begin(context);
    const id = String((await ask('POST', '/Users', alice)).body['id']);
    assert.deepEqual((await ask('POST', '/Users', { ...alice, userName: 'ALICE' })).body['scimType'], 'uniqueness');
    const miss = await ask(
      'PATCH',
      `/Users/${id}`,
      patch({ op: 'replace', path: 'emails[type eq "other"].value', value: 'x' }),
    );
    assert.deepEqual([miss.status, miss.body['scimType']], [400, 'noTarget']);
    assert.equal((await ask('GET', '/Users/nobody')).status, 404);
    assert.equal((await ask('DELETE', '/Users')).status, 405);
    assert.equal(
      (await ask('PATCH', `/Users/${id}`, patch({ op: 'add', path: 'title', value: 'x' }), { 'if-match': 'W/"7"' }))
        .status,
      412,
    );
    assert.deepEqual(server.violations, []);
  });

  it('applies a PATCH wholly or not at all', async (context) => {
    const { server, ask } = await begin(context);
    const id = String((await ask('POST', '/Users', alice)).body['id']);
    const half = patch({ op: 'add', path: 'title', value: 'x' }, { op: 'remove', path: 'emails[type eq "other"]' });
    assert.equal((await ask('PATCH', `/Users/${id}`, half)).status, 400);
    assert.equal(server.users()[0]?.['title'], undefined);
    const whole = patch(
      { op: 'add', value: { title: 'x', [`${enterprise}:department`]: 'Sales' } },
      { op: 'remove', path: 'emails[type eq "work" and value eq "a@x"]' },
    );
    assert.equal((await ask('PATCH', `/Users/${id}`, whole)).status, 200);
    const { title, emails, schemas, [enterprise]: extension } = server.users()[0] ?? {};
    assert.deepEqual(
      { title, emails, schemas, extension },
      {
        title: 'x',
        emails: [{ type: 'home', value: 'a@y' }],
        schemas: [user, enterprise],
        extension: { department: 'Sales' },
      },
    );
  });

  it('takes a deleted user out of every group', async (context) => {
    const { server, ask } = await begin(context);
    const id = String((await ask('POST', '/Users', alice)).body['id']);
    assert.equal(
      (await ask('POST', '/Groups', { schemas: [group], displayName: 'Crew', members: [{ value: id }] })).status,
      201,
    );
    assert.equal((await ask('DELETE', `/Users/${id}`)).status, 204);
    assert.equal(server.groups()[0]?.['members'], undefined);
  });

  it('lets nobody in without its token, and records who tried', async (context) => {
    const { server, ask } = await begin(context, { token: 't0ken' });
    assert.equal((await ask('GET', '/Users')).status, 401);
    assert.equal((await ask('GET', '/Users', undefined, { authorization: 'Bearer t0ken' })).status, 200);
    assert.deepEqual(
      server.requests.map(({ number, method, path, status }) => ({ number, method, path, status })),
      [
        { number: 1, method: 'GET', path: '/Users', status: 401 },
        { number: 2, method: 'GET', path: '/Users', status: 200 },
      ],
    );
    server.clearRequests();
    assert.deepEqual(server.requests, []);
  });
});
