import assert from 'node:assert/strict';
import { it } from 'node:test';
import { layDialect, listSettings, type Layer } from '../../../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../../../src/core/dialect/rfc7644.ts';

const layers: readonly Layer[] = [
  {
    origin: 'profile',
    says: {
      patch: { clear: 'null', paths: 'dotted' },
      headers: { 'X-A': 'a' },
      rate: [{ requests: 1, perSeconds: 1 }],
    },
  },
  { origin: 'learned', says: { patch: { clear: 'empty' } } },
  { origin: 'config', says: { filter: { users: ['id'] }, etag: 'off', headers: { 'X-B': 'b' } } },
];

it('the last layer that says something about a value wins, and the rest is what the RFCs say', () => {
  const dialect = layDialect(rfc7644, layers);
  assert.deepEqual(dialect.patch, { ...rfc7644.patch, clear: 'empty', paths: 'dotted' });
  assert.equal(dialect.etag, 'off');
  assert.deepEqual(
    { ...dialect, patch: 0, filter: 0, etag: 0, headers: 0, rate: 0 },
    { ...rfc7644, patch: 0, filter: 0, etag: 0, headers: 0, rate: 0 },
  );
});

it('lists and headers are values: they replace what was there', () => {
  const dialect = layDialect(rfc7644, layers);
  assert.deepEqual(dialect.headers, { 'X-B': 'b' });
  assert.deepEqual(dialect.filter.users, ['id']);
  assert.deepEqual(dialect.rate, [{ requests: 1, perSeconds: 1 }]);
});

it('without layers the dialect is the base', () => {
  assert.deepEqual(layDialect(rfc7644, []), rfc7644);
});

it('every value is listed once, with the layer that it comes from', () => {
  const settings = new Map(listSettings(rfc7644, layers).map((setting) => [setting.name, setting]));
  assert.equal(settings.size, listSettings(rfc7644, layers).length);
  assert.deepEqual(settings.get('patch.paths'), { name: 'patch.paths', value: 'dotted', origin: 'profile' });
  assert.deepEqual(settings.get('patch.clear'), { name: 'patch.clear', value: 'empty', origin: 'learned' });
  assert.deepEqual(settings.get('filter.users'), { name: 'filter.users', value: ['id'], origin: 'config' });
  assert.deepEqual(settings.get('headers'), { name: 'headers', value: { 'X-B': 'b' }, origin: 'config' });
  assert.deepEqual(settings.get('patch.mixed'), { name: 'patch.mixed', value: true, origin: 'rfc' });
});
