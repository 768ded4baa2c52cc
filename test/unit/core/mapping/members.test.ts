import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainEntry } from '../../../../src/core/mapping/explain.ts';
import { draftProjection, projectTarget } from '../../../../src/core/mapping/project.ts';
import type { Entry } from '../../../../src/core/model/entry.ts';
import { definition, dnOf, dnOfGroup, entry, group, now } from '../../../support/entries.ts';

const target = definition({
  directories: ['corp', 'lab'],
  sees: { corp: ['lab'] },
  users: { userName: 'uid', 'enterprise.manager': 'ref(manager)' },
});
const ann = entry('ann', { uid: 'ann' });
const ben = entry('ben', { uid: 'Ben' });
const posix = (memberUid: readonly string[], rest = {}) =>
  entry(
    'staff',
    { cn: 'staff', objectClass: ['top', 'posixGroup'], ...(memberUid.length === 0 ? {} : { memberUid }) },
    { type: 'group', dn: dnOfGroup('staff'), ...rest },
  );

/** A security identifier with this relative id, as bytes. */
const sidOf = (rid: number): Uint8Array =>
  Uint8Array.from([1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, rid & 255, rid >> 8, 0, 0]);
const foreign = (rid: number) => `CN=S-1-5-21-1-2-3-${rid},CN=ForeignSecurityPrincipals,DC=corp`;

function content(
  entries: readonly Entry[],
  id = 'staff',
  wanted = target,
): [readonly string[], readonly string[] | undefined] {
  const found = projectTarget(entries, wanted, now).resources.find(({ sourceId }) => sourceId === id);
  if (found === undefined) throw new Error('no such group');
  return [found.members, found.unresolved];
}

describe('members by login (memberUid)', () => {
  it('are those who have it as uid in the same directory', () => {
    const elsewhere = entry('eve', { uid: 'eve' }, { directory: 'lab' });
    assert.deepEqual(content([ann, ben, elsewhere, posix(['ann', 'ben', 'eve', 'nobody'])]), [
      ['ann', 'ben'],
      ['eve', 'nobody'],
    ]);
  });

  it('are who is spelled the same before who differs in case, and nobody when two are meant', () => {
    const upper = entry('ann2', { uid: 'ANN' });
    assert.deepEqual(content([ann, upper, posix(['ann'])]), [['ann'], undefined]);
    assert.deepEqual(content([ann, upper, posix(['ANN'])]), [['ann2'], undefined]);
    assert.deepEqual(content([ann, upper, posix(['Ann'])]), [[], ['Ann']]);
    assert.deepEqual(content([ann, entry('twin', { uid: 'ann' }), posix(['ann'])]), [[], ['ann']]);
  });

  it('count beside those by DN', () => {
    const both = entry(
      'staff',
      { cn: 'staff', memberUid: ['ann'], member: [dnOf('ben'), dnOf('ann')] },
      { type: 'group' },
    );
    assert.deepEqual(content([ann, ben, both]), [['ann', 'ben'], undefined]);
  });

  it('put people into scope', () => {
    const scoped = definition({ users: { userName: 'uid' }, scope: { user: { memberOf: [dnOfGroup('staff')] } } });
    assert.deepEqual(
      projectTarget([ann, ben, posix(['ann'])], scoped, now).resources.map(({ sourceId }) => sourceId),
      ['ann', 'staff'],
    );
  });
});

describe('a login in a scope group that two people have', () => {
  it('names neither, and may mean both, through groups in it as well', () => {
    const twin = entry('twin', { uid: 'ann' });
    for (const dn of [dnOfGroup('staff'), dnOfGroup('all')]) {
      const wanted = definition({ users: { userName: 'uid' }, scope: { user: { memberOf: [dn] } } });
      const { scopeGroups } = draftProjection(
        [ann, twin, ben, posix(['ann', 'ben']), group('all', [dnOfGroup('staff')])],
        wanted,
        now,
      ).evaluation;
      assert.deepEqual([...new Set(scopeGroups.flatMap(({ possible }) => [...possible]))], ['ann', 'twin']);
    }
  });
});

