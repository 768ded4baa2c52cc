import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startScimServer } from '../../support/scim-server/index.ts';
import { begin, patch, replace, user } from './stage.ts';

describe('answers, as the SCIM server is told to give them', () => {
  it('can be empty', async (context) => {
    const { ask, server } = await begin(context, { users: { createAnswer: 'empty', patchAnswer: 'empty' } });
    const made = await ask('POST', '/Users', { schemas: [user], userName: 'a' });
    const [{ id } = {}] = server.users();
    assert.deepEqual(
      [made.status, made.text, made.headers.get('location')],
      [201, '', `${server.url}/Users/${String(id)}`],
    );
    const patched = await ask('PATCH', `/Users/${String(id)}`, patch(replace('title', 'x')));
    assert.deepEqual([patched.status, patched.text], [204, '']);
  });

  it('can be promises', async (context) => {
    const { ask, server } = await begin(context, { http: { writes: 'asynchronous' } });
    const made = await ask('POST', '/Users', { schemas: [user], userName: 'a' });
    assert.deepEqual([made.status, made.text], [202, '']);
    assert.match(made.headers.get('set-txn') ?? '', /^[\da-f-]{36}$/);
    assert.equal(server.users().length, 1);
    assert.equal((await ask('POST', '/Users', { schemas: [user], userName: 'a' })).status, 409);
  });

  it('can word errors in many ways', async (context) => {
    const { ask, server } = await begin(context);
    const taken = (): ReturnType<typeof ask> => ask('POST', '/Users', { schemas: [user], userName: 'a' });
    await taken();
    const scim = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      detail: 'there is a User with this userName',
    };
    assert.deepEqual((await taken()).body, { ...scim, status: '409', scimType: 'uniqueness' });
    server.setBehaviour({
      errors: { status: 'number', scimTypes: false, detail: 'list', extra: { exceptionRequestId: 'r' } },
    });
    assert.deepEqual((await taken()).body, { ...scim, status: 409, detail: [scim.detail], exceptionRequestId: 'r' });
    server.setBehaviour({ errors: { status: 'absent' } });
    assert.equal('status' in (await taken()).body, false);
    server.setBehaviour({ errors: { shape: 'zoom' } });
    assert.deepEqual((await taken()).body, { code: 409, message: scim.detail });
    server.setBehaviour({ errors: { shape: 'problem' } });
    assert.equal((await taken()).headers.get('content-type'), 'application/problem+json');
    server.setBehaviour({ errors: { shape: 'html' } });
    assert.match((await taken()).text, /^<!DOCTYPE html>/);
    server.setBehaviour({ errors: { shape: 'text' } });
    assert.equal((await taken()).text, scim.detail);
  });

  it('can refuse strangers in plain text', async (context) => {
    const server = await startScimServer({ token: 't', behaviour: { errors: { unauthorised: 'text' } } });
    context.after(() => server.stop());
    const response = await fetch(`${server.url}/Users`);
    assert.deepEqual([response.status, response.headers.get('content-type')], [401, 'text/plain; charset=utf-8']);
  });

  it('can be about versions, or not', async (context) => {
    const { ask, server, makeUser } = await begin(context);
    const id = await makeUser('a');
    const change = async (ifMatch?: string): Promise<number> =>
      (
        await ask(
          'PATCH',
          `/Users/${id}`,
          patch(replace('title', 'x')),
          ifMatch === undefined ? {} : { 'if-match': ifMatch },
        )
      ).status;
    const config = async (): Promise<unknown> => (await ask('GET', '/ServiceProviderConfig')).body['etag'];
    assert.deepEqual([await change('W/"9"'), await change(), await config()], [412, 200, { supported: true }]);
    server.setBehaviour({ http: { etags: 'required' } });
    assert.deepEqual([await change(), await change('W/"2"')], [412, 200]);
    server.setBehaviour({ http: { etags: 'shown' } });
    assert.deepEqual([await change('W/"9"'), await config()], [200, { supported: false }]);
    server.setBehaviour({ http: { etags: 'off' } });
    const { headers, body } = await ask('GET', `/Users/${id}`);
    assert.deepEqual([headers.get('etag'), (body['meta'] as Record<string, unknown>)['version']], [null, undefined]);
    server.setBehaviour({ http: { version: 'number' } });
    assert.equal(((await ask('GET', `/Users/${id}`)).body['meta'] as Record<string, unknown>)['version'], '4');
  });

  it('can want slashes, headers, media types and short bodies', async (context) => {
    const { ask, server } = await begin(context, { http: { trailingSlash: 'required' } });
    const body = { schemas: [user], userName: 'a' };
    assert.deepEqual(
      [(await ask('POST', '/Users', body)).status, (await ask('POST', '/Users/', body)).status],
      [404, 201],
    );
    server.setBehaviour({ http: { requiredHeaders: ['x-key'] } });
    assert.deepEqual(
      [(await ask('GET', '/Users')).status, (await ask('GET', '/Users', undefined, { 'x-key': '1' })).status],
      [403, 200],
    );
    server.setBehaviour({ http: { accepts: ['application/json'], mediaType: 'application/json' } });
    assert.equal((await ask('POST', '/Users', { ...body, userName: 'b' })).status, 415);
    const made = await ask('POST', '/Users', { ...body, userName: 'b' }, { 'content-type': 'application/json' });
    assert.deepEqual([made.status, made.headers.get('content-type')], [201, 'application/json; charset=utf-8']);
    server.setBehaviour({ http: { maxBodyBytes: 20 } });
    const large = await ask('POST', '/Users', { ...body, userName: 'c' });
    assert.deepEqual([large.status, large.text], [413, 'Request Entity Too Large']);
    assert.deepEqual(server.violations, []);
  });

  it('can be at another base, and slow', async (context) => {
    const { server, ask } = await begin(context, { http: { basePath: '/scim2', latencyMilliseconds: 30 } });
    assert.match(server.url, /\/scim2$/);
    const before = performance.now();
    assert.equal((await ask('GET', '/Users')).status, 200);
    assert.ok(performance.now() - before >= 25);
  });

  it('can be without discovery, spell it with an s, or say what is not so', async (context) => {
    const { ask, server } = await begin(context, {
      discovery: { serviceProviderConfig: 'absent', resourceTypes: false, schemas: false },
    });
    for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])
      assert.equal((await ask('GET', path)).status, 404);
    server.setBehaviour({
      discovery: { serviceProviderConfig: 'ServiceProviderConfigs', claims: { filter: false, patch: false } },
    });
    assert.equal((await ask('GET', '/ServiceProviderConfig')).status, 404);
    const { body } = await ask('GET', '/ServiceProviderConfigs');
    assert.deepEqual([body['patch'], body['filter']], [{ supported: false }, { supported: false, maxResults: 100 }]);
  });
});
