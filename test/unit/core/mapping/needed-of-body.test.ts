import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { neededBy, neededOfBody, weightOf } from '../../../../src/core/mapping/needed-of-body.ts';
import { enterpriseUser, readScimPath, scimPath } from '../../../../src/core/mapping/scim-path.ts';

const paths = ['name.givenName', 'emails[type eq "work"].value', 'enterprise.department', 'urn:example:ext:badge'].map(
  scimPath,
);

describe('what is kept of a resource', () => {
  it('is what the paths read, in any spelling, and what is always looked at', () => {
    const body = {
      schemas: ['x'],
      ID: '1',
      ExternalId: 'e',
      userName: 'anna',
      NAME: { givenName: 'Anna' },
      emails: [{ type: 'work', value: 'a@example.com' }],
      active: true,
      meta: { version: 'W/"1"' },
      [enterpriseUser.toUpperCase()]: { Department: 'IT', costCenter: 'x'.repeat(1000) },
      'urn:example:ext': { BADGE: '7', photo: 'y' },
      photos: [{ value: 'x'.repeat(100_000) }],
      'urn:example:other': { badge: 1 },
      __proto__: { name: 1 },
    };
    const kept = neededOfBody(body, neededBy(paths));
    for (const path of paths) assert.deepEqual(readScimPath(kept, path), readScimPath(body, path), path.text);
    assert.deepEqual(
      Object.keys(kept)
        .map((key) => key.toLowerCase())
        .sort(),
      [
        'active',
        'emails',
        'externalid',
        'id',
        'meta',
        'name',
        'schemas',
        enterpriseUser.toLowerCase(),
        'urn:example:ext',
        'username',
      ].sort(),
    );
    assert.deepEqual(kept[enterpriseUser.toUpperCase()], { Department: 'IT' });
  });

  it('weighs about what it takes in memory', () => {
    assert.ok(weightOf({ id: 'x'.repeat(1000) }) > 2000);
    const many = Array.from({ length: 1000 }, () => ({}));
    assert.ok(weightOf(many) >= 56_000);
    assert.ok(weightOf([1, true, null]) < 200);
  });
});
