import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { isFailure, type ScimTarget } from '../../src/ports/scim-target.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { cycleStage, person } from '../support/cycle-stage.ts';
import {
  httpAnswer,
  jsonAnswer,
  startHostileTarget,
  type HostileTarget,
  type RawRequest,
} from '../support/hostile-target.ts';
import { watchTurns } from '../support/longest-turn.ts';

/** A target that does not mean well, or is broken. It ends its own calls, and fills neither memory nor state. */

const signal = new AbortController().signal;
const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const megabyte = 1024 * 1024;

async function stage(
  context: TestContext,
  answer: (request: RawRequest) => Uint8Array | string | undefined,
  dialect: Parameters<typeof targetOptions>[2] = {},
): Promise<{ target: ScimTarget; hostile: HostileTarget; faults: unknown[] }> {
  const hostile = await startHostileTarget(answer);
  const faults: unknown[] = [];
  const target = createScimTarget(
    targetOptions(hostile.url, 'token-of-nobody', { onFault: (thrown) => void faults.push(thrown), ...dialect }),
  );
  context.after(async () => {
    await target.close();
    await hostile.close();
    assert.deepEqual(faults, []);
  });
  return { target, hostile, faults };
}

/** A page of as many empty objects as fit into so many bytes. */
function emptyObjects(bytes: number, total = 1e9): Buffer {
  const head = `{"schemas":["${listSchema}"],"totalResults":${total},"Resources":[`;
  const count = Math.floor((bytes - head.length - 4) / 3);
  return httpAnswer(200, Buffer.concat([Buffer.from(head), Buffer.alloc(count * 3, '{},'), Buffer.from('{}]}')]));
}

