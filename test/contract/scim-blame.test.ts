import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultFor, html } from '../support/scim-server/faults.ts';
import { applied, failureClass, members, set, signal } from './scim-target.ts';
import { begin, createPerson, createTeam, memberIds } from './scim-target-dialects-stage.ts';

describe('a removal that takes everybody out', () => {
  it('does not make the form of adding suspect that went along', async (context) => {
    const stage = await begin(context, { members: { removes: 'all' } });
    const { group, ids } = await createTeam(stage, 3);
    const [ada = '', bob = '', cid = ''] = ids;
    applied(await stage.target.changeMembers(group, members([ada, bob]), signal));
    const outcome = await stage.target.changeMembers(group, members([cid], [bob], [ada, bob]), signal);
    applied(outcome);
    assert.deepEqual(memberIds(stage), [cid]);
    assert.deepEqual(stage.learned(), {});
    // Who was lost is said, so that they are added again.
    assert.deepEqual(outcome.kind === 'applied' ? outcome.shown?.members : [], [cid]);
  });
});

describe('a 404 in JSON to every PATCH of a group that is there', () => {
  const nowhere = { status: 404, error: 'Not Found' };

  it('leads to PUT, which is learned', async (context) => {
    const stage = await begin(context, { groups: { patch: 405 }, http: { noRoute: 'json' } });
    const { group, ids } = await createTeam(stage, 2);
    applied(await stage.target.changeMembers(group, members(ids), signal));
    assert.deepEqual(memberIds(stage), [...ids].sort());
    assert.deepEqual(stage.learned(), { 'groups.update': 'put' });
    applied(await stage.target.update('group', group, [set('displayName', 'Staff')], signal));
  });

  it('is about a member who is not there', async (context) => {
    const stage = await begin(context, {});
    const { group } = await createTeam(stage, 1);
    stage.server.setFaults({
      before: faultFor(({ method }) => method === 'PATCH', { kind: 'answer', status: 404, body: nowhere }),
    });
    assert.equal(failureClass(await stage.target.changeMembers(group, members(['nobody']), signal)), 'rejected');
    assert.deepEqual(stage.learned(), {});
  });

  it('is a bad day where PATCH was taken before', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 2);
    const [ada = '', bob = ''] = ids;
    applied(await stage.target.changeMembers(group, members([ada]), signal));
    stage.server.setFaults({
      before: faultFor(({ method }) => method === 'PATCH', { kind: 'answer', status: 404, body: nowhere }),
    });
    assert.equal(failureClass(await stage.target.changeMembers(group, members([bob], [], [ada]), signal)), 'rejected');
    assert.deepEqual(stage.learned(), {});
  });
});

describe('a deletion that is answered, and not done', () => {
  const wasOff = { active: false, showsOthers: () => Promise.resolve(true) };
  for (const [name, status, body] of [
    ['with 204', 204, undefined],
    ['with 200 and an empty object', 200, {}],
    ['with an HTML 404', 404, html],
    ['with 404 in JSON', 404, { status: '404' }],
  ] as const) {
    it(`is no deletion of an account that was switched off before (${name})`, async (context) => {
      const stage = await begin(context, {});
      const id = await createPerson(stage, 'ada');
      applied(await stage.target.update('user', id, [set('active', false)], signal));
      stage.server.setFaults({
        before: faultFor(({ method }) => method === 'DELETE', {
          kind: 'answer',
          status,
          ...(body === undefined ? {} : { body }),
        }),
      });
      const outcome = await stage.target.remove('user', id, signal, wasOff);
      assert.notEqual(failureClass(outcome), 'applied');
      assert.notEqual(failureClass(outcome), 'gone');
    });
  }

  it('is one where DELETE was seen to switch off, or is known to', async (context) => {
    const stage = await begin(context, { users: { deletion: 'deactivates' } });
    const [ada, bob] = [await createPerson(stage, 'ada'), await createPerson(stage, 'bob')];
    applied(await stage.target.update('user', bob, [set('active', false)], signal));
    assert.equal(failureClass(await stage.target.remove('user', bob, signal, wasOff)), 'rejected');
    applied(await stage.target.remove('user', ada, signal, { ...wasOff, active: true }));
    applied(await stage.target.remove('user', bob, signal, wasOff));
    const told = await begin(context, { users: { deletion: 'deactivates' } });
    const id = await createPerson(told, 'ada');
    applied(await told.target.update('user', id, [set('active', false)], signal));
    assert.equal(failureClass(await told.target.remove('user', id, signal, wasOff)), 'rejected');
  });
});

describe('a part of an attribute', () => {
  it('that takes the place of the whole is noted once', async (context) => {
    const stage = await begin(context, {});
    const name = { givenName: 'Ada', familyName: 'King' };
    const attributes = new Map([
      ['externalId', 'ada'],
      ['userName', 'ada'],
      ['name.givenName', name.givenName],
      ['name.familyName', name.familyName],
    ]);
    const id = applied(await stage.target.create('user', attributes, signal));
    const paths = ['name.givenName', 'name.familyName'];
    applied(await stage.target.update('user', id, [set('name.familyName', 'Byron')], signal, { paths }));
    assert.equal(stage.target.partsReplace, false);
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    const body = { schemas, id, externalId: 'ada', userName: 'ada', name: { familyName: 'Love' } };
    stage.server.setFaults({
      before: faultFor(({ method }) => method === 'PATCH', { kind: 'answer', status: 200, body }),
    });
    const outcome = await stage.target.update('user', id, [set('name.familyName', 'Love')], signal, { paths });
    assert.deepEqual(outcome.kind === 'applied' ? outcome.shown?.lost : [], ['name.givenName']);
    assert.equal(stage.target.partsReplace, true);
  });
});
