import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFailure } from '../../src/ports/scim-target.ts';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import { faultFor, type Fault, type ScimRequestRecord } from '../support/scim-server/faults.ts';
import { applied, failureClass, set, signal } from './scim-target.ts';
import { begin, createPerson, createTeam } from './scim-target-dialects-stage.ts';

const off = [set('active', false)];
const missing: Fault = { kind: 'answer', status: 404, body: { detail: 'no such route' } };
const unshown: Fault = { kind: 'garble', status: 204, body: '' };
const is =
  (...methods: readonly string[]) =>
  ({ method }: Pick<ScimRequestRecord, 'method'>): boolean =>
    methods.includes(method);

describe('access that a target has not ended', () => {
  it('is not taken for an account that is gone when a 404 cannot be looked into', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    const faults = [
      faultFor(is('PATCH'), missing),
      faultFor(is('GET'), { kind: 'answer', status: 401, body: { detail: 'not now' } }),
    ];
    stage.server.setFaults({
      before: (request) => faults.map((fault) => fault(request)).find((fault) => fault !== undefined),
    });
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
    stage.server.setFaults({ before: faultFor(is('PATCH', 'PUT'), unimpressed) });
    assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected');
    stage.server.setFaults({});
    applied(await stage.target.update('user', id, off, signal));
    stage.server.setFaults({ before: faultFor(is('PATCH'), unimpressed) });
    applied(await stage.target.update('user', id, off, signal)); // the answer was older than the account
  });

  for (const [what, answer] of Object.entries({
    '204': { kind: 'answer', status: 204 },
    '200 and nothing': { kind: 'answer', status: 200, body: '' },
    '200 with a status of its own': { kind: 'answer', status: 200, body: { status: 'ok' } },
  } satisfies Record<string, Fault>))
    it(`is ended by PUT where PATCH is answered (${what}) in every form and does nothing, and from then on at once`, async (context) => {
      const stage = await begin(context, {});
      const ids = [await createPerson(stage, 'p'), await createPerson(stage, 'q'), await createPerson(stage, 'r')];
      stage.server.setFaults({ before: faultFor(is('PATCH'), answer) });
      const methods: string[][] = [];
      for (const id of ids) {
        const before = stage.server.requests.length;
        applied(await stage.target.update('user', id, off, signal));
        methods.push(stage.server.requests.slice(before).map(({ method }) => method));
      }
      assert.deepEqual(
        stage.server.users().map((user) => user['active']),
        [false, false, false],
      );
      assert.ok((methods[0]?.length ?? 0) <= 10, String(methods[0]));
      assert.deepEqual(methods.slice(1), [
        ['GET', 'PUT', 'GET'],
        ['GET', 'PUT', 'GET'],
      ]);
    });

  it('is ended by PUT where a PATCH of active alone is answered and does nothing, at a target that is written by PUT', async (context) => {
    const stage = await begin(context, {}, { users: { update: 'put', activation: 'patch' } });
    const id = await createPerson(stage, 'p');
    stage.server.setFaults({ before: faultFor(is('PATCH'), { kind: 'answer', status: 204 }) });
    applied(await stage.target.update('user', id, off, signal));
    assert.equal(stage.server.users()[0]?.['active'], false);
  });

  it('is not taken for a deletion when DELETE is answered as if it were done, and the account is still there', async (context) => {
    for (const [status, body] of [[204], [200], [200, { status: 'ok' }]] as const) {
      const stage = await begin(context, {});
      const id = await createPerson(stage, 'p');
      stage.server.setFaults({
        before: faultFor(is('DELETE'), { kind: 'answer', status, ...(body === undefined ? {} : { body }) }),
      });
      assert.equal(failureClass(await stage.target.remove('user', id, signal)), 'rejected');
      assert.equal(failureClass(await stage.target.remove('user', id, signal)), 'rejected'); // not learned to be honest
      stage.server.setFaults({});
      applied(await stage.target.remove('user', id, signal));
    }
  });

  it('is looked for after the first deletions only, where they are what they say', async (context) => {
    const stage = await begin(context, {});
    const ids: string[] = [];
    for (let number = 0; number < 5; number += 1) ids.push(await createPerson(stage, `p${number}`));
    stage.sent();
    for (const id of ids) applied(await stage.target.remove('user', id, signal));
    assert.deepEqual(stage.sent(), [
      ...Array<string[]>(3).fill(['DELETE Users', 'GET Users']).flat(),
      'DELETE Users',
      'DELETE Users',
    ]);
  });

  it('is not taken for a deactivation when the answer says again what was sent, and not whom it is about', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    const echo = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], active: false };
    stage.server.setFaults({ before: faultFor(is('PATCH', 'PUT'), { kind: 'answer', status: 200, body: echo }) });
    assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected');
  });
});

