import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkIdentity, isSameDirectory, mergeIdentity } from '../../../src/core/directory/identity.ts';
import type { DirectoryIdentity } from '../../../src/core/model/directory-identity.ts';

const ad: DirectoryIdentity = {
  kind: 'active-directory',
  idAttribute: 'objectGUID',
  contexts: ['DC=corp,DC=example'],
  contextIds: ['guid-1'],
};
const ds389: DirectoryIdentity = { kind: '389ds', idAttribute: 'nsUniqueId', contexts: ['dc=example'] };
const openldap: DirectoryIdentity = { kind: 'openldap', idAttribute: 'entryUUID', contexts: ['dc=example'] };

describe('a directory is', () => {
  const cases: readonly [string, DirectoryIdentity, DirectoryIdentity, boolean][] = [
    ['the same by another domain controller', ad, { ...ad }, true],
    [
      'the same whatever the case of its names',
      openldap,
      { ...openldap, idAttribute: 'entryuuid', contexts: ['DC=Example'] },
      true,
    ],
    ['another when another domain has the same name', ad, { ...ad, contextIds: ['guid-2'] }, false],
    ['the same when its domain was renamed', ad, { ...ad, contexts: ['DC=new,DC=example'] }, true],
    ['another when it lies in another tree', openldap, { ...openldap, contexts: ['dc=other'] }, false],
    [
      'the same when a base in another context was added',
      openldap,
      { ...openldap, contexts: ['dc=example', 'dc=other'] },
      true,
    ],
    ['another by another id attribute', ds389, { kind: 'generic', idAttribute: 'entryUUID' }, false],
    ['another when others count as its people', { ...ad, idAttribute: 'entryUUID' }, openldap, false],
    [
      'the same when its rootDSE says less, and its entries are read alike',
      openldap,
      { kind: 'generic', idAttribute: 'entryUUID' },
      true,
    ],
    [
      'another as a file with the entries of another tree',
      { ...openldap, contexts: undefined, trees: ['dc=x'] },
      { kind: 'openldap', idAttribute: 'entryUUID', trees: ['dc=y'] },
      false,
    ],
    [
      'the same as a file that has entries of another tree as well',
      { ...openldap, contexts: undefined, trees: ['dc=x'] },
      { kind: 'openldap', idAttribute: 'entryUUID', trees: ['dc=x', 'dc=y'] },
      true,
    ],
    [
      'the same as a file from before trees were kept',
      { ...openldap, contexts: undefined },
      { kind: 'openldap', idAttribute: 'entryUUID', trees: ['dc=y'] },
      true,
    ],
    ['the same as a file that was exported from it', ad, { kind: 'active-directory', idAttribute: 'objectGUID' }, true],
  ];
  for (const [what, before, now, expected] of cases)
    it(what, () => assert.equal(isSameDirectory(before, now), expected));
});

describe('checkIdentity', () => {
  it('says what it was, what it is and what to do', () => {
    assert.throws(() => checkIdentity('corp', ds389, { kind: 'generic', idAttribute: 'entryUUID' }), {
      code: 'D2S_DIRECTORY_CHANGED',
      message: /it was 389ds by nsUniqueId, dc=example, and looks like generic by entryUUID now/,
      remedy: /dir2scim state repin corp/,
    });
  });
  it('lets a directory become what it likes that was never pinned', () =>
    assert.doesNotThrow(() => checkIdentity('corp', undefined, ad)));
});

describe('mergeIdentity', () => {
  it('keeps what a reading does not say', () =>
    assert.deepEqual(mergeIdentity(openldap, { kind: 'generic', idAttribute: 'entryUUID' }), {
      ...openldap,
      contextIds: undefined,
      trees: undefined,
    }));
  it('takes what is new', () =>
    assert.deepEqual(mergeIdentity({ kind: 'active-directory', idAttribute: 'objectGUID' }, ad), {
      ...ad,
      trees: undefined,
    }));
});
