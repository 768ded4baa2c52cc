import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { PartialDialect } from '../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import { isFailure, type ScimTarget } from '../../src/ports/scim-target.ts';
import type { PartialBehaviour } from '../support/scim-server/behaviour.ts';
import type { FilterBehaviour, ListBehaviour } from '../support/scim-server/behaviour-reading.ts';
import { clean } from '../support/scim-server/clean.ts';
import type { Json } from '../support/scim-server/protocol.ts';
import { applied, found, signal } from './scim-target.ts';
import { begin, createPerson, work, type Stage } from './scim-target-dialects-stage.ts';

const filtering = (rules: Partial<FilterBehaviour>): PartialBehaviour => ({ filter: { ...clean.filter, ...rules } });
const listing = (rules: Partial<ListBehaviour>): PartialBehaviour => ({ list: { ...clean.list, ...rules } });
const filters = (says: Partial<(typeof rfc7644)['filter']>): PartialDialect => ({
  filter: { ...rfc7644.filter, ...says },
});
const lists = (says: Partial<(typeof rfc7644)['list']>): PartialDialect => ({ list: { ...rfc7644.list, ...says } });
const paths = ({ server }: Stage): string[] => server.requests.map(({ method, path }) => `${method} ${path}`);
const ids = async (result: ReturnType<ScimTarget['find']>): Promise<string[]> =>
  found(await result).map(({ id }) => id);
const classOf = (result: unknown): unknown => (isFailure(result) ? result.class : 'found');

async function crowd(
  context: TestContext,
  count: number,
  behaviour: PartialBehaviour,
  says: PartialDialect = {},
): Promise<Stage> {
  const stage = await begin(context, behaviour, says);
  for (let number = 1; number <= count; number += 1) await createPerson(stage, `p${number}`);
  stage.server.clearRequests();
  return stage;
}

describe('searching in a dialect', () => {
  it('asks for nothing that the target cannot be asked for', async (context) => {
    const stage = await begin(context, {}, filters({ users: ['userName'], groups: [], maxLength: 40 }));
    assert.equal(classOf(await stage.target.find('user', 'externalId', 'a', signal)), 'unsupported');
    assert.equal(classOf(await stage.target.find('group', 'displayName', 'a', signal)), 'unsupported');
    assert.equal(classOf(await stage.target.find('user', 'userName', 'x'.repeat(40), signal)), 'unsupported');
    assert.deepEqual(paths(stage), []);
    assert.equal(classOf(await stage.target.find('user', 'USERNAME', 'a', signal)), 'found');
  });

  it('asks for an address by its value alone where no more can be said, and takes only the right one', async (context) => {
    const stage = await begin(context, filtering({ users: ['emails.value'] }), filters({ users: ['emails'] }));
    const id = await createPerson(stage, 'a');
    applied(
      await stage.target.create(
        'user',
        new Map([
          ['userName', 'b'],
          ['emails[type eq "home"].value', 'a@x'],
        ]),
        signal,
      ),
    );
    stage.server.clearRequests();
    assert.deepEqual(await ids(stage.target.find('user', work, 'a@x', signal)), [id]);
    assert.deepEqual(paths(stage), ['GET /Users?filter=emails.value eq "a@x"']);
  });

  it('looks for an externalId among ids where only those can be searched', async (context) => {
    const stage = await begin(
      context,
      filtering({ users: ['id', 'userName'] }),
      filters({ users: ['id', 'userName'] }),
    );
    const id = await createPerson(stage, 'a');
    assert.deepEqual(await ids(stage.target.find('user', 'externalId', id, signal)), [id]);
    assert.deepEqual(await ids(stage.target.find('user', 'externalId', 'nobody', signal)), []);
  });

  it('asks for both spellings of a user name, unless the target ignores case', async (context) => {
    for (const [says, requests] of [
      [{}, 2],
      [{ ignoresCase: true }, 1],
    ] as const) {
      const stage = await begin(context, filtering({ ignoresCase: false }), filters(says));
      await createPerson(stage, 'a');
      stage.server.clearRequests();
      assert.equal((await ids(stage.target.find('user', 'userName', 'A@X', signal))).length, requests - 1);
      assert.equal(paths(stage).length, requests);
    }
  });

  for (const [name, unsupported, requests] of [
    ['refused', 'refused', 2],
    ['ignored', 'ignored', 1],
  ] as const) {
    it(`learns from filters that are ${name}, attribute by attribute`, async (context) => {
      const stage = await crowd(context, 3, filtering({ users: ['userName'], unsupported }));
      stage.server.setBehaviour({ ...filtering({ users: ['userName'], unsupported }), ...listing({ maxPage: 2 }) });
      for (const value of ['x', 'y', 'z'])
        assert.equal(classOf(await stage.target.find('user', 'externalId', value, signal)), 'unsupported');
      assert.equal(paths(stage).length, requests);
      assert.deepEqual(stage.learned(), { 'filter.users': ['!externalId'] });
      assert.equal((await ids(stage.target.find('user', 'userName', 'p1@x', signal))).length, 1);
    });
  }

  it('takes a refused one off a list that the profile gave', async (context) => {
    const stage = await begin(
      context,
      filtering({ users: ['userName'] }),
      filters({ users: ['externalId', 'userName'] }),
    );
    for (const value of ['x', 'y']) await stage.target.find('user', 'externalId', value, signal);
    assert.deepEqual(stage.learned(), { 'filter.users': ['userName'] });
  });

  it('learns nothing from what one value may have caused', async (context) => {
    const stage = await begin(context, filtering({ users: ['userName'] }));
    for (const value of ['x', 'x', 'a"b', 'c\\d']) await stage.target.find('user', 'externalId', value, signal);
    assert.deepEqual(stage.learned(), {});
  });
});

