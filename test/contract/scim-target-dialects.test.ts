import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { PartialDialect } from '../../src/core/dialect/layers.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import type { PartialBehaviour } from '../support/scim-server/behaviour.ts';
import { contentOf } from './resource-content.ts';
import { applied, clear, enterprise, failureClass, members, set, signal } from './scim-target.ts';
import { begin, createPerson, createTeam, home, memberIds, work, type Stage } from './scim-target-dialects-stage.ts';
import { targetOptions } from './scim-target-options.ts';

/** A server that takes one shape alone, and the dialect for it. */
const shapes: Readonly<Record<string, readonly [PartialBehaviour, PartialDialect]>> = {
  'as Entra speaks without its flag': [
    {
      patch: { operationCase: 'capital', paths: 'required' },
      values: { booleans: 'string', manager: ['array'] },
      members: { add: ['array'], remove: ['values'] },
    },
    {
      patch: { operationCase: 'capital' },
      values: { booleans: 'string', manager: 'array' },
      members: { remove: 'values' },
    },
  ],
  'as Entra speaks with its flag': [{ patch: { paths: 'absent', noMatch: 'adds' } }, { patch: { paths: 'dotted' } }],
  'with attributes in an object': [
    { patch: { paths: 'absent', dottedKeys: false, extensions: 'object' } },
    { patch: { paths: 'object', extensionPaths: 'object' } },
  ],
  'with active alone': [{ patch: { active: 'alone' } }, { patch: { activePathless: true } }],
  'without paths that have a filter': [
    { patch: { valueFilters: 'refused' }, members: { remove: ['values'] } },
    { patch: { valueFilters: false }, members: { remove: 'values' } },
  ],
  'with null for nothing': [{ patch: { clear: ['null'] } }, { patch: { clear: 'null' } }],
  'with empty values for nothing': [{ patch: { clear: ['empty'] } }, { patch: { clear: 'empty' } }],
  'with two operations a request': [{ patch: { maxOperations: 2 } }, { patch: { maxOperations: 2 } }],
  'with managers as texts': [{ values: { manager: ['string'] } }, { values: { manager: 'string' } }],
  'with managers by their value': [
    { values: { manager: ['object', 'sub-attribute'] } },
    { values: { manager: 'sub-attribute' } },
  ],
  'with a primary address': [{}, { values: { primary: true } }],
  'by PUT, and active by PATCH': [
    { users: { patch: 'active', putActive: false } },
    { users: { update: 'put', activation: 'patch' } },
  ],
  'by PUT that merges': [
    { users: { patch: 405, put: 'merge' }, groups: { patch: 405, put: 'merge' } },
    { users: { update: 'put-merge' }, groups: { update: 'put-merge' } },
  ],
  'with members as ids': [
    { members: { add: ['ids'], remove: ['filter-or'] } },
    { members: { add: 'ids', remove: 'filter-or' } },
  ],
  'with members in an object': [{ members: { add: ['nested'] } }, { members: { add: 'nested' } }],
  'with members without a path': [{ members: { add: ['pathless'] } }, { members: { add: 'pathless' } }],
  'with few members at a time': [
    { members: { maxPerRequest: 3, maxPerOperation: 2 } },
    { members: { addPerRequest: 3, removePerRequest: 3, valuesPerOperation: 2 } },
  ],
};

