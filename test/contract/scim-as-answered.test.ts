import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import { html, type Fault, type ScimRequestRecord } from '../support/scim-server/faults.ts';
import type { Json } from '../support/scim-server/protocol.ts';
import { applied, failureClass, members, set, signal } from './scim-target.ts';
import { begin, createPerson, createTeam, home, memberIds, work, type Stage } from './scim-target-dialects-stage.ts';

const off = [set('active', false)];
const putGroups = { groups: { ...rfc7644.groups, update: 'put' } } as const;

/** Answers a PATCH or PUT like this and does nothing, or does what was asked for. */
function answering(
  status: number,
  body: Json | undefined,
  isDone: boolean,
): (request: ScimRequestRecord) => Fault | undefined {
  return ({ method }) => {
    if (method !== 'PATCH' && method !== 'PUT') return undefined;
    if (!isDone) return { kind: 'answer', status, ...(body === undefined ? {} : { body }) };
    return {
      kind: 'garble',
      status,
      headers: { 'content-type': 'application/scim+json' },
      body: body === undefined ? '' : JSON.stringify(body),
    };
  };
}

describe('a deactivation', () => {
  const answers: readonly (readonly [string, number, Json | undefined])[] = [
    ['an error in a shape of its own', 200, { status: 'error', reason: 'seat is locked' }],
    ['an empty object', 200, {}],
    ['a word', 200, { status: 'ok' }],
    [
      'an empty list',
      200,
      { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: 0, Resources: [] },
    ],
    ['somebody else', 200, { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: 'another', active: false }],
    ['nothing', 200, undefined],
    ['204', 204, undefined],
  ];
  for (const [name, status, body] of answers) {
    it(`that is answered with ${name} is believed as far as the account shows it`, async (context) => {
      const stage = await begin(context, {});
      const id = await createPerson(stage, 'p');
      stage.server.setFaults({ before: answering(status, body, false) });
      assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected');
      stage.server.setFaults({ before: answering(status, body, true) });
      applied(await stage.target.update('user', id, off, signal));
    });
  }

  it('that is answered with 204 is looked into three times, and then now and then', async (context) => {
    const stage = await begin(context, { users: { patchAnswer: 'empty' } });
    const ids = await Promise.all(Array.from({ length: 40 }, (_, at) => createPerson(stage, `p${at}`)));
    stage.sent();
    for (const outcome of await Promise.all(ids.map((id) => stage.target.update('user', id, off, signal))))
      applied(outcome);
    assert.equal(stage.sent().filter((line) => line.startsWith('GET')).length, 4);
  });

  it('that shows the externalId of somebody else is the last thing that is written', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'ada');
    applied(await stage.target.update('user', id, [set('title', 'Chief')], signal, { externalId: 'ada' }));
    assert.equal(failureClass(await stage.target.update('user', id, off, signal, { externalId: 'dan' })), 'renumbered');
  });

  it('that shows the externalId of somebody else is not believed either where it is the first change after a creation', async (context) => {
    const stage = await begin(context, {});
    const made = await stage.target.create(
      'user',
      new Map([
        ['externalId', 'ada'],
        ['userName', 'ada@x'],
      ]),
      signal,
    );
    const id = applied(made);
    const other = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      id,
      externalId: 'dan',
      userName: 'dan@x',
      active: false,
    };
    stage.server.setFaults({ before: answering(200, other, false) });
    assert.equal(failureClass(await stage.target.update('user', id, off, signal, { externalId: 'ada' })), 'renumbered');
  });

  it('is not believed when neither the account nor others are shown afterwards', async (context) => {
    const stage = await begin(context, { users: { patchAnswer: 'empty' } });
    const id = await createPerson(stage, 'p');
    stage.server.setFaults({ before: ({ method }) => ({ kind: 'answer', status: method === 'GET' ? 404 : 204 }) });
    const known = { showsOthers: () => Promise.resolve(false) };
    assert.equal(failureClass(await stage.target.update('user', id, off, signal, known)), 'transient');
    assert.equal(failureClass(await stage.target.remove('user', id, signal, known)), 'transient');
    // Nothing was learned of it.
    stage.server.setFaults({
      before: ({ method }) => (method === 'GET' ? undefined : { kind: 'answer', status: 204 }),
    });
    assert.equal(failureClass(await stage.target.update('user', id, off, signal, known)), 'rejected');
    assert.equal(failureClass(await stage.target.remove('user', id, signal, known)), 'rejected');
  });

  it('is not believed of an account that is shown as soon as others are again', async (context) => {
    const stage = await begin(context, { users: { patchAnswer: 'empty' } });
    const id = await createPerson(stage, 'p');
    const darken = (): void => {
      stage.server.setFaults({ before: ({ method }) => ({ kind: 'answer', status: method === 'GET' ? 404 : 204 }) });
    };
    const light = (): Promise<boolean> => {
      stage.server.setFaults({
        before: ({ method }) => (method === 'GET' ? undefined : { kind: 'answer', status: 204 }),
      });
      return Promise.resolve(true);
    };
    darken();
    assert.equal(failureClass(await stage.target.update('user', id, off, signal, { showsOthers: light })), 'rejected');
    darken();
    assert.equal(failureClass(await stage.target.remove('user', id, signal, { showsOthers: light })), 'rejected');
  });

  it('by a deletion is read back once', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    stage.sent();
    applied(await stage.target.remove('user', id, signal, { showsOthers: () => Promise.resolve(true) }));
    assert.deepEqual(
      stage.sent().map((line) => line.split(' ')[0]),
      ['DELETE', 'GET'],
    );
  });

  it('is believed when the account is not there any more', async (context) => {
    const stage = await begin(context, { users: { patchAnswer: 'empty', deactivation: 'deletes' } });
    applied(await stage.target.update('user', await createPerson(stage, 'p'), off, signal));
  });
});

