import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { begin, group, memberIds, patch, user } from './stage.ts';

const bulk = (operations: readonly unknown[], rest: object = {}): unknown => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  Operations: operations,
  ...rest,
});
const makeUser = (userName: string): unknown => ({
  method: 'POST',
  path: '/Users',
  bulkId: userName,
  data: { schemas: [user], userName },
});
const crew = (...ids: string[]): unknown => ({
  method: 'POST',
  path: '/Groups',
  bulkId: 'crew',
  data: { schemas: [group], displayName: 'Crew', members: ids.map((id) => ({ value: `bulkId:${id}` })) },
});

function outcomes(body: Record<string, unknown>, key = 'Operations'): readonly Record<string, unknown>[] {
  assert.ok(Array.isArray(body[key]), JSON.stringify(body));
  return body[key] as Record<string, unknown>[];
}

describe('/Bulk of the SCIM server', () => {
  it('is absent unless said', async (context) => {
    const { ask } = await begin(context);
    assert.equal((await ask('POST', '/Bulk', bulk([makeUser('a')]))).status, 404);
  });

  it('carries out one after the other and tells of each', async (context) => {
    const { ask, server } = await begin(context, { bulk: { supported: true } });
    const { status, body } = await ask(
      'POST',
      '/Bulk',
      bulk([makeUser('a'), makeUser('a'), { method: 'DELETE', path: '/Users/nobody' }]),
    );
    assert.equal(status, 200);
    const [first, second, third] = outcomes(body);
    assert.deepEqual(
      [first?.['status'], first?.['bulkId'], first?.['location']],
      ['201', 'a', `${server.url}/Users/${String(server.users()[0]?.['id'])}`],
    );
    assert.deepEqual(
      [second?.['status'], second?.['location'], (second?.['response'] as Record<string, unknown>)['scimType']],
      ['409', undefined, 'uniqueness'],
    );
    assert.deepEqual([third?.['status'], third?.['bulkId']], ['404', undefined]);
  });

  it('puts ids in place of bulkIds, also of those that come later', async (context) => {
    const { ask, server } = await begin(context, { bulk: { supported: true } });
    const { body } = await ask(
      'POST',
      '/Bulk',
      bulk([
        crew('a', 'b'),
        makeUser('a'),
        makeUser('b'),
        { method: 'PATCH', path: '/Users/bulkId:a', data: patch({ op: 'add', path: 'title', value: 'x' }) },
      ]),
    );
    assert.deepEqual(
      outcomes(body).map(({ status }) => status),
      ['201', '201', '201', '200'],
    );
    assert.deepEqual(
      memberIds(server),
      server.users().map(({ id }) => id),
    );
    assert.equal(server.users()[0]?.['title'], 'x');
    const vain = await ask('POST', '/Bulk', bulk([crew('nobody')]));
    assert.deepEqual(
      outcomes(vain.body).map(({ status }) => status),
      ['409'],
    );
  });

  it('stops after so many errors', async (context) => {
    const { ask, server } = await begin(context, { bulk: { supported: true } });
    const { body } = await ask(
      'POST',
      '/Bulk',
      bulk([makeUser('a'), makeUser('a'), makeUser('b')], { failOnErrors: 1 }),
    );
    assert.deepEqual([outcomes(body).length, server.users().length], [2, 1]);
  });

  it('has limits', async (context) => {
    const { ask, server } = await begin(context, { bulk: { supported: true, maxOperations: 1, maxPayloadSize: 300 } });
    assert.equal((await ask('POST', '/Bulk', bulk([makeUser('a'), makeUser('b')]))).status, 413);
    assert.equal((await ask('POST', '/Bulk', bulk([makeUser('a'.repeat(300))]))).status, 413);
    assert.deepEqual((await ask('GET', '/ServiceProviderConfig')).body['bulk'], {
      supported: true,
      maxOperations: 1,
      maxPayloadSize: 300,
    });
    assert.equal(server.violations.length, 0);
  });

  it('refuses what the RFC does not know', async (context) => {
    const { ask, server } = await begin(context, { bulk: { supported: true } });
    const { bulkId, ...without } = makeUser('a') as Record<string, unknown>;
    assert.equal(bulkId, 'a');
    for (const body of [
      { Operations: [] },
      bulk([without]),
      bulk([{ ...without, bulkId: 'a', body: {} }]),
      bulk([], { surplus: 1 }),
    ]) {
      assert.equal((await ask('POST', '/Bulk', body)).status, 400);
    }
    assert.equal(server.violations.length, 4);
  });

  it('can answer in other shapes and in another order, or not at all', async (context) => {
    const { ask, server } = await begin(context, { bulk: { supported: true, status: 'object', order: 'reversed' } });
    const { body } = await ask('POST', '/Bulk', bulk([makeUser('a'), makeUser('b')]));
    assert.deepEqual(
      outcomes(body).map(({ bulkId, status }) => [bulkId, status]),
      [
        ['b', { code: '201' }],
        ['a', { code: '201' }],
      ],
    );
    server.setBehaviour({ bulk: { supported: true, answer: 'asynchronous', only: true } });
    assert.equal((await ask('POST', '/Bulk', bulk([makeUser('c')]))).status, 202);
    assert.equal((await ask('GET', '/Users')).status, 404);
    server.setBehaviour({
      bulk: {
        supported: true,
        operationsKey: 'operations',
        failOnErrorsRequired: true,
        methods: ['POST'],
        status: 'number',
      },
    });
    const webex = (rest: object): unknown => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      operations: [makeUser('d')],
      ...rest,
    });
    assert.equal((await ask('POST', '/Bulk', webex({}))).status, 400);
    assert.deepEqual(
      outcomes((await ask('POST', '/Bulk', webex({ failOnErrors: 5 }))).body, 'operations').map(({ status }) => status),
      [201],
    );
  });
});
