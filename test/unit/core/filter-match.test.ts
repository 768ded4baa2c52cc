import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseFilter } from '../../../src/core/directory/filter.ts';
import { checkMatchable, matchesFilter } from '../../../src/core/directory/match-filter.ts';
import { kindRules } from '../../../src/core/directory/kinds.ts';
import type { AttributeValue } from '../../../src/core/model/entry.ts';

type Attributes = Record<string, readonly AttributeValue[]>;

const person: Attributes = {
  objectclass: ['top', 'inetOrgPerson'],
  cn: ['Anna Berg', 'José Müller'],
  'cn;lang-de': ['Änne Berg'],
  mail: ['Anna.Berg@Example.org'],
  useraccountcontrol: ['514'],
  modifytimestamp: ['20260301120000Z'],
  usnchanged: ['9'],
  memberof: ['CN=Sales\\2c East,OU=Groups,DC=corp'],
  objectcategory: ['CN=Person,CN=Schema,CN=Configuration,DC=corp'],
  objectguid: [Uint8Array.from([1, 2, 0xff])],
};
const matches = (filter: string, attributes: Attributes = person) =>
  matchesFilter(parseFilter(filter), new Map(Object.entries(attributes)));

describe('matchesFilter', () => {
  const holds = [
    '(cn=anna berg)',
    '(CN=ANNA   BERG)',
    '(cn;lang-de=änne berg)',
    '(cn=änne berg)',
    '(cn;LANG-DE=*)',
    '(cn=jos\\c3\\a9 m\\c3\\bcller)',
    '(cn~=anna berg)',
    '(cn=*)',
    '(mail=anna*)',
    '(mail=*@example.org)',
    '(mail=*berg*)',
    '(mail=an*na*b*org)',
    '(cn=anna*berg)',
    '(usnChanged>=9)',
    '(usnChanged>=2)',
    '(usnChanged<=10)',
    '(modifyTimestamp>=20260301115959Z)',
    '(modifyTimestamp<=20260301120000Z)',
    '(userAccountControl:1.2.840.113556.1.4.803:=2)',
    '(userAccountControl:1.2.840.113556.1.4.803:=514)',
    '(userAccountControl:1.2.840.113556.1.4.804:=3)',
    '(memberOf=cn=sales\\5c, east, ou=groups,dc=corp)',
    '(objectGUID=\\01\\02\\ff)',
    '(objectCategory=person)',
    '(objectCategory=user)',
    '(objectCategory=CN=Person,CN=Schema,CN=Configuration,DC=corp)',
    '(&(objectClass=inetOrgPerson)(!(mail=*@other.org)))',
    '(|(cn=nobody)(cn=anna berg))',
    '(!(missing=a))',
    '(!(missing=*))',
    '(&)',
  ];
  const fails = [
    '(cn;lang-de=Anna Berg)',
    '(cn;lang-fr=*)',
    '(cn=anna)',
    '(cn=nna*)',
    '(mail=*@example)',
    '(mail=anna*anna.berg*)',
    '(cn=anna berg*berg)',
    '(missing=*)',
    '(missing=a)',
    '(missing>=a)',
    '(missing=*a*)',
    '(usnChanged>=10)',
    '(usnChanged<=8)',
    '(modifyTimestamp>=20260301120001Z)',
    '(userAccountControl:1.2.840.113556.1.4.803:=3)',
    '(userAccountControl:1.2.840.113556.1.4.804:=4)',
    '(missing:1.2.840.113556.1.4.803:=0)',
    '(cn:1.2.840.113556.1.4.803:=0)',
    '(objectGUID=\\01\\02)',
    '(objectCategory=computer)',
    '(memberOf=cn=sales)',
    '(!(cn=*))',
    '(&(cn=*)(missing=*))',
    '(|)',
  ];
  for (const filter of holds) it(`${filter} holds`, () => assert.equal(matches(filter), true));
  for (const filter of fails) it(`${filter} does not hold`, () => assert.equal(matches(filter), false));

  it('reads the sign bit of what Active Directory keeps as a signed number', () => {
    const global = { grouptype: ['-2147483646'] };
    assert.equal(matches('(groupType:1.2.840.113556.1.4.803:=2147483648)', global), true);
    assert.equal(matches('(groupType:1.2.840.113556.1.4.803:=2147483650)', global), true);
    assert.equal(matches('(groupType:1.2.840.113556.1.4.803:=4)', global), false);
  });

  it('tells people from computers and built-in accounts by the default filters', () => {
    const { user } = kindRules['active-directory'].filters;
    assert.equal(matches(user, { samaccounttype: ['805306368'] }), true);
    assert.equal(matches(user, { samaccounttype: ['805306369'] }), false);
    assert.equal(matches(user, { samaccounttype: ['805306368'], iscriticalsystemobject: ['TRUE'] }), false);
  });
});

describe('checkMatchable', () => {
  for (const filter of [
    '(memberOf:1.2.840.113556.1.4.1941:=cn=a)',
    '(cn:caseExactMatch:=a)',
    '(cn:dn:=a)',
    '(:1.2.840.113556.1.4.803:=1)',
    '(a:1.2.840.113556.1.4.803:=x)',
  ]) {
    it(`refuses ${filter}, wherever it stands`, () => {
      assert.throws(() => checkMatchable(parseFilter(`(|(cn=a)(!${filter}))`)), { code: 'D2S_FILTER_INVALID' });
      assert.throws(() => matches(filter), { code: 'D2S_FILTER_INVALID' });
    });
  }
  it('accepts what it can evaluate', () =>
    checkMatchable(parseFilter('(&(cn=a*)(a:1.2.840.113556.1.4.804:=1)(!(b>=1)))')));
});
