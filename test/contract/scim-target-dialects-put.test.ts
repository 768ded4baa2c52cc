import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartialDialect } from '../../src/core/dialect/layers.ts';
import { applied, clear, failureClass, members, set, signal } from './scim-target.ts';
import { begin, createPerson, createTeam, memberIds, type Stage } from './scim-target-dialects-stage.ts';

describe('a PUT', () => {
  const putOnly: PartialDialect = { users: { update: 'put' }, etag: 'auto' };

  it('is for the version that was read, and reads again when that is another one meanwhile', async (context) => {
    let interfered = 0;
    const stage: Stage = await begin(context, {}, putOnly, {
      async before({ method }) {
        if (method !== 'PUT' || interfered > 0) return undefined;
        interfered += 1;
        const id = String(stage.server.users()[0]?.['id']);
        const message = {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', path: 'title', value: 'Prof' }],
        };
        await fetch(`${stage.server.url}/Users/${id}`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/scim+json' },
          body: JSON.stringify(message),
        });
        return undefined;
      },
    });
    const id = await createPerson(stage, 'a');
    stage.sent();
    applied(await stage.target.update('user', id, [set('displayName', 'b')], signal));
    assert.deepEqual(stage.sent(), ['GET Users', 'PUT Users', 'PATCH Users', 'GET Users', 'PUT Users']);
    const { title, displayName } = stage.server.users()[0] ?? {};
    assert.deepEqual([title, displayName], ['Prof', 'b']);
  });

  it('that met its own change when it was repeated may have taken effect, whatever becomes of it then', async (context) => {
    const stage = await begin(context, {}, putOnly);
    const id = await createPerson(stage, 'a');
    let puts = 0;
    stage.server.setFaults({
      before({ method }) {
        if (method === 'PUT') puts += 1;
        if (method === 'PUT' && puts === 1) return { kind: 'garble', status: 500, body: '' };
        return method === 'GET' && puts > 0 ? { kind: 'answer', status: 412 } : undefined;
      },
    });
    const outcome = await stage.target.update('user', id, [set('displayName', 'b')], signal);
    assert.equal(outcome.kind === 'failed' && outcome.failure.inPart, true);
    assert.equal(stage.server.users()[0]?.['displayName'], 'b');
  });

  it('says no null again, in no element of a list either, and says the id', async (context) => {
    const stage = await begin(context, { users: { putNull: 'refused' } }, putOnly);
    const id = await createPerson(stage, 'a');
    const [held = {}] = stage.server.users();
    const shown = {
      ...held,
      nickName: null,
      name: { givenName: null },
      emails: [{ value: 'a@x', type: 'work', display: null }],
    };
    stage.server.setFaults({
      before: ({ method }) => (method === 'GET' ? { kind: 'answer', status: 200, body: shown } : undefined),
    });
    applied(await stage.target.update('user', id, [set('displayName', 'b')], signal));
    const sent = stage.server.requests.find(({ method }) => method === 'PUT')?.body;
    assert.doesNotMatch(JSON.stringify(sent), /null/);
    assert.equal(sent?.['id'], id);
  });

  it('goes without a version where the target refuses the very one that it shows, and that is learned', async (context) => {
    const stage = await begin(context, {}, putOnly, {
      before: ({ method, headers }) =>
        method === 'PUT' && headers['if-match'] !== undefined ? { kind: 'answer', status: 412 } : undefined,
    });
    const id = await createPerson(stage, 'a');
    applied(await stage.target.update('user', id, [set('displayName', 'b')], signal));
    assert.deepEqual(stage.learned(), { etag: 'off' });
  });

  it('gives up honestly when somebody else is always faster', async (context) => {
    let version = 0;
    const stage = await begin(context, {}, putOnly, {
      before({ method, path }) {
        if (method === 'PUT') return { kind: 'answer', status: 412 };
        if (method !== 'GET') return undefined;
        version += 1;
        return {
          kind: 'answer',
          status: 200,
          headers: { etag: `W/"${version}"` },
          body: { id: path.slice('/Users/'.length), userName: 'a', meta: { version: `W/"${version}"` } },
        };
      },
    });
    assert.equal(failureClass(await stage.target.update('user', 'x', [set('displayName', 'b')], signal)), 'transient');
    assert.deepEqual([stage.sent().length, stage.learned()], [6, {}]);
  });

  it('that is answered with 404 is about something else than what was read just now', async (context) => {
    const stage = await begin(context, {}, putOnly, {
      before: ({ method }) =>
        method === 'PUT' ? { kind: 'answer', status: 404, body: { detail: 'no such manager' } } : undefined,
    });
    const id = await createPerson(stage, 'a');
    assert.equal(failureClass(await stage.target.update('user', id, [set('displayName', 'b')], signal)), 'rejected');
    assert.equal(failureClass(await stage.target.update('user', 'nobody', [set('displayName', 'b')], signal)), 'gone');
  });

  it('says nothing that only the target may say, and no null', async (context) => {
    const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const shown = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
      id: 'x',
      userName: 'a',
      nickName: null,
      name: { givenName: 'A', honorificPrefix: null },
      groups: [{ value: 'g1' }],
      meta: { resourceType: 'User' },
      [enterprise]: { department: null, manager: { value: 'm', displayName: 'Boss' } },
    };
    const sent: unknown[] = [];
    const stage = await begin(context, {}, putOnly, {
      before({ method, path, body }) {
        if (!path.startsWith('/Users/x')) return undefined;
        if (method === 'PUT') sent.push(body);
        return { kind: 'answer', status: 200, body: method === 'PUT' ? { ...shown, displayName: 'b' } : shown };
      },
    });
    applied(await stage.target.update('user', 'x', [set('displayName', 'b')], signal));
    assert.deepEqual(sent, [
      {
        schemas: shown.schemas,
        id: 'x',
        userName: 'a',
        name: { givenName: 'A' },
        displayName: 'b',
        [enterprise]: { manager: { value: 'm' } },
      },
    ]);
  });

  it('that merges names what changes and what is required, and nothing else', async (context) => {
    const stage = await begin(
      context,
      { users: { put: 'merge' } },
      { users: { update: 'put-merge', required: ['userName', 'emails'] } },
    );
    const id = await createPerson(stage, 'a');
    applied(await stage.target.update('user', id, [set('displayName', 'b'), clear('title')], signal));
    const { schemas, ...put } = stage.server.requests.at(-1)?.body ?? {};
    assert.deepEqual(
      [Array.isArray(schemas), put],
      [true, { id, userName: 'a@x', emails: [{ type: 'work', value: 'a@x' }], displayName: 'b', title: null }],
    );
  });

  it('of a group keeps members that are not shown, also when only its name changes', async (context) => {
    const stage = await begin(context, { groups: { patch: 501 }, members: { shown: 'never' } });
    const { group, ids } = await createTeam(stage, 3);
    applied(await stage.target.changeMembers(group, members(ids), signal));
    applied(
      await stage.target.update('group', group, [set('displayName', 'Cabin')], signal, {
        members: () => Promise.resolve(ids),
      }),
    );
    assert.deepEqual(memberIds(stage), [...ids].sort());
  });
});

describe('a target that wants to be told which version is meant', () => {
  it('is told, with whatever is written', async (context) => {
    const stage = await begin(context, { http: { etags: 'required' } });
    const {
      group,
      ids: [id = ''],
    } = await createTeam(stage, 1);
    applied(await stage.target.update('user', id, [set('displayName', 'b')], signal));
    assert.deepEqual(stage.sent(), ['PATCH Users', 'GET Users', 'PATCH Users']);
    applied(await stage.target.changeMembers(group, members([id]), signal));
    applied(await stage.target.remove('user', id, signal));
    assert.deepEqual([stage.server.users(), stage.server.violations], [[], []]);
  });
});