describe('what a target may fill', () => {
  for (const [what, version] of [
    ['of 900,000 characters', 'v'.repeat(900_000)],
    ['of 15 MB', `W/"${'v'.repeat(15 * megabyte)}"`],
    ['with a line break', 'W/"1"\r\nx-evil: 1'],
    ['of other characters', 'W/"\u0416"'],
  ] as const) {
    it(`keeps no version ${what}`, async (context) => {
      const { target } = await stage(context, ({ method, body }) => {
        if (method === 'GET') return jsonAnswer(200, { schemas: [listSchema], totalResults: 0, Resources: [] });
        const sent = JSON.parse(body) as object;
        return jsonAnswer(
          201,
          { ...sent, id: '1', meta: { resourceType: 'User', version } },
          { etag: 'W/"short"'.padEnd(300, 'x') },
        );
      });
      const world = cycleStage([person('anna')]);
      const { report } = await world.cycle({ prepare: () => Promise.resolve({ ...world.setup, target }) });
      const link = (await world.store.links('wiki', ['anna'])).get('anna');
      // An answer of 15 MB about one user is more than is read: nobody knows what came of it, and it is searched for.
      if (version.length > megabyte)
        assert.deepEqual([report.failed.map(({ failure }) => failure.class), link], [['unknown'], undefined]);
      else assert.deepEqual([report.result, link?.version], ['success', undefined]);
    });
  }

  it('says of an id that cannot be kept why, and does not say that there was none', async (context) => {
    for (const [id, why] of [
      ['x'.repeat(300), /201 with an id of 300 characters, and 255 are the most/],
      ['..', /201 with an id that cannot stand in a URL/],
      ['a\r\nb', /201 with an id that cannot/],
      ['', /201 without an id/],
    ] as const) {
      const { target } = await stage(context, ({ method, body }) =>
        method === 'POST'
          ? jsonAnswer(201, { ...(JSON.parse(body) as object), id })
          : jsonAnswer(200, { schemas: [listSchema], totalResults: 0, Resources: [] }),
      );
      const outcome = await target.create('user', new Map([['userName', 'anna']]), signal);
      assert.ok(
        outcome.kind === 'failed' && outcome.failure.class === 'unknown' && why.test(outcome.failure.detail),
        JSON.stringify(outcome),
      );
    }
  });

  it('reads no list of millions of empty objects, and keeps nobody waiting', async (context) => {
    const page = emptyObjects(16 * megabyte);
    const { target, hostile } = await stage(context, () => page);
    const turns = watchTurns();
    const found = await target.inventory('user', 20, signal);
    const longest = turns.stop();
    assert.equal(found, undefined);
    assert.ok(longest < 100, `${longest} ms`);
    assert.ok(hostile.requests.length <= 2);
  });

  it('walks no list without end: 64 MB of it, or 30,000 resources', async (context) => {
    let id = 0;
    const { target, hostile } = await stage(context, () => {
      const Resources = Array.from({ length: 100 }, () => ({
        id: String((id += 1)),
        userName: `u${id}`,
        title: 'x'.repeat(100_000),
      }));
      return jsonAnswer(200, { schemas: [listSchema], totalResults: 1e9, Resources });
    });
    assert.equal(await target.inventory('user', 1_000_000_000, signal), undefined);
    assert.ok(hostile.requests.length < 10, String(hostile.requests.length));
  });

  it('takes more than 1 MB in answer to a search for one as a filter that does not work', async (context) => {
    const { target } = await stage(context, () => emptyObjects(3 * megabyte));
    const found = await target.find('user', 'userName', 'anna', signal);
    assert.ok(
      isFailure(found) && found.class === 'unsupported' && /more than 1 MB to a search for one user/.test(found.detail),
      JSON.stringify(found),
    );
    await target.find('user', 'userName', 'bert', signal);
    const again = await target.find('user', 'userName', 'carl', signal);
    assert.ok(isFailure(again) && /cannot be searched by userName/.test(again.detail), JSON.stringify(again));
  });

  it('takes JSON that is nested 100,000 deep as no answer to a search, and not as a filter that does not work', async (context) => {
    for (const type of ['user', 'group'] as const) {
      const { target } = await stage(context, () => httpAnswer(200, `${'['.repeat(100_000)}${']'.repeat(100_000)}`));
      for (const name of ['anna', 'bert', 'carl']) {
        const found = await target.find(type, 'externalId', name, signal);
        assert.ok(
          isFailure(found) && found.class === 'protocol' && /200 with JSON of more than 64 levels/.test(found.detail),
          JSON.stringify(found),
        );
      }
    }
  });

  it('asks for no page behind half a character, or behind a cursor of a megabyte', async (context) => {
    for (const nextCursor of ['\ud800', 'c'.repeat(megabyte)]) {
      const { target, hostile } = await stage(
        context,
        () => jsonAnswer(200, { schemas: [listSchema], nextCursor, Resources: [{ id: '1', userName: 'u' }] }),
        { dialect: [{ origin: 'config', says: { list: { paging: 'cursor' } } }] },
      );
      assert.equal(await target.inventory('user', 10, signal), undefined);
      assert.equal(hostile.requests.length, 1);
    }
  });

  it('writes no resource back that is nested 100,000 deep', async (context) => {
    const deep = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
    const { target, hostile } = await stage(context, () => httpAnswer(200, deep), {
      dialect: [{ origin: 'config', says: { users: { update: 'put' } } }],
    });
    const outcome = await target.update(
      'user',
      '1',
      [{ path: 'title', change: 'set', value: 'Boss', had: true }],
      signal,
    );
    assert.ok(
      outcome.kind === 'failed' && outcome.failure.class === 'protocol' && /64 levels/.test(outcome.failure.detail),
      JSON.stringify(outcome),
    );
    assert.deepEqual([...new Set(hostile.requests.map(({ method }) => method))], ['GET']);
  });

  it('unpacks no bomb, and no answer that is packed again and again', async (context) => {
    const { gzipSync } = await import('node:zlib');
    let bomb = gzipSync(Buffer.alloc(200 * megabyte, ' '));
    const { target } = await stage(context, () => httpAnswer(200, bomb, { 'content-encoding': 'gzip' }));
    const turns = watchTurns();
    assert.equal(isFailure(await target.read('user', '1', signal)), true);
    const longest = turns.stop();
    assert.ok(longest < 100, `${longest} ms`);
    for (let layer = 0; layer < 20; layer += 1) bomb = gzipSync(bomb);
    const nested = await stage(context, () =>
      httpAnswer(200, bomb, { 'content-encoding': Array.from({ length: 21 }, () => 'gzip').join(', ') }),
    );
    assert.equal(isFailure(await nested.target.read('user', '1', signal)), true);
  });

  it('reads a group of 100,000 members with names and references, in turns', async (context) => {
    const members = Array.from({ length: 100_000 }, (_, at) => ({
      value: `${String(at).padStart(8, '0')}-0000-4000-8000-000000000000`,
      $ref: `https://wiki.example/scim/v2/Users/${String(at).padStart(8, '0')}-0000-4000-8000-000000000000`,
      display: 'Somebody With A Name',
      type: 'User',
    }));
    const page = jsonAnswer(200, {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      id: '1',
      displayName: 'everybody',
      members,
    });
    assert.ok(page.length > 15 * megabyte);
    const { target } = await stage(context, () => page);
    const turns = watchTurns();
    const groups = await Promise.all(Array.from({ length: 6 }, () => target.read('group', '1', signal)));
    const longest = turns.stop();
    assert.ok(
      groups.every(
        (group) =>
          !isFailure(group) && Array.isArray(group.body['members']) && group.body['members'].length === 100_000,
      ),
    );
    assert.ok(longest < 100, `${longest} ms`);
  });
});