describe('a group that is written whole', () => {
  const shown = [
    { value: 7, display: 'Guest' },
    { display: 'Ada' },
    { $ref: '../Users/9', type: 'User' },
    { value: '1', type: 'User', display: 'P' },
  ];

  async function written(
    stage: Stage,
    list: readonly unknown[],
  ): Promise<{ readonly failure: string; readonly put: unknown }> {
    const group = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      id: 'g',
      displayName: 'Crew',
      members: list,
    };
    let put: unknown;
    stage.server.setFaults({
      before({ method, body }) {
        if (method === 'PUT') put = body?.['members'];
        return { kind: 'answer', status: 200, body: method === 'PUT' ? { ...group, ...body } : group };
      },
    });
    const outcome = await stage.target.changeMembers('g', members(['2'], ['1'], ['1']), signal);
    return { failure: failureClass(outcome), put };
  }

  it('gives back exactly what it was shown of others', async (context) => {
    const { failure, put } = await written(await begin(context, {}, putGroups), shown);
    assert.deepEqual([failure, put], ['applied', [...shown.slice(0, 3), { value: '2' }]]);
  });

  it('is not written where its members are not understood', async (context) => {
    const stage = await begin(context, {}, putGroups);
    for (const strange of [null, {}, ['x'], true]) {
      const { failure, put } = await written(stage, [...shown, strange]);
      assert.deepEqual([failure, put], ['unsupported', undefined], JSON.stringify(strange));
    }
  });

  it('loses members by PATCH where its PUT only merges, and that is learned', async (context) => {
    const stage = await begin(
      context,
      { groups: { put: 'merge' }, members: { remove: ['filter', 'values'] } },
      putGroups,
    );
    const { group, ids } = await createTeam(stage, 3);
    applied(await stage.target.changeMembers(group, members(ids), signal));
    stage.server.setFaults({
      // New Relic's: the list of members is only added to.
      before({ method, body }) {
        if (method === 'PUT' && body !== undefined) body['members'] = ids.map((value) => ({ value }));
        return undefined;
      },
    });
    applied(await stage.target.changeMembers(group, members([], ids.slice(0, 1), ids), signal));
    assert.deepEqual([memberIds(stage), stage.learned()['groups.update']], [ids.slice(1).sort(), 'patch']);
  });
});

describe('members that are added', () => {
  it('and are not there although the answer says so are a refusal, where the group shows the others', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 3);
    const [a = '', b = '', c = ''] = ids;
    applied(await stage.target.changeMembers(group, members([a, b]), signal));
    stage.server.setFaults({
      before: ({ method }) =>
        method === 'PATCH'
          ? {
              kind: 'answer',
              status: 200,
              body: { id: group, displayName: 'Crew', members: [{ value: a }, { value: b }] },
            }
          : undefined,
    });
    assert.equal(failureClass(await stage.target.changeMembers(group, members([c], [], [a, b]), signal)), 'rejected');
    stage.sent();
    // What was tried in vain is not tried again: the change, and one look.
    assert.equal(failureClass(await stage.target.changeMembers(group, members([c], [], [a, b]), signal)), 'rejected');
    assert.deepEqual(stage.sent(), ['PATCH Groups', 'GET Groups']);
  });

  it('to a group that then shows nobody are looked for once, and the outcome says who is left', async (context) => {
    const stage = await begin(context, { groups: { rename: 'loses-members' } });
    const { group, ids } = await createTeam(stage, 2);
    applied(await stage.target.changeMembers(group, members(ids), signal));
    const outcome = await stage.target.update('group', group, [set('displayName', 'Cabin')], signal, {
      members: () => Promise.resolve(ids),
    });
    assert.deepEqual(outcome.kind === 'applied' && outcome.shown?.members, []);
  });
});

