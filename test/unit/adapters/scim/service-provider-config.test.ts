import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advertisedDialect } from '../../../../src/adapters/scim/dialect/service-provider-config.ts';

describe('what ServiceProviderConfig says about a dialect', () => {
  it('is only what can be acted upon', () => {
    const cases: readonly (readonly [Record<string, unknown>, unknown])[] = [
      [{}, {}],
      [
        {
          patch: { supported: true },
          filter: { supported: false, maxResults: 200 },
          bulk: { supported: false, maxOperations: 0 },
        },
        {},
      ],
      [{ PATCH: { Supported: 'False' } }, { users: { update: 'put' }, groups: { update: 'put' } }],
      [{ etag: { supported: true } }, { etag: 'on' }],
      [{ etag: { supported: false } }, { etag: 'off' }],
      [{ filter: { maxResults: 50 } }, { list: { pageSize: 50 } }],
      [{ filter: { maxResults: 0 } }, {}],
      [
        { filter: { maxResults: 50 }, pagination: { cursor: true, index: true, maxPageSize: 20 } },
        { list: { pageSize: 20 } },
      ],
      [{ pagination: { cursor: true, index: false } }, { list: { paging: 'cursor' } }],
      [
        { pagination: { cursor: true, index: true, defaultPaginationMethod: 'cursor' } },
        { list: { paging: 'cursor' } },
      ],
      [{ pagination: { cursor: false, index: true } }, { list: { paging: 'index' } }],
      [
        { bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1048576 } },
        { bulk: { maxOperations: 1000, maxBytes: 1048576 } },
      ],
      [{ bulk: { supported: true } }, {}],
      [{ patch: 'yes', etag: [], filter: null, bulk: 7 }, {}],
    ];
    for (const [document, expected] of cases)
      assert.deepEqual(advertisedDialect(document), expected, JSON.stringify(document));
  });
});
