import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { PartialBehaviour } from '../../support/scim-server/index.ts';
import { begin, rowsOf, search, type Stage } from './stage.ts';

async function beginWith(
  context: TestContext,
  users: number,
  behaviour: PartialBehaviour,
): Promise<Stage & { readonly list: (query: string) => Promise<readonly unknown[]> }> {
  const stage = await begin(context);
  for (let number = 1; number <= users; number += 1)
    await stage.makeUser(`u${number}`, { title: number > 1 ? 'x' : 'y' });
  stage.server.setBehaviour(behaviour);
  return {
    ...stage,
    list: async (query) => rowsOf(await stage.ask('GET', `/Users?${query}`)).map(({ userName }) => userName),
  };
}

describe('lists, as the SCIM server is told to give them', () => {
  it('come by index, with a default and a most', async (context) => {
    const { list } = await beginWith(context, 5, { list: { defaultPage: 2, maxPage: 3 } });
    assert.deepEqual(await list(''), ['u1', 'u2']);
    assert.deepEqual(await list('startIndex=2&count=9'), ['u2', 'u3', 'u4']);
    assert.deepEqual(await list('startIndex=6'), []);
  });

  it('can ignore the index, start again past the end, know only count, or come whole', async (context) => {
    const { server, list } = await beginWith(context, 3, { list: { paging: 'ignored', defaultPage: 2 } });
    assert.deepEqual(await list('startIndex=3&count=1'), ['u1', 'u2']);
    server.setBehaviour({ list: { paging: 'wraps' } });
    assert.deepEqual(await list('startIndex=4'), ['u1', 'u2', 'u3']);
    server.setBehaviour({ list: { paging: 'count-only' } });
    assert.deepEqual(await list('startIndex=3&count=1'), ['u1']);
    server.setBehaviour({ list: { paging: 'everything', maxPage: 1 } });
    assert.deepEqual(await list('startIndex=3&count=1'), ['u1', 'u2', 'u3']);
  });

  it('can go by cursor, and lose one', async (context) => {
    const { ask, server } = await beginWith(context, 5, { list: { paging: 'both', maxPage: 2 } });
    const walk = async (): Promise<number[]> => {
      const sizes: number[] = [];
      let cursor: unknown = '';
      while (typeof cursor === 'string') {
        const said = await ask('GET', `/Users?cursor=${cursor}&${search('title eq "x"')}`);
        assert.equal(said.status, 200, said.text);
        sizes.push(rowsOf(said).length);
        cursor = said.body['nextCursor'];
      }
      return sizes;
    };
    assert.deepEqual(await walk(), [2, 2]);
    assert.equal('nextCursor' in (await ask('GET', '/Users?count=2')).body, false);
    assert.equal((await ask('GET', '/Users?cursor=bm9wZQ')).body['scimType'], 'invalidCursor');
    server.setBehaviour({ list: { paging: 'cursor', maxPage: 2, expiredCursors: 100 } });
    const first = await ask('GET', '/Users');
    assert.equal(
      (await ask('GET', `/Users?cursor=${String(first.body['nextCursor'])}`)).body['scimType'],
      'expiredCursor',
    );
    assert.deepEqual((await ask('GET', '/ServiceProviderConfig')).body['pagination'], {
      cursor: true,
      index: false,
      defaultPaginationMethod: 'cursor',
      maxPageSize: 2,
    });
  });

  it('can count wrongly, not at all, or in texts', async (context) => {
    const { ask, server } = await beginWith(context, 3, { list: { total: 'page' } });
    const head = async (): Promise<unknown[]> => {
      const { body } = await ask('GET', '/Users?count=2');
      return [body['totalResults'], body['startIndex'], body['itemsPerPage']];
    };
    assert.deepEqual(await head(), [2, 1, 2]);
    server.setBehaviour({ list: { total: 'absent', position: false } });
    assert.deepEqual(await head(), [undefined, undefined, undefined]);
    server.setBehaviour({ list: { numbers: 'text' } });
    assert.deepEqual(await head(), ['3', '1', '2']);
  });

  it('can be refused, empty or invented without a filter', async (context) => {
    const { ask, server, list } = await beginWith(context, 2, { list: { unfiltered: 'refused' } });
    assert.equal((await ask('GET', '/Users')).status, 400);
    assert.deepEqual(await list(search('userName eq "u2"')), ['u2']);
    server.setBehaviour({ list: { unfiltered: 'empty' } });
    assert.deepEqual(await list(''), []);
    server.setBehaviour({ list: { unfiltered: 'synthetic' } });
    assert.deepEqual(await list(''), ['synthesis_user']);
    server.setBehaviour({ list: { groupIndex: false } });
    assert.deepEqual(
      [(await ask('GET', '/Groups')).status, (await ask('GET', '/Groups?startIndex=1')).status],
      [200, 501],
    );
  });

  it('can lag behind what was created', async (context) => {
    const { makeUser, list, ask } = await beginWith(context, 1, { list: { lag: 2 } });
    const id = await makeUser('new');
    assert.equal((await ask('GET', `/Users/${id}`)).status, 200);
    assert.deepEqual(
      [await list(''), await list(search('userName eq "new"')), await list('')],
      [['u1'], [], ['u1', 'new']],
    );
  });

  it('give the attributes that are asked for, unless they do not mind', async (context) => {
    const { ask, server } = await beginWith(context, 1, {});
    const keys = async (): Promise<string[]> =>
      Object.keys(rowsOf(await ask('GET', '/Users?attributes=userName'))[0] ?? {}).sort();
    assert.deepEqual(await keys(), ['id', 'schemas', 'userName']);
    server.setBehaviour({ list: { projection: false } });
    assert.equal((await keys()).length, 6);
  });
});