describe('a target that is written to in its own words', () => {
  for (const [name, [behaviour, says]] of Object.entries(shapes)) {
    it(`takes users, ${name}`, async (context) => {
      const stage = await begin(context, behaviour, says);
      const boss = await createPerson(stage, 'boss');
      const id = await createPerson(stage, 'a');
      const [manager, department] = [`${enterprise}:manager.value`, `${enterprise}:department`];
      const update = async (...changes: Parameters<ScimTarget['update']>[2]): Promise<unknown> => {
        applied(await stage.target.update('user', id, changes, signal));
        const { emails, ...rest } = contentOf(stage.server.users().find((user) => user['id'] === id)) as Record<
          string,
          unknown
        >;
        const addresses = (emails ?? []) as readonly { readonly value: unknown }[];
        return { ...rest, emails: addresses.map(({ value }) => value) };
      };
      const person = { externalId: 'a', userName: 'a@x', displayName: 'a', active: true };
      assert.deepEqual(
        await update(
          set(manager, boss, false),
          set(department, 'Sales', false),
          set('name.givenName', 'A', false),
          set('displayName', 'b'),
          clear('title'),
        ),
        {
          ...person,
          displayName: 'b',
          name: { givenName: 'A' },
          [enterprise]: { manager: { value: boss }, department: 'Sales' },
          emails: ['a@x'],
        },
      );
      const inactive = {
        ...person,
        displayName: 'b',
        active: false,
        name: { givenName: 'A' },
        [enterprise]: { manager: { value: boss }, department: 'Sales' },
      };
      assert.deepEqual(await update(set('active', false), set(work, 'b@x'), set(home, 'c@x', false)), {
        ...inactive,
        emails: ['b@x', 'c@x'],
      });
      assert.deepEqual(await update(clear(work)), { ...inactive, emails: ['c@x'] });
      assert.deepEqual([stage.server.refusals, stage.server.violations, stage.learned()], [[], [], {}]);
    });

    it(`takes groups, ${name}`, async (context) => {
      const stage = await begin(context, behaviour, says);
      const { group, ids } = await createTeam(stage, 8);
      applied(await stage.target.changeMembers(group, members(ids), signal));
      assert.deepEqual(memberIds(stage), [...ids].sort());
      applied(await stage.target.changeMembers(group, members(ids.slice(0, 2), ids.slice(3), ids), signal));
      assert.deepEqual(memberIds(stage), ids.slice(0, 3).sort());
      applied(
        await stage.target.update('group', group, [set('displayName', 'Cabin')], signal, {
          members: () => Promise.resolve(ids.slice(0, 3)),
        }),
      );
      applied(await stage.target.changeMembers(group, members([], ids.slice(0, 3), ids.slice(0, 3)), signal));
      assert.deepEqual([memberIds(stage), stage.server.groups()[0]?.['displayName']], [[], 'Cabin']);
      assert.deepEqual([stage.server.refusals, stage.server.violations, stage.learned()], [[], [], {}]);
    });
  }
});

describe('the primary one of several', () => {
  const emails = ({ server }: Stage): unknown => server.users()[0]?.['emails'];
  const first = { type: 'work', value: 'a@x', primary: true };

  it('is the first at creation, and stays it when another comes', async (context) => {
    const stage = await begin(context, {}, { values: { primary: true } });
    const id = await createPerson(stage, 'a');
    assert.deepEqual(emails(stage), [first]);
    applied(await stage.target.update('user', id, [set(home, 'b@x', false)], signal));
    assert.deepEqual(emails(stage), [first, { type: 'home', value: 'b@x', primary: false }]);
    applied(await stage.target.update('user', id, [clear(work)], signal));
    applied(await stage.target.update('user', id, [clear(home)], signal));
    applied(await stage.target.update('user', id, [set(work, 'a@x', false)], signal));
    assert.deepEqual(emails(stage), [first]);
  });

  it('is the only one where a target takes but one, without a look', async (context) => {
    const stage = await begin(
      context,
      { values: { several: 'refused', primaryRequired: true } },
      { values: { primary: true, single: true } },
    );
    const id = await createPerson(stage, 'a');
    stage.sent();
    applied(await stage.target.update('user', id, [clear(work)], signal));
    applied(await stage.target.update('user', id, [set(work, 'a@x', false)], signal));
    assert.deepEqual([stage.sent(), emails(stage)], [['PATCH Users', 'PATCH Users'], [first]]);
  });
});