describe('an end of access that is refused for how it is said', () => {
  const refusing =
    (taken: (body: string) => boolean) =>
    (request: ScimRequestRecord): Fault | undefined =>
      request.method === 'PATCH' && !taken(JSON.stringify(request.body))
        ? { kind: 'answer', status: 400, body: {} }
        : undefined;

  for (const [form, taken, learned] of [
    ['without a path', (body: string) => !body.includes('"path"'), 'patch.activePathless'],
    ['by PUT', () => false, undefined],
  ] as const)
    it(`is said ${form}`, async (context) => {
      const stage = await begin(context, {});
      const id = await createPerson(stage, 'p');
      stage.server.setFaults({ before: refusing(taken) });
      applied(await stage.target.update('user', id, off, signal));
      assert.deepEqual(
        stage.server.users().map(({ active }) => active),
        [false],
      );
      assert.deepEqual(
        stage.target.settings().flatMap(({ name, origin }) => (origin === 'learned' ? [name] : [])),
        learned === undefined ? [] : [learned],
      );
    });

  it('stays refused as it was first, and is tried in each form once', async (context) => {
    const stage = await begin(context, {});
    const ids = [await createPerson(stage, 'p'), await createPerson(stage, 'q')];
    stage.server.setFaults({
      before: faultFor(is('PATCH', 'PUT'), { kind: 'answer', status: 400, body: { detail: 'no' } }),
    });
    const counts: number[] = [];
    for (const id of ids) {
      stage.sent();
      assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected');
      counts.push(stage.sent().filter((request) => !request.startsWith('GET')).length);
    }
    assert.deepEqual(counts, [4, 1]);
  });
});

describe('access that comes back', () => {
  it('is not taken for given while the account is shown switched off, however often', async (context) => {
    for (const status of [200, 204]) {
      const stage = await begin(context, {});
      const id = await createPerson(stage, 'p');
      applied(await stage.target.update('user', id, off, signal));
      const [held = {}] = stage.server.users();
      stage.server.setFaults({
        before: faultFor(is('PATCH'), {
          kind: 'answer',
          status,
          ...(status === 200 ? { body: structuredClone(held) } : {}),
        }),
      });
      for (let time = 0; time < 3; time += 1)
        assert.equal(failureClass(await stage.target.update('user', id, [set('active', true)], signal)), 'rejected');
      stage.server.setFaults({});
      applied(await stage.target.update('user', id, [set('active', true)], signal));
    }
  });

  it('is not taken for given by what may be our own words said again, without an id', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    applied(await stage.target.update('user', id, off, signal));
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], active: true };
    stage.server.setFaults({ before: faultFor(is('PATCH'), { kind: 'answer', status: 200, body }) });
    assert.equal(failureClass(await stage.target.update('user', id, [set('active', true)], signal)), 'rejected');
  });
});

describe('members of a new group', () => {
  it('are not taken for joined by a target that shows an empty group', async (context) => {
    const stage = await begin(context, {}, { members: { ...rfc7644.members, onCreate: 'include' } });
    const id = await createPerson(stage, 'p');
    stage.server.setFaults({
      before: faultFor(is('POST'), {
        kind: 'answer',
        status: 201,
        body: { id: 'g1', displayName: 'Crew', members: [] },
      }),
    });
    const outcome = await stage.target.create('group', new Map([['displayName', 'Crew']]), signal, [
      { id, type: 'user' },
    ]);
    assert.ok(!isFailure(outcome) && outcome.kind === 'applied');
    assert.deepEqual(outcome.members, []);
  });
});

