import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartialBehaviour } from '../../support/scim-server/index.ts';
import { begin, enterprise, group, patch, replace, rowsOf, search, user, type Stage } from './stage.ts';

const switchOff = (ask: Stage['ask'], id: string): Promise<{ readonly status: number }> =>
  ask('PATCH', `/Users/${id}`, patch(replace('active', false)));

describe('accounts, as the SCIM server is told to keep them', () => {
  it('can delete whoever is deactivated, by PATCH or by PUT', async (context) => {
    const { server, ask, makeUser } = await begin(context, { users: { deactivation: 'deletes' } });
    const [a, b] = [await makeUser('a'), await makeUser('b')];
    assert.equal((await switchOff(ask, a)).status, 200);
    assert.equal((await ask('GET', `/Users/${a}`)).status, 404);
    assert.equal((await ask('PUT', `/Users/${b}`, { schemas: [user], userName: 'b', active: false })).status, 200);
    assert.deepEqual(server.users(), []);
  });

  it('can deactivate whoever is deleted, or refuse to delete', async (context) => {
    const { server, ask, makeUser } = await begin(context, {
      users: { deletion: 'deactivates' },
      groups: { deletion: 'refused', create: true },
    });
    const [a, crew] = [
      await makeUser('a'),
      (await ask('POST', '/Groups', { schemas: [group], displayName: 'Crew' })).body['id'],
    ];
    assert.equal((await ask('DELETE', `/Users/${a}`)).status, 204);
    assert.equal((await ask('GET', `/Users/${a}`)).body['active'], false);
    assert.equal((await ask('DELETE', `/Groups/${String(crew)}`)).status, 405);
    server.setBehaviour({ users: { deletion: 'refused' } });
    assert.equal((await ask('DELETE', `/Users/${a}`)).status, 405);
  });

  it('can hide inactive accounts until they are created again, with their id', async (context) => {
    const { ask, makeUser } = await begin(context, { users: { deletion: 'deactivates', inactive: 'hidden' } });
    const a = await makeUser('alice');
    assert.equal((await ask('DELETE', `/Users/${a}`)).status, 204);
    for (const method of ['GET', 'DELETE']) assert.equal((await ask(method, `/Users/${a}`)).status, 404);
    assert.equal((await ask('PATCH', `/Users/${a}`, patch(replace('active', true)))).status, 404);
    assert.deepEqual(rowsOf(await ask('GET', `/Users?${search('userName eq "alice"')}`)), []);
    assert.equal(await makeUser('Alice'), a);
    assert.equal((await ask('GET', `/Users/${a}`)).body['active'], true);
    assert.equal((await ask('POST', '/Users', { schemas: [user], userName: 'alice' })).status, 409);
  });

  it('can refuse inactive accounts at creation, or make them active', async (context) => {
    const { server, ask } = await begin(context, { users: { createInactive: 'refused' } });
    const inactive = { schemas: [user], userName: 'a', active: false };
    assert.equal((await ask('POST', '/Users', inactive)).status, 400);
    server.setBehaviour({ users: { createInactive: 'ignored' } });
    assert.equal((await ask('POST', '/Users', inactive)).body['active'], true);
  });

  it('can give ids that are externalIds or numbers', async (context) => {
    const { server, ask, makeUser } = await begin(context, { users: { ids: 'externalId' } });
    assert.equal(await makeUser('a', { externalId: 'x 1' }), 'x 1');
    assert.equal((await ask('GET', '/Users/x%201')).status, 200);
    assert.equal((await ask('POST', '/Users', { schemas: [user], userName: 'b' })).status, 400);
    server.setBehaviour({ users: { ids: 'number' } });
    const { body } = await ask('POST', '/Users', { schemas: [user], userName: 'c' });
    assert.equal(typeof body['id'], 'number');
    assert.equal(
      (await ask('PUT', `/Users/${String(body['id'])}`, { schemas: [user], userName: 'd', id: body['id'] })).status,
      200,
    );
  });

  it('can tell names apart by case, or forget it', async (context) => {
    const { server, ask, makeUser } = await begin(context);
    await makeUser('alice');
    assert.equal((await ask('POST', '/Users', { schemas: [user], userName: 'ALICE' })).status, 409);
    const found = async (name: string): Promise<number> =>
      rowsOf(await ask('GET', `/Users?${search(`userName eq "${name}"`)}`)).length;
    assert.equal(await found('aLICE'), 1);
    server.setBehaviour({ users: { userNames: 'lowered' } });
    await makeUser('BOB');
    assert.equal(server.users()[1]?.['userName'], 'bob');
    const exact = await begin(context, { users: { userNames: 'exact' }, filter: { ignoresCase: false } });
    await exact.makeUser('alice');
    await exact.makeUser('ALICE');
    assert.equal(rowsOf(await exact.ask('GET', `/Users?${search('userName eq "Alice"')}`)).length, 0);
    assert.equal(rowsOf(await exact.ask('GET', `/Users?${search('userName eq "ALICE"')}`)).length, 1);
    exact.server.setBehaviour({ users: { userNames: 'exact' } });
    assert.equal(rowsOf(await exact.ask('GET', `/Users?${search('userName eq "Alice"')}`)).length, 2);
  });

  it('can do without PUT, merge it, ignore it, or keep active out of it', async (context) => {
    const put = async (behaviour: PartialBehaviour, body: object): Promise<unknown[]> => {
      const { server, ask, makeUser } = await begin(context);
      const id = await makeUser('alice', { title: 'Boss', name: { givenName: 'Al', familyName: 'Ice' } });
      server.setBehaviour(behaviour);
      const { status } = await ask('PUT', `/Users/${id}`, { schemas: [user], userName: 'alice', ...body });
      const [{ title, name, active } = {}] = server.users();
      return [status, title, name, active];
    };
    const names = { givenName: 'Al', familyName: 'Ice' };
    assert.deepEqual(await put({}, { name: { givenName: 'A' } }), [200, undefined, { givenName: 'A' }, true]);
    assert.deepEqual(await put({ users: { put: 'merge' } }, { name: { givenName: 'A' } }), [
      200,
      'Boss',
      { givenName: 'A', familyName: 'Ice' },
      true,
    ]);
    assert.deepEqual(await put({ users: { put: 'ignored' } }, { title: 'x' }), [200, 'Boss', names, true]);
    assert.deepEqual(await put({ users: { put: 405 } }, { title: 'x' }), [405, 'Boss', names, true]);
    assert.deepEqual(await put({ users: { putActive: false } }, { title: 'x', active: false }), [
      200,
      'x',
      undefined,
      true,
    ]);
    assert.deepEqual(await put({ users: { putNull: 'refused' } }, { title: null }), [400, 'Boss', names, true]);
    assert.deepEqual(await put({ users: { putNull: 'fails' } }, { name: { givenName: null } }), [
      500,
      'Boss',
      names,
      true,
    ]);
    assert.deepEqual(await put({ users: { putAnswer: 'empty' } }, { title: 'x' }), [204, 'x', undefined, true]);
  });

  it('can require attributes, one e-mail, a primary one, or one of certain types', async (context) => {
    const { server, ask } = await begin(context);
    let number = 0;
    const make = async (behaviour: PartialBehaviour, body: object): Promise<number> => {
      server.setBehaviour(behaviour);
      number += 1;
      return (await ask('POST', '/Users', { schemas: [user], userName: `u${number}`, ...body })).status;
    };
    assert.equal(await make({ users: { required: ['name.givenName'] } }, { name: { familyName: 'x' } }), 400);
    assert.equal(await make({ users: { required: ['name.givenName'] } }, { name: { givenName: 'x' } }), 201);
    assert.equal(
      await make(
        { users: { required: ['emails.type'] } },
        { emails: [{ value: 'a@x', type: 'work' }, { value: 'b@x' }] },
      ),
      400,
    );
    assert.equal(
      await make({ users: { required: ['emails.type'] } }, { emails: [{ value: 'a@x', type: 'work' }] }),
      201,
    );
    assert.equal(await make({ users: { refused: ['photos'] } }, { photos: [{ value: 'p' }] }), 400);
    assert.equal(await make({ values: { several: 'refused' } }, { emails: [{ value: 'a@x' }, { value: 'b@x' }] }), 400);
    assert.equal(await make({ values: { primaryRequired: true } }, { emails: [{ value: 'a@x' }] }), 400);
    assert.equal(await make({ values: { primaryRequired: true } }, { emails: [{ value: 'a@x', primary: true }] }), 201);
    assert.equal(await make({ values: { emailTypes: ['work'] } }, { emails: [{ value: 'a@x', type: 'office' }] }), 400);
    assert.equal(server.violations.length, 0);
  });

  it('can rewrite values and show them in other shapes', async (context) => {
    const { server, ask, makeUser } = await begin(context, {
      values: { several: 'first-kept', typesKept: false, phones: 'normalised' },
      users: { ignored: ['name'] },
    });
    const emails = [
      { value: 'a@x', type: 'home' },
      { value: 'b@x', type: 'work', primary: true },
    ];
    const id = await makeUser('alice', {
      name: { givenName: 'Al' },
      emails,
      phoneNumbers: [{ value: '+1 (555) 01-0', type: 'work' }],
    });
    const [{ emails: kept, phoneNumbers, name } = {}] = server.users();
    assert.deepEqual(
      [kept, phoneNumbers, name],
      [[{ value: 'b@x', primary: true }], [{ value: '+1555010' }], undefined],
    );
    server.setBehaviour({ values: { names: 'N/A', emailsShown: 'texts' } });
    const { body } = await ask('GET', `/Users/${id}`);
    assert.deepEqual([body['name'], body['emails']], [{ givenName: 'N/A', familyName: 'N/A' }, ['b@x']]);
    server.setBehaviour({ values: { names: 'flat' }, users: { hides: ['externalId'] } });
    const flat = await makeUser('bob', { externalId: 'x', name: { formatted: 'Bob' } });
    const { body: bob } = await ask('GET', `/Users/${flat}`);
    assert.deepEqual([bob['name.formatted'], bob['externalId']], ['Bob', undefined]);
  });

  it('can be without groups, without creating them, and particular about their names', async (context) => {
    const { server, ask, makeGroup } = await begin(context, { groups: { supported: false } });
    assert.equal((await ask('GET', '/Groups')).status, 404);
    const types = rowsOf(await ask('GET', '/ResourceTypes')).map(({ name }) => name);
    assert.deepEqual(types, ['User']);
    server.setBehaviour({ groups: { create: false } });
    assert.equal((await ask('POST', '/Groups', { schemas: [group], displayName: 'x' })).status, 405);
    server.setBehaviour({ groups: { refusedPrefix: 'CF' } });
    assert.equal((await ask('POST', '/Groups', { schemas: [group], displayName: 'CFO' })).status, 400);
    server.setBehaviour({ groups: { shownPrefix: 'PRIMARY/', shownExternalId: 'external_id', uniqueNames: false } });
    await makeGroup('Crew');
    const { body } = await ask('POST', '/Groups', { schemas: [group], displayName: 'Crew', externalId: 'x' });
    assert.deepEqual([body['displayName'], body['external_id'], body['externalId']], ['PRIMARY/Crew', 'x', undefined]);
  });

  it('takes the manager of a new account in the shapes that it knows', async (context) => {
    const { server, ask } = await begin(context);
    const make = (manager: unknown): Promise<{ readonly status: number }> =>
      ask('POST', '/Users', { schemas: [user, enterprise], userName: 'a', [enterprise]: { manager } });
    assert.equal((await make('m1')).status, 400);
    server.setBehaviour({ values: { manager: ['string'] } });
    assert.equal((await make({ value: 'm1' })).status, 400);
    assert.equal((await make('m1')).status, 201);
    assert.deepEqual(server.users()[0]?.[enterprise], { manager: { value: 'm1' } });
  });
});