describe('what a target refuses', () => {
  for (const valueFilters of ['refused', 'no-target', 'ignored'] as const) {
    it(`is said otherwise and learned: paths with a filter that are ${valueFilters}`, async (context) => {
      const stage = await begin(context, { patch: { valueFilters } });
      const id = await createPerson(stage, 'a');
      stage.sent();
      applied(await stage.target.update('user', id, [set(work, 'b@x'), set('displayName', 'b')], signal));
      assert.deepEqual(
        stage.sent(),
        valueFilters === 'ignored' ? ['PATCH Users', 'PATCH Users'] : ['PATCH Users', 'GET Users', 'PATCH Users'],
      );
      assert.deepEqual(stage.learned(), { 'patch.valueFilters': false });
      applied(await stage.target.update('user', id, [set(work, 'c@x')], signal));
      assert.deepEqual(stage.sent(), ['GET Users', 'PATCH Users']);
      assert.deepEqual(stage.server.users()[0]?.['emails'], [{ type: 'work', value: 'c@x' }]);
    });
  }

  it('is not learned where only an element was missing', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'a');
    applied(await stage.target.update('user', id, [set(home, 'b@x')], signal));
    applied(await stage.target.update('user', id, [clear('nickName'), set(home, 'b@x')], signal));
    assert.deepEqual(stage.learned(), {});
  });

  it('is said otherwise and learned: removals', async (context) => {
    const stage = await begin(context, { patch: { clear: ['null'] }, errors: { scimTypes: false } });
    const id = await createPerson(stage, 'a');
    applied(await stage.target.update('user', id, [clear('title')], signal));
    assert.deepEqual(stage.learned(), { 'patch.clear': 'null' });
    stage.sent();
    applied(await stage.target.update('user', id, [clear('displayName')], signal));
    assert.deepEqual(stage.sent(), ['PATCH Users']);
    const { title, displayName } = stage.server.users()[0] ?? {};
    assert.deepEqual([title, displayName], [undefined, undefined]);
  });

  it('is said otherwise and learned: all of PATCH, for each type by itself', async (context) => {
    for (const patch of [404, 405, 501] as const) {
      const stage = await begin(context, { users: { patch } });
      const {
        group,
        ids: [id = ''],
      } = await createTeam(stage, 1);
      applied(await stage.target.update('user', id, [set('title', 'x')], signal));
      assert.deepEqual(stage.learned(), { 'users.update': 'put' });
      stage.sent();
      applied(await stage.target.update('user', id, [set('title', 'y')], signal));
      applied(await stage.target.changeMembers(group, members([id]), signal));
      assert.deepEqual(stage.sent(), ['GET Users', 'PUT Users', 'PATCH Groups']);
    }
  });

  it('stays refused, as it was first, when nothing else works either, and teaches nothing', async (context) => {
    const stage = await begin(context, {
      patch: { clear: [], valueFilters: 'refused' },
      users: { put: 'ignored' },
      errors: { scimTypes: false },
    });
    const id = await createPerson(stage, 'a');
    stage.sent();
    assert.equal(failureClass(await stage.target.update('user', id, [clear('title')], signal)), 'rejected');
    assert.deepEqual(stage.sent(), ['PATCH Users', 'GET Users', 'PATCH Users', 'GET Users', 'PUT Users', 'GET Users']);
    assert.deepEqual(stage.learned(), {});
  });

  it('is not what the configuration says', async (context) => {
    const stage = await begin(context, { patch: { valueFilters: 'refused' } });
    const says: PartialDialect = {
      discovery: { use: false },
      patch: { valueFilters: true },
      users: { update: 'patch' },
    };
    const target = createScimTarget(targetOptions(stage.server.url, 'any', { dialect: [{ origin: 'config', says }] }));
    context.after(() => target.close());
    const id = await createPerson(stage, 'a');
    applied(await target.update('user', id, [set(work, 'b@x')], signal));
    stage.server.setBehaviour({ patch: { clear: [] } });
    stage.sent();
    assert.equal(failureClass(await target.update('user', id, [clear('title')], signal)), 'rejected');
    assert.ok(!stage.sent().includes('PUT Users'));
    assert.ok(target.settings().every(({ origin }) => origin !== 'learned'));
  });

  it('is said otherwise and learned: attributes with a path, or without', async (context) => {
    for (const [taken, before, after] of [
      ['absent', 'each', 'object'],
      ['required', 'object', 'each'],
    ] as const) {
      const stage = await begin(context, { patch: { paths: taken } }, { patch: { paths: before } });
      const id = await createPerson(stage, 'a');
      applied(await stage.target.update('user', id, [set('title', 'x'), set('name.givenName', 'A', false)], signal));
      assert.deepEqual(stage.learned(), { 'patch.paths': after });
      stage.sent();
      applied(await stage.target.update('user', id, [set('title', 'y')], signal));
      assert.deepEqual(stage.sent(), ['PATCH Users']);
    }
  });

  it('is no person, though a server without PATCH may say so', async (context) => {
    const stage = await begin(context, {});
    assert.equal(failureClass(await stage.target.update('user', 'nobody', [set('title', 'x')], signal)), 'gone');
    assert.deepEqual([stage.sent(), stage.learned()], [['PATCH Users', 'GET Users'], {}]);
  });

  it('is halved and learned: too many operations', async (context) => {
    const stage = await begin(context, { patch: { maxOperations: 2 } });
    const id = await createPerson(stage, 'a');
    stage.sent();
    const changes = ['title', 'nickName', 'displayName', 'locale', 'timezone'].map((path) => set(path, 'new', false));
    applied(await stage.target.update('user', id, changes, signal));
    assert.deepEqual(stage.learned(), { 'patch.maxOperations': 2 });
    const { title, timezone } = stage.server.users()[0] ?? {};
    assert.deepEqual([title, timezone], ['new', 'new']);
  });

  it('teaches nothing about sizes when it was about one of the operations', async (context) => {
    const stage = await begin(
      context,
      {},
      {},
      {
        before: ({ body }) =>
          JSON.stringify(body ?? {}).includes('much too long')
            ? { kind: 'answer', status: 400, body: { detail: 'title exceeds the maximum length' } }
            : undefined,
      },
    );
    const id = await createPerson(stage, 'a');
    const changes = [
      set('title', 'much too long'),
      ...['nickName', 'displayName', 'locale'].map((path) => set(path, 'new', false)),
    ];
    assert.equal(failureClass(await stage.target.update('user', id, changes, signal)), 'rejected');
    assert.deepEqual(stage.learned(), {});
  });
});