describe('members of a group', () => {
  it('are not taken for gone by a target whose PUT leaves in who is not named, although who was added that way came in', async (context) => {
    const stage = await begin(context, {}, { groups: { ...rfc7644.groups, update: 'put' } });
    const { group, ids } = await createTeam(stage, 2);
    const all = async (): Promise<readonly string[]> => Promise.resolve(ids);
    stage.server.setFaults({ before: faultFor(is('PUT'), unshown) });
    applied(
      await stage.target.changeMembers(
        group,
        { add: ids.map((id) => ({ id, type: 'user' as const })), remove: [], current: () => Promise.resolve([]) },
        signal,
      ),
    );
    stage.server.setFaults({ before: faultFor(is('PUT', 'PATCH'), { kind: 'answer', status: 204 }) });
    assert.equal(
      failureClass(await stage.target.changeMembers(group, { add: [], remove: ids.slice(0, 1), current: all }, signal)),
      'rejected',
    );
  });

  it('are shown to be lost by a target that puts who is added in the place of the others', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 2);
    const [first = '', second = ''] = ids;
    stage.server.setFaults({ before: faultFor(is('PATCH'), unshown) });
    applied(
      await stage.target.changeMembers(
        group,
        { add: [{ id: first, type: 'user' }], remove: [], current: () => Promise.resolve([]) },
        signal,
      ),
    );
    const held = {
      id: group,
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Crew',
      members: [{ value: second }],
    };
    const faults = [
      faultFor(is('PATCH'), { kind: 'answer', status: 204 }),
      faultFor(is('GET'), { kind: 'answer', status: 200, body: held }),
    ];
    stage.server.setFaults({
      before: (request) => faults.map((fault) => fault(request)).find((fault) => fault !== undefined),
    });
    const outcome = await stage.target.changeMembers(
      group,
      { add: [{ id: second, type: 'user' }], remove: [], current: () => Promise.resolve([first]) },
      signal,
    );
    assert.ok(outcome.kind === 'applied');
    assert.deepEqual(outcome.shown?.members, [second]);
  });
});

describe('members of an empty group', () => {
  it('are not taken for hidden when the answer is an error in a shape of its own, and the group stays empty', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 1);
    const empty = {
      id: group,
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Crew',
      members: [],
    };
    const faults = [
      faultFor(is('PATCH'), { kind: 'answer', status: 200, body: { status: 'error', message: 'no' } }),
      faultFor(is('GET'), { kind: 'answer', status: 200, body: empty }),
    ];
    stage.server.setFaults({
      before: (request) => faults.map((fault) => fault(request)).find((fault) => fault !== undefined),
    });
    const join = {
      add: ids.map((id) => ({ id, type: 'user' as const })),
      remove: [],
      current: () => Promise.resolve([]),
    };
    assert.equal(failureClass(await stage.target.changeMembers(group, join, signal)), 'rejected');
    assert.deepEqual(stage.learned(), {});
  });
});

describe('the outcome of an operation in a bulk request', () => {
  it('never says again the credentials that the target repeats', async (context) => {
    const stage = await begin(context, {}, { bulk: { ...rfc7644.bulk, use: true } });
    stage.server.setFaults({
      before: ({ headers }) => ({
        kind: 'answer',
        status: 200,
        body: {
          Operations: ['d1', 'd2'].map((bulkId) => ({
            method: 'POST',
            bulkId,
            status: '403',
            response: { detail: `not for ${String(headers['authorization'])}` },
          })),
        },
      }),
    });
    const outcomes = await Promise.all(
      ['a', 'b'].map((name) => stage.target.create('user', new Map([['userName', name]]), signal)),
    );
    for (const outcome of outcomes) {
      assert.ok(outcome.kind === 'failed');
      assert.match(outcome.failure.detail, /^not for (?:Bearer )?\*\*\*$/);
    }
  });
});