describe('an account under an id that cannot be used', () => {
  const ids: readonly unknown[] = [
    '',
    '.',
    '..',
    'x'.repeat(10_240),
    'a\u0000b',
    '\ud800',
    { value: 1 },
    ['x'],
    true,
    null,
  ];
  for (const active of [true, false]) {
    it(`is said to be there when it is searched for, and whether it is switched off: ${active ? 'not' : 'it is'}`, async (context) => {
      const stage = await begin(context, {});
      for (const id of ids) {
        const one = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id, externalId: 'a', active } as Json;
        stage.server.setFaults({
          before: () => ({
            kind: 'answer',
            status: 200,
            body: {
              schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
              totalResults: 1,
              Resources: [one],
            },
          }),
        });
        const found = await stage.target.find('user', 'externalId', 'a', signal);
        assert.ok(isFailure(found), JSON.stringify(id));
        assert.deepEqual([found.class, found.unnamable], ['protocol', active ? 'on' : 'off'], JSON.stringify(id));
      }
      assert.ok(stage.server.requests.every(({ path }) => path.startsWith('/Users?')));
    });
  }

  it('is named in the URL with every character of it escaped where that is possible', async (context) => {
    const stage = await begin(context, {});
    for (const id of ['a/b', '../x', 'a?b', 'a#b', 'a%2Fb', ' ', 'a b', 'a\\b', 'ü', '918273645546372801']) {
      const urls: string[] = [];
      stage.server.setFaults({
        before: ({ path }) => {
          urls.push(path);
          return { kind: 'answer', status: 404, body: { status: 404 } };
        },
      });
      await stage.target.read('user', id, signal);
      assert.deepEqual(urls, [`/Users/${id}`]); // as the server decodes it
    }
  });
});