describe('a group that is renamed', () => {
  it('is looked at although answers to other changes show only some of it, and not when nobody is in it', async (context) => {
    const stage = await begin(context, { groups: { rename: 'loses-members' }, members: { answers: 'none' } });
    const { group, ids } = await createTeam(stage, 2);
    const known = { members: () => Promise.resolve(ids) };
    applied(
      await stage.target.update('group', group, [set('displayName', 'Cabin')], signal, {
        members: () => Promise.resolve([]),
      }),
    );
    assert.deepEqual(stage.sent(), ['PATCH Groups']);
    applied(await stage.target.changeMembers(group, members(ids.slice(0, 1)), signal));
    applied(await stage.target.changeMembers(group, members(ids.slice(1), [], ids.slice(0, 1)), signal));
    const outcome = await stage.target.update('group', group, [set('displayName', 'Deck')], signal, known);
    assert.deepEqual(outcome.kind === 'applied' && outcome.shown?.members, []);
  });
});

describe('an element that is added to a list', () => {
  it('and takes the place of the others is noticed, and lists go whole from then on', async (context) => {
    const stage = await begin(context, { patch: { addReplaces: true } });
    const id = await createPerson(stage, 'p');
    const known = { paths: [work] };
    const outcome = await stage.target.update('user', id, [set(home, 'p@home', false)], signal, known);
    assert.deepEqual(outcome.kind === 'applied' && outcome.shown?.lost, [work]);
    assert.equal(stage.learned()['patch.valueFilters'], false);
    applied(await stage.target.update('user', id, [set(work, 'p@x', true)], signal, { paths: [home] }));
    assert.equal((stage.server.users()[0]?.['emails'] as unknown[]).length, 2);
  });
});

describe('a creation that is answered with an account', () => {
  const dan = new Map([
    ['externalId', 'dan'],
    ['userName', 'dan@x'],
  ]);
  const answered = async (stage: Stage, status: number, body: Json): Promise<unknown> => {
    stage.server.setFaults({
      before: ({ method }) => (method === 'POST' ? { kind: 'answer', status, body } : undefined),
    });
    const outcome = await stage.target.create('user', dan, signal);
    return outcome.kind === 'applied' && outcome.others;
  };
  const bodies: readonly (readonly [string, number, Json, true | undefined])[] = [
    ['with the externalId and name of somebody else', 201, { id: '7', externalId: 'ada', userName: 'ada@x' }, true],
    [
      'with our name and an externalId that the target gives',
      201,
      { id: '7', externalId: 'T-7', userName: 'DAN@x' },
      undefined,
    ],
    [
      'with our name that was there before, with the externalId of another',
      200,
      { id: '7', externalId: 'hr-7', userName: 'dan@x' },
      true,
    ],
    ['with our externalId under another name', 201, { id: '7', externalId: 'dan', userName: 'dan2@x' }, undefined],
    [
      'without an externalId under another name, of a target that shows names as they are sent',
      201,
      { id: '7', userName: 'ada@x' },
      true,
    ],
  ];
  for (const [name, status, body, isOthers] of bodies) {
    it(`${name} is ${isOthers === true ? 'not ours' : 'ours'}`, async (context) => {
      const stage = await begin(context, {});
      await createPerson(stage, 'p');
      assert.equal(
        await answered(stage, status, { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...body }),
        isOthers,
      );
    });
  }

  it('without an externalId under another name is ours, where nobody knows what names it shows', async (context) => {
    assert.equal(await answered(await begin(context, {}), 201, { id: '7', userName: 'somebody@x' }), undefined);
  });
});

