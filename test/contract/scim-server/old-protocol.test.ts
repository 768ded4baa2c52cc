import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { begin, enterprise, memberIds, patch, replace, rowsOf, search } from './stage.ts';

const core = 'urn:scim:schemas:core:1.0';
const oldEnterprise = 'urn:scim:schemas:extension:enterprise:1.0';
const emails = [
  { type: 'work', value: 'a@x' },
  { type: 'home', value: 'h@x' },
];

describe('the SCIM server in SCIM 1.1', () => {
  it('takes and shows resources in the schemas of 1.1', async (context) => {
    const { server, ask } = await begin(context, { protocol: '1.1' });
    const made = await ask('POST', '/Users', {
      schemas: [core, oldEnterprise],
      userName: 'a',
      [oldEnterprise]: { department: 'Sales', manager: { managerId: 'm1' } },
    });
    assert.equal(made.status, 201);
    assert.deepEqual(
      [made.body['schemas'], made.body[oldEnterprise]],
      [[core, oldEnterprise], { department: 'Sales', manager: { managerId: 'm1' } }],
    );
    assert.deepEqual(server.users()[0]?.[enterprise], { department: 'Sales', manager: { value: 'm1' } });
    const list = await ask('GET', `/Users?${search(`${oldEnterprise}:department eq "Sales"`)}`);
    assert.deepEqual([list.body['schemas'], rowsOf(list).length], [[core], 1]);
    const put = await ask('PUT', `/Users/${String(made.body['id'])}`, { schemas: [core], userName: 'b' });
    assert.deepEqual([put.status, put.body['userName'], put.body[oldEnterprise]], [200, 'b', undefined]);
  });

  it('words errors as Errors and refuses what is of 2.0', async (context) => {
    const { ask, server } = await begin(context, { protocol: '1.1' });
    assert.deepEqual((await ask('GET', '/Users/nobody')).body, {
      Errors: [{ description: 'no User nobody', code: '404' }],
    });
    assert.equal(
      (await ask('POST', '/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'a' })).status,
      400,
    );
    const id = String((await ask('POST', '/Users', { schemas: [core], userName: 'a' })).body['id']);
    assert.equal((await ask('PATCH', `/Users/${id}`, patch(replace('title', 'x')))).status, 400);
    assert.equal(server.violations.length, 2);
  });

  it('patches with some of a resource: meta.attributes clears, delete takes out, the rest joins', async (context) => {
    const { server, ask } = await begin(context, { protocol: '1.1' });
    const id = String(
      (await ask('POST', '/Users', { schemas: [core], userName: 'a', title: 'Boss', emails })).body['id'],
    );
    const change = async (body: object): Promise<Record<string, unknown>> => {
      assert.equal((await ask('PATCH', `/Users/${id}`, { schemas: [core], ...body })).status, 200);
      return server.users()[0] ?? {};
    };
    assert.equal((await change({ active: false }))['active'], false);
    assert.equal((await change({ meta: { attributes: ['title'] } }))['title'], undefined);
    assert.deepEqual(
      (
        await change({
          emails: [
            { value: 'h@x', operation: 'delete' },
            { value: 'n@x', type: 'other' },
          ],
        })
      )['emails'],
      [emails[0], { value: 'n@x', type: 'other' }],
    );
    assert.deepEqual((await change({ emails: [{ value: 'a@x', primary: true }] }))['emails'], [
      { ...emails[0], primary: true },
      { value: 'n@x', type: 'other' },
    ]);
    assert.deepEqual((await change({ meta: { attributes: ['emails'] }, emails: [{ value: 'z@x' }] }))['emails'], [
      { value: 'z@x' },
    ]);
    assert.deepEqual((await change({ [oldEnterprise]: { manager: { managerId: 'm1' } } }))[enterprise], {
      manager: { value: 'm1' },
    });
    assert.equal((await change({ meta: { attributes: [`${oldEnterprise}.manager`] } }))[enterprise], undefined);
    assert.deepEqual([server.violations, server.refusals], [[], []]);
  });

  it('patches members', async (context) => {
    const { server, ask } = await begin(context, { protocol: '1.1' });
    const ids: string[] = [];
    for (const userName of ['a', 'b'])
      ids.push(String((await ask('POST', '/Users', { schemas: [core], userName })).body['id']));
    const [a = '', b = ''] = ids;
    const id = String(
      (await ask('POST', '/Groups', { schemas: [core], displayName: 'Crew', members: [{ value: a }] })).body['id'],
    );
    const body = { schemas: [core], members: [{ value: a, operation: 'delete' }, { value: b }] };
    assert.equal((await ask('PATCH', `/Groups/${id}`, body)).status, 200);
    assert.deepEqual(memberIds(server), [b]);
  });
});
