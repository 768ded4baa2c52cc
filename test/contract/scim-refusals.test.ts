import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MemberChange } from '../../src/ports/scim-target.ts';
import { html, type Fault, type ScimRequestRecord } from '../support/scim-server/faults.ts';
import type { Json } from '../support/scim-server/protocol.ts';
import { applied, failureClass, set, signal } from './scim-target.ts';
import { begin, createPerson, createTeam, memberIds, type Stage } from './scim-target-dialects-stage.ts';

const answer = (status: number, detail = 'no'): Fault => ({
  kind: 'answer',
  status,
  body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail },
});
const title = [set('title', 'Boss')];
const off = [set('active', false)];
const group = (name: string) =>
  new Map([
    ['displayName', name],
    ['externalId', name],
  ]);
const asked = ({ server }: Stage): string[] => {
  const lines = server.requests.map(({ method, path }) => `${method} ${path.split(/[?/]/)[1] ?? ''}`);
  server.clearRequests();
  return lines;
};
const joining = (ids: readonly string[], current: readonly string[] = []): MemberChange => ({
  add: ids.map((id) => ({ id, type: 'user' as const })),
  remove: [],
  current: () => Promise.resolve(current),
});

/** Whoever adds a member who is in already is refused so. */
function refuseAgain(stage: Stage, status: number): void {
  const added = (body: Json | undefined): unknown[] =>
    (Array.isArray(body?.['Operations']) ? body['Operations'] : [])
      .flatMap((one: { readonly value?: readonly { readonly value: unknown }[] }) => one.value ?? [])
      .map(({ value }: { readonly value: unknown }) => value);
  stage.server.setFaults({
    before: ({ method, body }) =>
      method === 'PATCH' && added(body).some((id) => memberIds(stage).includes(id)) ? answer(status) : undefined,
  });
}

describe('a change that is refused with 403', () => {
  it('is done where it is about who is in the group already, and costs one reading where it is not', async (context) => {
    const stage = await begin(context, {});
    const team = await createTeam(stage, 3);
    applied(await stage.target.changeMembers(team.group, joining(team.ids.slice(0, 1)), signal));
    refuseAgain(stage, 403);
    applied(await stage.target.changeMembers(team.group, joining(team.ids), signal));
    assert.deepEqual(memberIds(stage), [...team.ids].sort());
    stage.server.setFaults({ before: ({ method }) => (method === 'PATCH' ? answer(403) : undefined) });
    const other = applied(await stage.target.create('group', group('Cabin'), signal));
    asked(stage);
    assert.equal(failureClass(await stage.target.changeMembers(other, joining(team.ids), signal)), 'rejected');
    assert.deepEqual(asked(stage).filter((line) => line.startsWith('PATCH')).length, 1);
  });
});

describe('a refusal of a resource that is gone', () => {
  for (const status of [400, 403, 422]) {
    it(`is told from another by looking (${status})`, async (context) => {
      const stage = await begin(context, {});
      const [there, gone] = [await createPerson(stage, 'a'), await createPerson(stage, 'b')];
      applied(await stage.target.remove('user', gone, signal));
      stage.server.setFaults({
        before: ({ method }) =>
          method === 'PATCH' || method === 'DELETE' ? answer(status, 'Invalid request') : undefined,
      });
      assert.equal(failureClass(await stage.target.update('user', gone, title, signal)), 'gone');
      assert.equal(failureClass(await stage.target.update('user', there, title, signal)), 'rejected');
      assert.equal(failureClass(await stage.target.update('user', gone, off, signal)), 'gone');
      assert.equal(failureClass(await stage.target.remove('user', gone, signal)), 'gone');
    });
  }

  it('is not looked for each time where the refused ones were there', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'a');
    stage.server.setFaults({ before: ({ method }) => (method === 'PATCH' ? answer(422) : undefined) });
    asked(stage);
    for (let times = 0; times < 20; times += 1)
      assert.equal(failureClass(await stage.target.update('user', id, title, signal)), 'rejected');
    assert.equal(asked(stage).filter((line) => line === 'GET Users').length, 3);
    assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected');
    assert.deepEqual(asked(stage), ['PATCH Users', 'GET Users']); // an end of access is looked into each time
  });
});

