import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFailure } from '../../src/ports/scim-target.ts';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import { faultFor, type Fault, type ScimRequestRecord } from '../support/scim-server/faults.ts';
import { applied, failureClass, set, signal } from './scim-target.ts';
import { begin, createPerson } from './scim-target-dialects-stage.ts';

const off = [set('active', false)];
const missing: Fault = { kind: 'answer', status: 404, body: { detail: 'no such route' } };
const is = (...methods: readonly string[]) => ({ method }: Pick<ScimRequestRecord, 'method'>): boolean => methods.includes(method);

describe('access that a target has not ended', () => {
  it('is not taken for an account that is gone when a 404 cannot be looked into', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    const faults = [faultFor(is('PATCH'), missing), faultFor(is('GET'), { kind: 'answer', status: 401, body: { detail: 'not now' } })];
    stage.server.setFaults({ before: (request) => faults.map((fault) => fault(request)).find((fault) => fault !== undefined) });
    assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'auth');
  });

  it('is not taken for an account that is gone where it is switched by PATCH although attributes go by PUT', async (context) => {
    const stage = await begin(context, {}, { users: { ...rfc7644.users, update: 'put', activation: 'patch' } });
    const id = await createPerson(stage, 'p');
    stage.server.setFaults({ before: faultFor(is('PATCH'), missing) });
    assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'unsupported');
  });

  it('is not taken for a removal when DELETE is answered with 404 and the account is still there', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    stage.server.setFaults({ before: faultFor(is('DELETE'), missing) });
    assert.equal(failureClass(await stage.target.remove('user', id, signal)), 'rejected');
    applied(await stage.target.update('user', id, off, signal));
    applied(await stage.target.remove('user', id, signal)); // Slack's and Atlassian's are only switched off
  });

  it('is not taken for a deactivation when the answer shows the account active, and so does the account', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    const [held = {}] = stage.server.users();
    const unimpressed: Fault = { kind: 'answer', status: 200, body: structuredClone(held) };
    stage.server.setFaults({ before: faultFor(is('PATCH'), unimpressed) });
    assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected');
    stage.server.setFaults({});
    applied(await stage.target.update('user', id, off, signal));
    stage.server.setFaults({ before: faultFor(is('PATCH'), unimpressed) });
    applied(await stage.target.update('user', id, off, signal)); // the answer was older than the account
  });
});

describe('members of a new group', () => {
  it('are not taken for joined by a target that shows an empty group', async (context) => {
    const stage = await begin(context, {}, { members: { ...rfc7644.members, onCreate: 'include' } });
    const id = await createPerson(stage, 'p');
    stage.server.setFaults({ before: faultFor(is('POST'), { kind: 'answer', status: 201, body: { id: 'g1', displayName: 'Crew', members: [] } }) });
    const outcome = await stage.target.create('group', new Map([['displayName', 'Crew']]), signal, [{ id, type: 'user' }]);
    assert.ok(!isFailure(outcome) && outcome.kind === 'applied');
    assert.deepEqual(outcome.members, []);
  });
});

describe('the outcome of an operation in a bulk request', () => {
  it('never says again the credentials that the target repeats', async (context) => {
    const stage = await begin(context, {}, { bulk: { ...rfc7644.bulk, use: true } });
    stage.server.setFaults({
      before: ({ headers }) => ({
        kind: 'answer',
        status: 200,
        body: { Operations: ['d1', 'd2'].map((bulkId) => ({ method: 'POST', bulkId, status: '403', response: { detail: `not for ${String(headers['authorization'])}` } })) },
      }),
    });
    const outcomes = await Promise.all(['a', 'b'].map((name) => stage.target.create('user', new Map([['userName', name]]), signal)));
    for (const outcome of outcomes) {
      assert.ok(outcome.kind === 'failed');
      assert.match(outcome.failure.detail, /^not for (?:Bearer )?\*\*\*$/);
    }
  });
});
