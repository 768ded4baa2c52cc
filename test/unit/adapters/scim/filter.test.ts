import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askedBy, filterText, withoutAttribute } from '../../../../src/adapters/scim/read/filter.ts';
import { rfc7644 } from '../../../../src/core/dialect/rfc7644.ts';
import { scimPath } from '../../../../src/core/mapping/scim-path.ts';

type Allowed = (typeof rfc7644)['filter']['users'];

const work = 'emails[type eq "work"].value';
const asked = (users: Allowed, path: string): string | undefined =>
  askedBy({ ...rfc7644.filter, users }, 'user', scimPath(path))?.text;

describe('what a target can be searched by', () => {
  it('is anything, only what is listed, or anything but what was refused', () => {
    const cases: readonly (readonly [Allowed, string, string | undefined])[] = [
      ['any', 'userName', 'userName'],
      ['any', work, work],
      [['USERNAME'], 'userName', 'userName'],
      [['userName'], 'externalId', undefined],
      [[], 'userName', undefined],
      [['!externalId'], 'userName', 'userName'],
      [['!externalId'], 'externalId', undefined],
      [[`!${work}`], work, 'emails.value'],
      [[`!${work}`, '!emails.value'], work, undefined],
      [['emails'], work, 'emails.value'],
      [['emails.value'], 'emails.value', 'emails.value'],
      [['id'], 'externalId', 'id'],
      [['id', 'externalId'], 'externalId', 'externalId'],
      [['id'], 'userName', undefined],
    ];
    for (const [allowed, path, expected] of cases)
      assert.equal(asked(allowed, path), expected, `${JSON.stringify(allowed)} ${path}`);
  });

  it('becomes less with each refusal, and is the same after the same one', () => {
    const left = (allowed: Allowed, path: string): Allowed | undefined => withoutAttribute(allowed, scimPath(path));
    assert.deepEqual(left('any', 'externalId'), ['!externalId']);
    assert.deepEqual(left(['!externalId'], 'userName'), ['!externalId', '!userName']);
    assert.deepEqual(left(['!externalId'], 'externalId'), undefined);
    assert.deepEqual(left(['externalId', 'userName'], 'externalId'), ['userName']);
    assert.deepEqual(left(['userName', 'emails'], 'emails.value'), ['userName']);
    assert.deepEqual(left(['userName'], 'userName'), []);
    assert.deepEqual(left([], 'userName'), undefined);
  });

  it('is said as the RFC writes it, with the value as a JSON string', () => {
    assert.equal(filterText(scimPath('userName'), 'a"b\\c'), String.raw`userName eq "a\"b\\c"`);
    assert.equal(filterText(scimPath(work), 'x'), 'emails[type eq "work" and value eq "x"]');
    assert.equal(filterText(scimPath('urn:x:y:z:costCenter'), '7'), 'urn:x:y:z:costCenter eq "7"');
  });
});