describe('a change that has to name a version, and there is none', () => {
  it('goes for any version', async (context) => {
    const stage = await begin(context, { http: { etags: 'off' } });
    const id = await createPerson(stage, 'a');
    stage.server.setFaults({
      before: ({ method, headers }) =>
        method === 'PATCH' && headers['if-match'] === undefined ? answer(428) : undefined,
    });
    applied(await stage.target.update('user', id, title, signal));
    assert.equal(stage.learned()['etag'], 'required');
    assert.equal(stage.server.requests.at(-1)?.headers['if-match'], '*');
  });
});

describe('a body whose media type is refused with 400', () => {
  const only =
    (type: string, status: number, detail: string) =>
    ({ method, headers }: ScimRequestRecord): Fault | undefined =>
      method !== 'GET' && headers['content-type'] !== undefined && headers['content-type'] !== type
        ? answer(status, detail)
        : undefined;

  it('goes as the other one, whether the refusal says so or what is missing', async (context) => {
    for (const detail of ['Content-Type must be application/json', 'userName is required']) {
      const stage = await begin(context, {});
      stage.server.setFaults({ before: only('application/json', 400, detail) });
      await createPerson(stage, 'a');
      assert.equal(stage.learned()['mediaType'], 'application/json');
      await createPerson(stage, 'b');
      const looked = detail.startsWith('Content-Type') ? [] : ['GET Users'];
      assert.deepEqual(asked(stage), ['POST Users', ...looked, 'POST Users', 'POST Users']);
    }
  });

  it('makes no second account where the first request was carried out and refused', async (context) => {
    const stage = await begin(context, { users: { makes: 'new' } });
    let made = 0;
    stage.server.setFaults({
      before: ({ method }) =>
        method === 'POST' && (made += 1) === 1
          ? {
              kind: 'garble',
              status: 400,
              headers: { 'content-type': 'application/scim+json' },
              body: JSON.stringify({ status: '400', detail: 'something went wrong' }),
            }
          : undefined,
    });
    const one = new Map([
      ['externalId', 'a'],
      ['userName', 'a'],
    ]);
    assert.notEqual(failureClass(await stage.target.create('user', one, signal)), 'applied');
    assert.equal(stage.server.users().length, 1);
    assert.deepEqual(asked(stage), ['POST Users', 'GET Users']);
  });

  it('is not tried for any other refusal once something was taken, and only once before', async (context) => {
    const stage = await begin(context, {});
    stage.server.setFaults({ before: ({ method }) => (method === 'POST' ? answer(400) : undefined) });
    for (const name of ['a', 'b', 'c'])
      assert.equal(failureClass(await stage.target.create('user', new Map([['userName', name]]), signal)), 'rejected');
    assert.equal(asked(stage).filter((line) => line.startsWith('POST')).length, 4);
    const other = await begin(context, {});
    const id = await createPerson(other, 'a');
    other.server.setFaults({ before: ({ method }) => (method === 'PATCH' ? answer(400, 'invalid') : undefined) });
    asked(other);
    assert.equal(failureClass(await other.target.update('user', id, title, signal)), 'rejected');
    assert.equal(asked(other).filter((line) => line.startsWith('PATCH')).length, 1);
    assert.deepEqual(other.learned(), {});
  });
});