describe('what is not stored', () => {
  it('is said of every account, and the other forms are tried once', async (context) => {
    const stage = await begin(context, { users: { ignored: ['title'] } });
    const outcome = await stage.target.create(
      'user',
      new Map([
        ['externalId', 'a'],
        ['userName', 'a@x'],
        ['title', 'Dr'],
      ]),
      signal,
    );
    assert.deepEqual(outcome.kind === 'applied' && outcome.shown, { unstored: ['title'] });
    stage.sent();
    const again = await stage.target.create(
      'user',
      new Map([
        ['externalId', 'b'],
        ['userName', 'b@x'],
        ['title', 'Dr'],
      ]),
      signal,
    );
    assert.deepEqual(
      [again.kind === 'applied' && again.shown, stage.sent()],
      [{ unstored: ['title'] }, ['POST Users']],
    );
    const changed = await stage.target.update('user', applied(again), [set('title', 'Mag')], signal);
    assert.deepEqual(
      [changed.kind === 'applied' && changed.shown?.unstored, stage.sent()],
      [['title'], ['PATCH Users']],
    );
  });

  it('is sent by PATCH where a POST drops it', async (context) => {
    const stage = await begin(
      context,
      {},
      {},
      {
        before({ method, body }) {
          if (method === 'POST' && body !== undefined) delete body['title'];
          return undefined;
        },
      },
    );
    const outcome = await stage.target.create(
      'user',
      new Map([
        ['externalId', 'a'],
        ['userName', 'a@x'],
        ['title', 'Dr'],
      ]),
      signal,
    );
    assert.deepEqual(
      [outcome.kind === 'applied' && outcome.shown, stage.server.users()[0]?.['title']],
      [undefined, 'Dr'],
    );
    const next = await stage.target.create(
      'user',
      new Map([
        ['externalId', 'b'],
        ['userName', 'b@x'],
        ['title', 'Dr'],
      ]),
      signal,
    );
    assert.deepEqual(next.kind === 'applied' && next.shown, { lost: ['title'] });
  });

  it('under a path is said in an object, and that is learned', async (context) => {
    const stage = await begin(
      context,
      {},
      {},
      {
        before({ method, body }) {
          const operations = body?.['Operations'] as { path?: string }[] | undefined;
          // Stores the value under a key of that name, where nobody looks for it.
          if (method === 'PATCH')
            for (const one of operations ?? []) if (one.path === 'name.familyName') one.path = 'nickName';
          return undefined;
        },
      },
    );
    const id = applied(
      await stage.target.create(
        'user',
        new Map([
          ['externalId', 'a'],
          ['userName', 'a@x'],
          ['name.familyName', 'Old'],
          ['name.givenName', 'A'],
        ]),
        signal,
      ),
    );
    const outcome = await stage.target.update('user', id, [set('name.familyName', 'New')], signal);
    assert.deepEqual(
      [outcome.kind === 'applied' && outcome.shown, stage.learned()],
      [undefined, { 'patch.paths': 'object' }],
    );
  });
});

describe('a bulk request', () => {
  it('whose outcomes mean nothing is noticed, and is not sent again', async (context) => {
    const stage = await begin(context, { bulk: { supported: true } }, { bulk: { ...rfc7644.bulk, use: true } });
    const ids = await Promise.all(['a', 'b', 'c'].map((name) => createPerson(stage, name)));
    stage.server.setFaults({
      before({ path, body }) {
        if (path !== '/Bulk') return undefined;
        const operations = (body?.['Operations'] ?? []) as { readonly method: string }[];
        return {
          kind: 'answer',
          status: 200,
          body: {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
            Operations: operations.map(({ method }) => ({ method, status: '200' })),
          },
        };
      },
    });
    for (const outcome of await Promise.all(ids.map((id) => stage.target.update('user', id, off, signal))))
      applied(outcome);
    assert.deepEqual(
      stage.server.users().map(({ active }) => active),
      [false, false, false],
    );
    await Promise.all(ids.map((id) => stage.target.update('user', id, [set('title', 'Chief')], signal)));
    assert.equal(stage.learned()['bulk.use'], false);
  });
});

describe('a group of three hundred', () => {
  for (const [status, body] of [
    [403, { detail: 'read-only' }],
    [400, { detail: 'read-only' }],
    [404, { detail: 'no such thing' }],
    [404, html],
  ] as const) {
    it(`that cannot be changed (${status}, ${typeof body === 'string' ? 'a page' : 'JSON'}) costs one look`, async (context) => {
      const stage = await begin(context, {});
      const { group } = await createTeam(stage, 0);
      stage.server.setFaults({
        before: ({ method }) => (method === 'PATCH' ? { kind: 'answer', status, body } : undefined),
      });
      await stage.target.changeMembers(group, members(Array.from({ length: 100 }, (_, at) => `u${at}`)), signal);
      assert.ok(stage.sent().length <= 4); // a 404 may be about the member
    });
  }

  it('that is answered with 500 is not asked four times for each half', async (context) => {
    const stage = await begin(context, {});
    const { group } = await createTeam(stage, 0);
    stage.server.setFaults({
      before: ({ method }) => (method === 'PATCH' ? { kind: 'answer', status: 500 } : undefined),
    });
    const half = { ...members(Array.from({ length: 50 }, (_, at) => `u${at}`)), looked: true };
    assert.equal(failureClass(await stage.target.changeMembers(group, half, signal)), 'rejected');
    assert.deepEqual(stage.sent(), ['PATCH Groups']);
  });
});