describe('listing in a dialect', () => {
  const everybody = async ({ target }: Stage, worth = 20): Promise<number | undefined> =>
    found(await target.inventory('user', worth, signal))?.length;

  it('goes by cursor where the dialect says so, and repeats the rest of the question', async (context) => {
    const stage = await crowd(
      context,
      25,
      listing({ paging: 'both', maxPage: 10 }),
      lists({ paging: 'cursor', pageSize: 10 }),
    );
    assert.equal(await everybody(stage), 25);
    assert.deepEqual(
      paths(stage).map((path) => path.replace(/cursor=[\w%-]+/, 'cursor=…')),
      ['GET /Users?cursor&count=10', 'GET /Users?cursor=…&count=10', 'GET /Users?cursor=…&count=10'],
    );
  });

  it('goes by cursor as soon as it is given one', async (context) => {
    const stage = await crowd(context, 25, listing({ paging: 'cursor', maxPage: 10, total: 'absent' }));
    assert.equal(await everybody(stage), 25);
    assert.equal(paths(stage).length, 3);
    assert.equal(
      await everybody(
        await crowd(context, 0, listing({ paging: 'cursor', total: 'absent' }), lists({ paging: 'cursor' })),
      ),
      0,
    );
  });

  it('begins once more when a cursor has expired, and no more than that', async (context) => {
    const once = await crowd(context, 25, listing({ paging: 'cursor', maxPage: 10, expiredCursors: 1 }));
    assert.equal(await everybody(once), 25);
    assert.equal(paths(once).length, 5);
    assert.equal(
      await everybody(await crowd(context, 25, listing({ paging: 'cursor', maxPage: 10, expiredCursors: 2 }))),
      undefined,
    );
  });

  it('takes one page for all where there are no pages', async (context) => {
    const stage = await crowd(context, 25, listing({ paging: 'everything' }), lists({ paging: 'none' }));
    assert.equal(await everybody(stage), 25);
    assert.deepEqual(paths(stage), ['GET /Users']);
    assert.equal(
      await everybody(
        await crowd(context, 25, listing({ paging: 'count-only', defaultPage: 10 }), lists({ paging: 'none' })),
      ),
      undefined,
    );
  });

  it('lists groups without pages where only those are refused, and without members where that is wanted', async (context) => {
    const stage = await begin(context, listing({ groupIndex: false }), lists({ excludeMembers: true }));
    applied(await stage.target.create('group', new Map([['displayName', 'Crew']]), signal));
    stage.server.clearRequests();
    assert.equal(found(await stage.target.inventory('group', 5, signal))?.length, 1);
    assert.deepEqual(paths(stage), [
      'GET /Groups?startIndex=1&count=100&excludedAttributes=members',
      'GET /Groups?excludedAttributes=members',
    ]);
    assert.deepEqual(stage.learned(), {});
  });

  it('asks nothing where lists are of no use', async (context) => {
    const stage = await begin(context, listing({ unfiltered: 'synthetic' }), lists({ usable: false }));
    assert.equal(await everybody(stage), undefined);
    assert.deepEqual(paths(stage), []);
  });

  it('asks for pages of the size that the target gives, and reads numbers that are text', async (context) => {
    const stage = await crowd(context, 25, listing({ maxPage: 10, numbers: 'text' }), lists({ pageSize: 10 }));
    assert.equal(await everybody(stage), 25);
    assert.equal(paths(stage)[0], 'GET /Users?startIndex=1&count=10');
  });
});

describe('requests in a dialect', () => {
  it('have slashes, headers and media types as the target wants them', async (context) => {
    const stage = await begin(
      context,
      {
        http: {
          ...clean.http,
          trailingSlash: 'required',
          accepts: ['application/json'],
          requiredHeaders: ['x-tenant'],
        },
      },
      { trailingSlash: true, mediaType: 'application/json', headers: { 'X-Tenant': 't1' } },
    );
    const id = await createPerson(stage, 'a');
    assert.deepEqual(await ids(stage.target.find('user', 'externalId', 'a', signal)), [id]);
    applied(await stage.target.remove('user', id, signal));
    assert.deepEqual(
      stage.server.requests.map(({ headers }) => headers['accept']),
      [1, 2, 3, 4].map(() => 'application/json, application/scim+json;q=0.9'),
    );
    assert.deepEqual([stage.server.violations, stage.server.refusals], [[], []]);
  });
});