describe('an account that is adopted, of a target that shows no e-mail addresses', () => {
  const work = 'emails[type eq "work"].value';
  for (const held of [[], [{ type: 'work', value: 'old@x' }], [{ type: 'home', value: 'home@x' }]]) {
    it(`has the right one afterwards, where it had ${held.length === 0 ? 'none' : String(held[0]?.type)}`, async (context) => {
      const stage = await begin(context, { users: { hides: ['emails'] } });
      const first = new Map<string, string>([
        ['externalId', 'f'],
        ['userName', 'f'],
        [work, 'f@x'],
      ]);
      applied(await stage.target.create('user', first, signal)); // what it does not show is known from then on
      const { status } = await fetch(`${stage.server.url}/Users`, {
        method: 'POST',
        headers: { 'content-type': 'application/scim+json' },
        body: JSON.stringify({
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
          userName: 'hand',
          ...(held.length === 0 ? {} : { emails: held }),
        }),
      });
      assert.equal(status, 201);
      const id = String(stage.server.users()[1]?.['id']);
      applied(await stage.target.update('user', id, [set(work, 'new@x', false)], signal, { isStrange: true }));
      const emails = stage.server.users()[1]?.['emails'];
      const wanted = { type: 'work', value: 'new@x' };
      assert.deepEqual(emails, [...held.filter(({ type }) => type !== 'work'), wanted]);
    });
  }
});
