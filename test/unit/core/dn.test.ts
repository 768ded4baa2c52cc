import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dnKey, isWithin, parseDn } from '../../../src/core/directory/dn.ts';

/** Values of all parts, with their types: `[["cn=A","uid=1"],["dc=x"]]`. */
const parts = (dn: string) => parseDn(dn)?.map((rdn) => rdn.map(({ type, value }) => `${type}=${value}`));

describe('parseDn', () => {
  const cases: readonly [string, string, string[][]][] = [
    ['names and domain components', 'UID=jsmith,DC=example,DC=net', [['UID=jsmith'], ['DC=example'], ['DC=net']]],
    ['several values in one name', 'OU=Sales+CN=J.  Smith,DC=example', [['OU=Sales', 'CN=J.  Smith'], ['DC=example']]],
    [
      'escaped special characters',
      String.raw`CN=James \"Jim\" Smith\, III,DC=example`,
      [['CN=James "Jim" Smith, III'], ['DC=example']],
    ],
    ['escaped octets', String.raw`CN=Before\0dAfter,DC=net`, [['CN=Before\rAfter'], ['DC=net']]],
    ['octets that are UTF-8 together', String.raw`CN=Lu\C4\8Di\C4\87`, [['CN=Lučić']]],
    [
      'a BER value that is a text, and any other as it is',
      '1.3.6.1.4.1.1466.0=#04024869,CN=#0c04c3a46161,OU=#30024869,O=#0403',
      [['1.3.6.1.4.1.1466.0=Hi'], ['CN=äaa'], ['OU=#30024869'], ['O=#0403']],
    ],
    ['text outside of ASCII', 'CN=José Müller 太郎,OU=Ä', [['CN=José Müller 太郎'], ['OU=Ä']]],
    ['semicolons and space around separators', 'CN=a ; OU = b , DC= c', [['CN=a'], ['OU=b'], ['DC=c']]],
    ['quoted values', 'CN="Smith, Jr.",DC=x', [['CN=Smith, Jr.'], ['DC=x']]],
    ['an equals sign, and a hash that is escaped', String.raw`CN=\#1=a\=b`, [['CN=#1=a=b']]],
    ['space that is escaped, at both ends', String.raw`CN=\ a\  ,DC=x`, [['CN= a '], ['DC=x']]],
    ['a backslash before an escaped space at the end', String.raw`CN=a\\\ `, [[String.raw`CN=a\ `]]],
    ['a backslash before a space that is not', String.raw`CN=a\\ `, [[String.raw`CN=a\ `.trimEnd()]]],
    ['an empty value', 'CN=,DC=x', [['CN='], ['DC=x']]],
    ['the root', '', []],
  ];
  for (const [what, dn, expected] of cases) it(`reads ${what}`, () => assert.deepEqual(parts(dn), expected));

  for (const text of ['Anna', 'cn', '=a', 'cn=a,', 'cn=a,,dc=x', 'c n=a', 'cn=a+', '1.=a']) {
    it(`does not take ${JSON.stringify(text)} for a DN`, () => assert.equal(parseDn(text), undefined));
  }
});

describe('dnKey', () => {
  it('is the same for all spellings of one DN', () => {
    const spellings = [
      'CN=Smith\\, Jr.,OU=Sales  East,DC=x',
      'cn=smith\\2c jr. , ou=sales east;dc=X',
      'cn="Smith, Jr.",ou= Sales East,dc=x',
      'cn=\\53mith\\, Jr.,ou=Sales East\\ ,dc=x',
    ];
    assert.deepEqual(new Set(spellings.map(dnKey)).size, 1);
    assert.equal(dnKey('userid=anna,DomainComponent=x'), dnKey('uid=anna,dc=x'));
    assert.equal(dnKey('0.9.2342.19200300.100.1.1=#0404616E6E61,0.9.2342.19200300.100.1.25=x'), dnKey('uid=anna,dc=x'));
    assert.equal(dnKey('cn=Stra\u00dfe\u200b,dc=x'), dnKey('CN=STRASSE,DC=x'));
    assert.equal(dnKey('cn=A+uid=1,dc=x'), dnKey('UID=1 + CN=a,dc=x'));
    assert.equal(dnKey('cn=Jose\u0301,dc=x'), dnKey('CN=JOS\u00c9,DC=x'));
  });
  it('keeps apart what is not the same', () => {
    assert.notEqual(dnKey('cn=a,ou=b,dc=x'), dnKey('cn=a\\,ou\\=b,dc=x'));
    assert.notEqual(dnKey('cn=a+uid=b'), dnKey('cn=a\\+uid\\=b'));
    assert.notEqual(dnKey('cn=a'), dnKey('uid=a'));
  });
  it('folds what is no DN, so that it still compares with itself', () =>
    assert.equal(dnKey(' Anna  Berg'), dnKey('anna berg')));
});

describe('isWithin', () => {
  const within = (dn: string, base: string) => isWithin(dnKey(dn), dnKey(base));

  it('finds the base itself, what is below it, and everything below the root', () => {
    assert.equal(within('OU=Sales,DC=x', 'ou=sales, dc=X'), true);
    assert.equal(within('cn=a,cn=b,ou=Sales,dc=x', 'ou=Sales,dc=x'), true);
    assert.equal(within('cn=a,dc=x', ''), true);
  });
  it('does not take part of a name or of a value for a base', () => {
    assert.equal(within('cn=a,ou=BigSales,dc=x', 'ou=Sales,dc=x'), false);
    assert.equal(within('cn=a\\,ou\\=Sales\\,dc\\=x', 'ou=Sales,dc=x'), false);
    assert.equal(within('dc=x', 'ou=Sales,dc=x'), false);
  });
});
