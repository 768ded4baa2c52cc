import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPace } from '../../support/scim-server/pace.ts';
import { behaviourOf, type PartialBehaviour } from '../../support/scim-server/index.ts';
import { begin, rowsOf, user } from './stage.ts';

const request = (method = 'GET', path = '/Users') => ({ number: 1, method, path, headers: {}, body: undefined, at: 0 });

function paceOf(pace: NonNullable<PartialBehaviour['pace']>): {
  readonly ask: (
    method?: string,
    path?: string,
  ) => { readonly wait: number; readonly headers: Readonly<Record<string, string>> };
  readonly pass: (seconds: number) => void;
} {
  let now = 1_000_000_000_500;
  const made = createPace(
    () => behaviourOf({ pace }),
    () => now,
  );
  return { ask: (method, path) => made.take(request(method, path)), pass: (seconds) => void (now += seconds * 1000) };
}

describe('the pace of the SCIM server', () => {
  it('is a bucket that fills again', () => {
    const { ask, pass } = paceOf({ buckets: [{ requests: 2, perSeconds: 10 }] });
    assert.deepEqual([ask().wait, ask().wait, ask().wait], [0, 0, 5]);
    pass(4);
    assert.equal(ask().wait, 1);
    pass(1);
    assert.deepEqual([ask().wait, ask().wait], [0, 5]);
    pass(1000);
    assert.deepEqual([ask().wait, ask().wait, ask().wait], [0, 0, 5]);
  });

  it('is several buckets, of methods and resources, with bursts', () => {
    const { ask } = paceOf({
      buckets: [
        { requests: 60, perSeconds: 60, burst: 1, methods: ['POST'], resource: 'Users' },
        { requests: 3, perSeconds: 60 },
      ],
    });
    assert.deepEqual([ask('POST').wait, ask('POST').wait], [0, 1]);
    assert.deepEqual([ask('POST', '/Groups').wait, ask('GET').wait, ask('GET').wait], [0, 0, 20]);
  });

  it('says in many ways when to come again', () => {
    const after = (tells: NonNullable<PartialBehaviour['pace']>['tells']): unknown => {
      const { ask } = paceOf({ buckets: [{ requests: 1, perSeconds: 4 }], ...(tells === undefined ? {} : { tells }) });
      ask();
      return ask().headers;
    };
    assert.deepEqual(after('seconds'), { 'retry-after': '4' });
    assert.deepEqual(after('date'), { 'retry-after': new Date(1_000_000_005_000).toUTCString() });
    assert.deepEqual(after('x-ratelimit-reset'), {
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1000000005',
    });
    assert.deepEqual(after('ratelimit'), { 'ratelimit-policy': '"default";q=1;w=4', ratelimit: '"default";r=0;t=4' });
    assert.deepEqual(after('nothing'), {});
  });

  it('answers 429, does nothing, and notes who comes too early', async (context) => {
    const { ask, server } = await begin(context, { pace: { buckets: [{ requests: 1, perSeconds: 60 }] } });
    assert.equal((await ask('GET', '/Users')).status, 200);
    const refused = await ask('POST', '/Users', { schemas: [user], userName: 'a' });
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '60']);
    assert.deepEqual([server.users(), server.early], [[], []]);
    await ask('GET', '/Users');
    assert.deepEqual([server.early.length, server.early[0]?.number], [1, 3]);
  });

  it('can fail after it has done what was asked, or be away', async (context) => {
    const { ask, server } = await begin(context, { pace: { failAfterCommit: 2, unavailable: 4 } });
    const make = async (userName: string): Promise<number> =>
      (await ask('POST', '/Users', { schemas: [user], userName })).status;
    assert.deepEqual([await make('a'), await make('b')], [201, 500]);
    assert.equal(rowsOf(await ask('GET', '/Users')).length, 2);
    assert.deepEqual([await make('c'), await make('c')], [503, 201]);
    assert.equal(server.users().length, 3);
  });
});