describe('a scope group of which nothing tells who is in it', () => {
  const scoped = (definitionOf: Parameters<typeof definition>[0]) => () =>
    projectTarget([ann, posix([])], definition(definitionOf), now);

  it('is an error, not an empty group', () => {
    assert.throws(scoped({ scope: { user: { memberOf: [dnOfGroup('staff')] } } }), {
      code: 'D2S_SCOPE_GROUP_UNREADABLE',
    });
    assert.throws(scoped({ scope: { user: { where: `memberOf("${dnOfGroup('staff')}")` } } }), {
      code: 'D2S_SCOPE_GROUP_UNREADABLE',
    });
    const dynamic = entry(
      'staff',
      { cn: 'staff', objectClass: ['groupOfURLs'], memberURL: 'ldap:///dc=corp??sub?(title=x)' },
      { type: 'group', dn: dnOfGroup('staff') },
    );
    const nested = group('all', [dnOfGroup('staff')]);
    const wanted = definition({ scope: { user: { memberOf: [dnOfGroup('all')] } } });
    assert.throws(() => projectTarget([ann, dynamic, nested], wanted, now), { code: 'D2S_SCOPE_GROUP_UNREADABLE' });
  });

  it('is an empty group where it could say more, or its class keeps members nowhere else', () => {
    const wanted = definition({ users: { userName: 'uid' }, scope: { user: { memberOf: [dnOfGroup('staff')] } } });
    assert.deepEqual(
      projectTarget([ann, posix(['gone'])], wanted, now).resources.map(({ sourceId }) => sourceId),
      ['staff'],
    );
    assert.deepEqual(
      projectTarget([ann, group('staff', [], { objectClass: ['group'] })], wanted, now).resources.map(
        ({ sourceId }) => sourceId,
      ),
      ['staff'],
    );
  });

  it("is a group like any other where nobody's scope depends on it", () =>
    assert.deepEqual(content([ann, posix([])]), [[], undefined]));
});

describe('members of another domain', () => {
  const kim = entry('kim', { uid: 'kim', objectSid: sidOf(1104) }, { directory: 'lab' });

  it('are found by their security identifier in another directory', () => {
    assert.deepEqual(content([ann, kim, group('staff', [dnOf('ann'), foreign(1104)])]), [['ann', 'kim'], undefined]);
    assert.deepEqual(content([ann, kim, group('staff', [foreign(1104).replace('CN=', '2.5.4.3=')])]), [
      ['kim'],
      undefined,
    ]);
  });

  it("name nobody in a directory that the group's does not see, and may mean them", () => {
    const apart = definition({ directories: ['corp', 'lab'], users: { userName: 'uid' } });
    const { resources } = projectTarget([kim, group('staff', [foreign(1104)])], apart, now);
    const staff = resources.find(({ sourceId }) => sourceId === 'staff');
    assert.deepEqual([staff?.members, staff?.unresolved, staff?.possibleMembers], [[], [foreign(1104)], ['kim']]);
  });

  it('name nobody where they are not read, or are in the same directory', () => {
    assert.deepEqual(content([kim, group('staff', [foreign(1105)])]), [[], [foreign(1105)]]);
    const near = entry('near', { uid: 'near', objectSid: sidOf(1104) });
    assert.deepEqual(content([near, group('staff', [foreign(1104)])]), [[], [foreign(1104)]]);
  });
});

describe('values that name nobody', () => {
  const contact = 'CN=Supplier,OU=Contacts,DC=corp';

  it('are told, also those of groups in a group', () => {
    const entries = [
      ann,
      group('inner', [contact, dnOf('ann')]),
      group('staff', [dnOfGroup('inner'), 'CN=outer,OU=Elsewhere,DC=corp']),
    ];
    assert.deepEqual(content(entries), [['ann'], ['CN=outer,OU=Elsewhere,DC=corp', 'CN=Supplier,OU=Contacts,DC=corp']]);
    const direct = { ...target, nested: 'direct' as const };
    assert.deepEqual(content(entries, 'staff', direct), [[], ['CN=outer,OU=Elsewhere,DC=corp']]);
  });

  it('are not those who are read and out of scope, nor the same DN in another spelling', () => {
    const scoped = definition({ users: { userName: 'uid' }, scope: { user: { where: 'uid == "ann"' } } });
    assert.deepEqual(content([ann, ben, group('staff', [dnOf('ann'), dnOf('ben')])], 'staff', scoped), [
      ['ann'],
      undefined,
    ]);
    const spelled = entry('zoe', { uid: 'zoe' }, { dn: 'uid=zoe,ou=people,dc=x' });
    const members = [
      'userid=zoe,ou=people,dc=x',
      '0.9.2342.19200300.100.1.1=ZOE,organizationalUnitName=people,dc=x',
      'uid=#04037a6f65,ou=people,0.9.2342.19200300.100.1.25=x',
    ];
    assert.deepEqual(content([spelled, group('staff', members)]), [['zoe'], undefined]);
  });

  it('are told of references, and come to mean somebody as soon as there is one', () => {
    const report = entry('rep', { uid: 'rep', manager: dnOf('boss') });
    const find = (entries: readonly Entry[]) =>
      projectTarget(entries, target, now).resources.find(({ sourceId }) => sourceId === 'rep');
    assert.deepEqual(find([report])?.unresolved, [dnOf('boss')]);
    assert.equal(find([report, entry('boss', { uid: 'boss' })])?.unresolved, undefined);
    assert.deepEqual(find([report])?.unresolved, [dnOf('boss')]);
  });

  it('are in the explanation', () => {
    const explained = explainEntry(
      'staff',
      [ann, group('staff', [dnOf('ann'), contact])],
      target,
      draftProjection([ann, group('staff', [dnOf('ann'), contact])], target, now),
    );
    assert.deepEqual(explained?.resource?.unresolved, [contact]);
  });
});