describe('filters, as the SCIM server is told to take them', () => {
  it('are eq, and, or and value paths', async (context) => {
    const { list } = await beginWith(context, 3, {});
    assert.deepEqual(await list(search('userName eq "U2"')), ['u2']);
    assert.deepEqual(await list(search('title eq "x" and userName eq "u3"')), ['u3']);
    assert.deepEqual(await list(search('userName eq "u1" or title eq "x" and userName eq "u3"')), ['u1', 'u3']);
  });

  it('can be limited to attributes, to one condition and to a length', async (context) => {
    const { ask, server } = await beginWith(context, 2, {
      filter: { users: ['userName'], and: false, or: false, maxLength: 40 },
    });
    const status = async (filter: string): Promise<number> => (await ask('GET', `/Users?${search(filter)}`)).status;
    assert.equal(await status('username eq "u1"'), 200);
    assert.equal(await status('title eq "x"'), 400);
    assert.equal(await status('userName eq "u1" or userName eq "u2"'), 400);
    assert.equal(await status(`userName eq "${'u'.repeat(40)}"`), 400);
    assert.equal(await status('emails[value eq "a"]'), 400);
    assert.equal(server.violations.length, 0);
    assert.equal(server.refusals.length, 4);
  });

  it('can fail, find nobody or find everybody where they are not supported', async (context) => {
    const { ask, server, list } = await beginWith(context, 2, { filter: { users: [], unsupported: 'fails' } });
    assert.equal((await ask('GET', `/Users?${search('title eq "x"')}`)).status, 500);
    server.setBehaviour({ filter: { users: [], unsupported: 'empty' } });
    assert.deepEqual(await list(search('title eq "x"')), []);
    server.setBehaviour({ filter: { users: [], unsupported: 'ignored' } });
    assert.deepEqual(await list(search('title eq "x"')), ['u1', 'u2']);
    server.setBehaviour({ filter: { ignored: true } });
    assert.deepEqual(await list(search('title eq "x"')), ['u1', 'u2']);
  });

  it('can say 404 when nobody was found', async (context) => {
    const { ask } = await beginWith(context, 1, { filter: { emptyStatus: 404 } });
    assert.equal((await ask('GET', `/Users?${search('userName eq "nobody"')}`)).status, 404);
    assert.equal((await ask('GET', `/Users?${search('userName eq "u1"')}`)).status, 200);
  });
});
