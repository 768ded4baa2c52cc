import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blocking, examine, examineAll, findingOf, startPatient } from './examination.ts';

describe('a doctor', { concurrency: 2 }, () => {
  it('tells filters that are ignored, totals that are none, and lists that start again', async (context) => {
    const examination = await examineAll(context, {
      filter: { ignored: true },
      list: { paging: 'wraps', total: 'page' },
    });
    for (const trial of ['userName', 'externalId', 'nobody'])
      assert.equal(findingOf(examination, 'Searching users', trial).verdict, 'lies');
    assert.match(findingOf(examination, 'Lists', 'pages by index').text, /totalResults is the size of the page/);
    assert.match(findingOf(examination, 'Lists', 'beyond the end').text, /starts again/);
    assert.match(findingOf(examination, 'Extras', 'claims').text, /tells the truth/);
    assert.deepEqual(blocking(examination), [], 'whoever is there is found in lists');
  });

  it('tells what is answered with 200 and not done, and what is done halfway', async (context) => {
    const examination = await examineAll(context, {
      patch: { valueFilters: 'ignored', atomic: false },
      members: { remove: ['values', 'filter'], otherRemovals: 'ignored' },
      users: { createInactive: 'ignored' },
      http: { etags: 'shown' },
      discovery: { claims: { etag: true, bulk: true } },
    });
    assert.match(
      findingOf(examination, 'Lists and references', 'an element by its type').text,
      /answered with 200 and does not do it/,
    );
    assert.match(findingOf(examination, 'PATCH', 'unknown attributes').text, /not atomic/);
    assert.match(
      findingOf(examination, 'Extras', 'claims').text,
      /claims etag, but it does not work; it claims bulk, but it does not work/,
    );
    assert.partialDeepStrictEqual(examination.says, {
      users: { createInactive: false },
      patch: { valueFilters: false },
      members: { remove: 'values' },
      etag: 'off',
    });
  });

  it('tells additions that take the place of what was there', async (context) => {
    const examination = await examineAll(context, { patch: { addReplaces: true } });
    assert.match(
      findingOf(examination, 'Lists and references', 'add an element').text,
      /takes the place of the others/,
    );
    const removal = findingOf(examination, 'Members', 'remove');
    assert.deepEqual([removal.verdict, removal.blocks], ['lies', true]);
    assert.partialDeepStrictEqual(examination.says, { patch: { valueFilters: false } });
  });

  it('finds the limits of what one request takes', async (context) => {
    const { says } = await examineAll(context, {
      patch: { maxOperations: 7, clear: ['null'], mixed: false, extensions: 'object' },
      values: { manager: ['string'] },
      members: { maxPerRequest: 30, tooManyStatus: 413, nested: false },
      filter: { maxLength: 700 },
    });
    assert.partialDeepStrictEqual(says, {
      patch: { maxOperations: 5, clear: 'null', mixed: false, extensionPaths: 'object' },
      values: { manager: 'string' },
      members: { addPerRequest: 25, removePerRequest: 25, nested: false },
      filter: { maxLength: 500 },
    });
  });

  it('gets by with answers that are only promises, slashes, another media type, and without any document', async (context) => {
    const { says } = await examineAll(context, {
      http: { writes: 'asynchronous', trailingSlash: 'required', accepts: ['application/json'] },
      discovery: { serviceProviderConfig: 'absent', resourceTypes: false, schemas: false },
    });
    assert.partialDeepStrictEqual(says, {
      mediaType: 'application/json',
      trailingSlash: true,
      discovery: { use: false },
    });
  });

  it('finds ids that are numbers or in no body, lists that lag, and pages that go by cursor alone', async (context) => {
    const examination = await examineAll(context, {
      users: { createAnswer: 'empty', ids: 'number' },
      list: { paging: 'cursor', lag: 1 },
      filter: { emptyStatus: 404 },
    });
    assert.match(findingOf(examination, 'Users', 'create').text, /found by location/);
    assert.match(findingOf(examination, 'Searching users', 'userName').text, /only after 1 s/);
    assert.partialDeepStrictEqual(examination.says, { list: { paging: 'cursor' } });
  });

  it('finds a target without PATCH, whose PUT merges', async (context) => {
    const examination = await examineAll(context, {
      users: { patch: 405, put: 'merge' },
      groups: { patch: 501 },
      bulk: { supported: true },
    });
    assert.partialDeepStrictEqual(examination.says, { users: { update: 'put-merge' }, groups: { update: 'put' } });
    assert.equal(findingOf(examination, 'Members', 'by PUT').verdict, 'works');
    for (const trial of ['creates', 'changes', 'deletes'])
      assert.equal(findingOf(examination, 'Bulk', trial).verdict, 'works', trial);
    assert.deepEqual(blocking(examination), []);
  });

  it('finds how many users a page has', async (context) => {
    const { says } = await examineAll(context, {
      list: { maxPage: 1 },
      discovery: { serviceProviderConfig: 'absent' },
    });
    assert.partialDeepStrictEqual(says, { list: { pageSize: 1 } });
  });

  it('keeps to what the target allows, and says what it was told about that', async (context) => {
    const server = await startPatient(context, {
      pace: { buckets: [{ requests: 100, perSeconds: 1 }], tells: 'ratelimit' },
    });
    const { traffic, leftovers } = await examine(server.url);
    assert.deepEqual([leftovers, server.early], [[], []]);
    assert.deepEqual(traffic.quotaHeaders, ['ratelimit']);
    assert.ok(traffic.requests > 100 && traffic.median > 0 && traffic.p95 >= traffic.median);
  });

  it('says that PATCH works where ServiceProviderConfig denies it', async (context) => {
    const { says } = await examineAll(context, { discovery: { claims: { patch: false } } });
    assert.partialDeepStrictEqual(says, { users: { update: 'patch' }, groups: { update: 'patch' } });
  });

  it('names what the bridge cannot do without', async (context) => {
    const examination = await examineAll(context, { users: { patch: 405, put: 405 } });
    assert.equal(findingOf(examination, 'Deactivation', 'deactivate').blocks, true);
  });
});
