import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doubtful, empty, unmanaged } from '../../../../src/core/model/link.ts';
import { Reference, type DesiredAttributes, type DesiredValue } from '../../../../src/core/model/resource.ts';
import { diffWithLink } from '../../../../src/core/planning/diff.ts';
import { heldPaths, learnPaths, settlePaths, unknownPaths } from '../../../../src/core/planning/link-paths.ts';
import { digest, idOnTarget, linkOf, user } from '../../../support/plan-input.ts';

const anna = user('anna', { userName: 'anna', title: 'Boss', nickName: null });
const linked = linkOf(anna, { marksEmpty: true });

describe('settlePaths', () => {
  it('leaves a link alone that knows every managed path', () => assert.equal(settlePaths(linked, anna), linked));
  it('does not know any more what is at a path that is not managed any more', () => {
    const { attributes } = settlePaths(linked, user('anna', { userName: 'anna' }));
    assert.equal(attributes['title'], unmanaged);
    assert.equal('nickName' in attributes, false);
  });
  it('takes what an older link does not mention for acknowledged where there is no value, and for unknown where there is one', () => {
    const wanted = user('anna', { userName: 'anna', title: null, nickName: 'A', manager: new Reference('boss') });
    const older = settlePaths(linkOf(user('anna', { userName: 'anna' })), wanted);
    assert.deepEqual([older.attributes['title'], older.attributes['manager'], older.marksEmpty], [empty, empty, true]);
    assert.deepEqual(unknownPaths(older, wanted.attributes), ['nickName']);
  });
});

describe('unknownPaths', () => {
  it('are those that were never managed, and those that were given up', () => {
    const link = { attributes: { userName: 'x', title: unmanaged, nickName: empty, locale: doubtful } };
    const wanted = new Map([
      ['userName', 'anna'],
      ['title', 'Boss'],
      ['nickName', 'A'],
      ['locale', 'de'],
      ['userType', null],
    ]);
    assert.deepEqual(unknownPaths(link, wanted), ['title', 'userType']);
  });
});

describe('learnPaths', () => {
  const wanted: DesiredAttributes = new Map<string, DesiredValue | null>([
    ['roles', ['reader']],
    ['title', 'Boss'],
    ['nickName', 'A'],
    ['userType', null],
  ]);
  const paths = [...wanted.keys()];
  const learned = learnPaths(
    linked,
    paths,
    wanted,
    { roles: [{ value: 'admin' }], title: 'Boss', userType: 'Contractor' },
    digest,
    idOnTarget,
  );
  it('leads to what differs, and to nothing else', () => {
    assert.deepEqual(diffWithLink(wanted, learned.attributes, digest, idOnTarget), [
      { path: 'roles', change: 'set', value: ['reader'], had: true },
      { path: 'nickName', change: 'set', value: 'A', had: false },
      { path: 'userType', change: 'clear' },
    ]);
  });
  it('does not take for empty what a list of texts does not tell (WSO2): it is written in place, and nothing is cleared', () => {
    const mails: DesiredAttributes = new Map<string, DesiredValue | null>([
      ['emails[type eq "work"].value', 'a@example.org'],
      ['emails[type eq "home"].value', null],
    ]);
    const told = learnPaths(linked, [...mails.keys()], mails, { emails: ['old@example.org'] }, digest, idOnTarget);
    assert.deepEqual(diffWithLink(mails, told.attributes, digest, idOnTarget), [
      { path: 'emails[type eq "work"].value', change: 'set', value: 'a@example.org', had: true },
    ]);
  });
  it('needs to be done once', () => assert.deepEqual(unknownPaths(learned, wanted), []));
});

describe('heldPaths', () => {
  it('are those with a value, also one that is not kept in step', () =>
    assert.deepEqual(heldPaths({ attributes: { title: empty, locale: unmanaged, userName: 'x' } }), [
      'locale',
      'userName',
    ]));
});