describe('groups that a target names among its types, and does not take', () => {
  it('are found out once where there is no such endpoint, be it said by a page', async (context) => {
    for (const body of [html, { detail: 'no route' }]) {
      const stage = await begin(context, {});
      stage.server.setFaults({
        before: ({ path }) => (path.startsWith('/Groups') ? { kind: 'answer', status: 404, body } : undefined),
      });
      assert.equal(failureClass(await stage.target.create('group', group('one'), signal)), 'unsupported');
      assert.equal(stage.target.takes('group'), 'none');
      asked(stage);
      await stage.target.create('group', group('two'), signal);
      assert.deepEqual(asked(stage), []);
    }
  });

  it('are found out by two searches, where these are answered with a page', async (context) => {
    const stage = await begin(context, {});
    stage.server.setFaults({
      before: ({ path }) => (path.startsWith('/Groups') ? { kind: 'answer', status: 404, body: html } : undefined),
    });
    await stage.target.find('group', 'displayName', 'one', signal);
    assert.equal(stage.target.takes('group'), 'all');
    await stage.target.find('group', 'displayName', 'two', signal);
    assert.equal(stage.target.takes('group'), 'none');
  });

  it('are not made any more after three were forbidden, and found all the same', async (context) => {
    const stage = await begin(context, {});
    stage.server.setFaults({ before: ({ method }) => (method === 'POST' ? answer(403) : undefined) });
    const outcomes: string[] = [];
    for (const name of ['one', 'two', 'three'])
      outcomes.push(failureClass(await stage.target.create('group', group(name), signal)));
    assert.deepEqual(outcomes, ['rejected', 'rejected', 'unsupported']);
    assert.equal(stage.target.takes('group'), 'existing');
  });

  it('are not given up for one page where groups were made', async (context) => {
    const stage = await begin(context, {});
    applied(await stage.target.create('group', group('one'), signal));
    stage.server.setFaults({
      before: ({ path }) => (path.startsWith('/Groups') ? { kind: 'answer', status: 404, body: html } : undefined),
    });
    await stage.target.create('group', group('two'), signal);
    assert.equal(stage.target.takes('group'), 'all');
  });
});

describe('a login that is taken', () => {
  for (const [update, status] of [
    ['patch', 400],
    ['patch', 409],
    ['patch', 422],
    ['put', 400],
    ['put', 422],
  ] as const) {
    it(`is a conflict where it is changed by ${update} and refused with ${status}`, async (context) => {
      const stage = await begin(
        context,
        {},
        update === 'put'
          ? {
              users: {
                update: 'put',
                create: true,
                required: ['userName'],
                drop: [],
                immutable: [],
                activation: 'update',
                deactivation: 'reversible',
                deletion: 'deletes',
                createInactive: true,
                reactivation: 'update',
              },
            }
          : {},
      );
      const id = await createPerson(stage, 'a');
      stage.server.setFaults({
        before: ({ method }) =>
          method === update.toUpperCase() ? answer(status, 'Username has already been taken') : undefined,
      });
      asked(stage);
      assert.equal(failureClass(await stage.target.update('user', id, [set('userName', 'b@x')], signal)), 'conflict');
      assert.equal(asked(stage).filter((line) => line.startsWith(update.toUpperCase())).length, 1);
      assert.deepEqual(stage.learned(), {});
    });
  }
});

describe('a group of which only has to be seen that it is there', () => {
  it('is read without its members, and with them where the target refuses to leave them out, which is noted', async (context) => {
    const stage = await begin(context, {});
    const team = await createTeam(stage, 1);
    const paths = (): string[] => {
      const all = stage.server.requests.map(({ path }) => path.replace(team.group, 'g'));
      stage.server.clearRequests();
      return all;
    };
    paths();
    await stage.target.read('group', team.group, signal, 'members');
    await stage.target.read('group', team.group, signal);
    assert.deepEqual(paths(), ['/Groups/g?excludedAttributes=members', '/Groups/g']);
    stage.server.setFaults({ before: ({ path }) => (path.includes('excludedAttributes') ? answer(400) : undefined) });
    for (let times = 0; times < 2; times += 1)
      assert.ok(!('class' in (await stage.target.read('group', team.group, signal, 'members'))));
    assert.deepEqual(paths(), ['/Groups/g?excludedAttributes=members', '/Groups/g', '/Groups/g']);
  });
});
