import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Examination } from '../../../src/ports/target-doctor.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { examine, examineAll, findingOf } from './examination.ts';
import { membersOf, startPlainServer, wrong, type Asked, type Json, type Quirk } from './plain-server.ts';

const hurried = { clock: { ...systemClock(), sleep: () => Promise.resolve() } };

async function examineQuirk(context: TestContext, quirk: Quirk): Promise<Examination> {
  const server = await startPlainServer(context, quirk);
  return examine(server.url, hurried);
}

/** A PATCH that is answered like this, and does nothing. */
const answered =
  (status: number, body?: Json): Quirk =>
  ({ method }) =>
    method === 'PATCH' ? { status, ...(body === undefined ? {} : { body }) } : undefined;

const operationsOf = ({ body }: Asked): readonly Json[] =>
  Array.isArray(body['Operations']) ? (body['Operations'] as Json[]) : [];

describe('a doctor before a server that lies', { concurrency: 2 }, () => {
  it('does not believe a change that is answered as if it were done', async (context) => {
    const bodies: (readonly [number, Json?])[] = [
      [204],
      [200, { status: 'error', message: 'no' }],
      [200, {}],
      [200, { Resources: [] }],
      [200, { id: 'somebody-else', active: false }],
    ];
    for (const [status, body] of bodies) {
      const examination = await examineQuirk(context, answered(status, body));
      assert.equal(findingOf(examination, 'PATCH', 'one attribute').verdict, 'lies');
      const { verdict, text, blocks } = findingOf(examination, 'Deactivation', 'deactivate');
      assert.deepEqual([verdict, blocks], ['lies', undefined], text);
      assert.match(text, /^PUT deactivates/);
      assert.partialDeepStrictEqual(examination.says, { users: { update: 'put' }, groups: { update: 'put' } });
      const answers = findingOf(examination, 'Extras', 'answers');
      assert.match(
        answers.text,
        body === undefined ? /some have no body/ : /something else than the resource: PATCH \/Users, PATCH \/Groups/,
      );
    }
  });

  it('does not believe a user who was never made', async (context) => {
    const examination = await examineQuirk(context, ({ method, type, body }) =>
      method === 'POST' && type === 'Users' ? { status: 201, body: { ...body, id: 'x-1' } } : undefined,
    );
    const { verdict, blocks, text } = findingOf(examination, 'Users', 'create');
    assert.deepEqual([verdict, blocks], ['lies', true], text);
  });

  it('does not call a target good that never says what it made', async (context) => {
    for (const status of [204, 299]) {
      const examination = await examineQuirk(context, ({ method }) =>
        method === 'GET' ? undefined : { status, ...(status === 204 ? {} : { body: {} }) },
      );
      for (const subject of ['Users', 'Groups']) {
        const { verdict, blocks, text } = findingOf(examination, subject, 'create');
        assert.deepEqual([verdict, blocks], ['skipped', true], text);
        assert.match(text, /nothing that names what was made|neither searched nor listed/);
      }
    }
  });

  it('never removes somebody else whose id a create was answered with', async (context) => {
    const server = await startPlainServer(context, ({ method, type, id }) =>
      method === 'POST' && type === 'Users' && id === undefined ? { status: 200, body: { id: 'ada' } } : undefined,
    );
    const ada = {
      id: 'ada',
      userName: 'ada',
      displayName: 'Ada',
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    };
    server.store.Users.set('ada', { ...ada });
    const examination = await examine(server.url, hurried);
    assert.deepEqual(server.store.Users.get('ada'), ada);
    assert.match(findingOf(examination, 'Users', 'create').text, /somebody else/);
  });

  it('does not call somebody deleted who cannot be seen to be', async (context) => {
    let deleted = false;
    const server = await startPlainServer(context, ({ method, id }) => {
      if (method === 'DELETE') deleted = true;
      if (method === 'DELETE') return { status: 204 };
      return deleted && method === 'GET' && id !== undefined ? wrong(500, 'oops') : undefined;
    });
    const examination = await examine(server.url, hurried);
    assert.match(findingOf(examination, 'Users', 'delete').text, /cannot be seen/);
    assert.deepEqual(
      examination.leftovers.map(({ id }) => id),
      [...server.store.Users.keys()],
    );
  });

  it('sees a name of which only a key with a dot was changed, and finds the form that changes it', async (context) => {
    const examination = await examineQuirk(context, (asked) => {
      const { method, type, id = '', store } = asked;
      const held = store.Users.get(id);
      if (method !== 'PATCH' || type !== 'Users' || held === undefined) return undefined;
      for (const { path, value } of operationsOf(asked))
        if (typeof path === 'string' && path.startsWith('name.')) held[path] = value;
      return operationsOf(asked).some(({ path }) => typeof path === 'string' && path.startsWith('name.'))
        ? { status: 200, body: held }
        : undefined;
    });
    assert.equal(findingOf(examination, 'PATCH', 'a part of a name').verdict, 'lies');
    assert.partialDeepStrictEqual(examination.says, { patch: { paths: 'object' } });
    assert.doesNotMatch(findingOf(examination, 'Updates', 'locked attributes').text, /cannot be changed: .*name/);
  });

  it('says which names stay where no form changes them', async (context) => {
    const examination = await examineQuirk(context, (asked) => {
      const { method, id = '', store } = asked;
      const held = store.Users.get(id);
      const isName = operationsOf(asked).some(
        ({ path, value }) =>
          String(path).startsWith('name.') ||
          (typeof value === 'object' && value !== null && Object.keys(value).some((key) => key.startsWith('name'))),
      );
      return method === 'PATCH' && held !== undefined && isName ? { status: 200, body: held } : undefined;
    });
    assert.deepEqual(examination.says.users?.immutable, ['name.givenName', 'name.familyName']);
  });

  it('sees members whom a PUT left where they were, and answers that show none', async (context) => {
    const stays = await examineQuirk(context, (asked) => {
      const { method, type, id = '', store, proceed } = asked;
      if (type !== 'Groups') return undefined;
      if (
        method === 'PATCH' &&
        operationsOf(asked).some(({ op, path }) => op !== 'add' && String(path).startsWith('members'))
      )
        return wrong(501, 'not implemented');
      const before = membersOf(store.Groups.get(id) ?? {});
      const said = proceed();
      if (method === 'PUT' && said.body !== undefined)
        said.body['members'] = [...new Set([...before, ...membersOf(said.body)])].map((value) => ({ value }));
      return said;
    });
    const removal = findingOf(stays, 'Members', 'remove');
    assert.deepEqual([removal.blocks, stays.says.groups?.update], [true, undefined], removal.text);
    const shown = await examineAll(context, { members: { answers: 'none' } });
    assert.match(findingOf(shown, 'Extras', 'answers').text, /members \(PATCH \/Groups\)/);
    assert.equal(findingOf(shown, 'Members', 'remove').verdict, 'works');
  });

  it('learns that members leave by PUT where no PATCH removes them', async (context) => {
    const examination = await examineQuirk(context, (asked) =>
      asked.method === 'PATCH' &&
      operationsOf(asked).some(({ op, path }) => op !== 'add' && String(path).startsWith('members'))
        ? wrong(501, 'not implemented')
        : undefined,
    );
    assert.partialDeepStrictEqual(examination.says, { groups: { update: 'put' } });
    assert.notEqual(findingOf(examination, 'Members', 'remove').blocks, true);
  });

  it('sees a rename that costs the members, and a removal that costs the address', async (context) => {
    const renamed = await examineAll(context, { groups: { rename: 'loses-members' } });
    assert.match(findingOf(renamed, 'Members', 'kept when renamed').text, /costs 2 of 2 members/);
    const address = await examineQuirk(context, (asked) => {
      const held = asked.store.Users.get(asked.id ?? '');
      const isPart = operationsOf(asked).some(
        ({ op, path }) => op === 'remove' && /^addresses\[.*\]\./.test(String(path)),
      );
      if (asked.method !== 'PATCH' || held === undefined || !isPart) return undefined;
      delete held['addresses'];
      return { status: 200, body: held };
    });
    assert.match(findingOf(address, 'Lists and references', 'a part of an element').text, /whole address goes/);
    assert.partialDeepStrictEqual(address.says, { patch: { valueFilters: false } });
  });

  it('does not leave out what a new user loses and a change keeps', async (context) => {
    const examination = await examineQuirk(context, ({ method, type, body }) => {
      if (method === 'POST' && type === 'Users') delete body['title'];
      return undefined;
    });
    assert.match(findingOf(examination, 'Attributes', 'kept').text, /title is not shown again/);
    assert.match(findingOf(examination, 'Updates', 'after creation only').text, /^title: /);
    assert.equal(examination.says.users?.drop?.includes('title') ?? false, false);
  });

  it('certifies nothing of members who are never shown, nor of an account that never says whether it is active', async (context) => {
    const hidden = await examineAll(context, { members: { shown: 'never' } });
    for (const trial of ['made with a group', 'add', 'add again', 'remove'])
      assert.equal(findingOf(hidden, 'Members', trial).verdict, 'unseen', trial);
    const mute = await examineAll(context, { users: { hides: ['active'] } });
    assert.equal(findingOf(mute, 'Deactivation', 'deactivate').verdict, 'unseen');
    assert.equal(findingOf(mute, 'Attributes', 'created inactive').verdict, 'unseen');
  });
});

describe('a doctor before bulk requests', { concurrency: 2 }, () => {
  it('lets travel in them what it saw to be done', async (context) => {
    const all = await examineAll(context, { bulk: { supported: true } });
    assert.deepEqual(all.says.bulk?.methods, ['POST', 'PATCH', 'DELETE']);
    const some = await examineAll(context, { bulk: { supported: true, methods: ['POST', 'PATCH'] } });
    assert.deepEqual(some.says.bulk?.methods, ['POST', 'PATCH']);
    assert.equal(findingOf(some, 'Bulk', 'deletes').verdict, 'refused');
    const none = await examineAll(context, {});
    assert.equal(none.says.bulk, undefined);
  });

  it('sees changes that are answered with 200 and not done', async (context) => {
    const examination = await examineAll(context, { bulk: { supported: true, idle: ['PATCH', 'DELETE'] } });
    for (const trial of ['changes', 'deletes'])
      assert.equal(findingOf(examination, 'Bulk', trial).verdict, 'lies', trial);
    assert.deepEqual(examination.says.bulk?.methods, ['POST']);
  });
});
