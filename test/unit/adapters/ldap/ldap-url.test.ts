import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLdapUrl } from '../../../../src/adapters/ldap/protocol/ldap-url.ts';
import { parseFilter } from '../../../../src/core/directory/filter.ts';

const nothing = { dn: undefined, depth: undefined, filter: undefined };

describe('A reference', () => {
  it('names a server, and perhaps base, scope and filter', () => {
    assert.deepEqual(parseLdapUrl('ldap://DC1.corp.example'), {
      secure: false,
      host: 'dc1.corp.example',
      port: 389,
      ...nothing,
    });
    assert.deepEqual(parseLdapUrl('LDAPS://dc1/'), { secure: true, host: 'dc1', port: 636, ...nothing });
    assert.deepEqual(parseLdapUrl('ldap://[::1]:1389/'), { secure: false, host: '[::1]', port: 1389, ...nothing });
    assert.deepEqual(parseLdapUrl('ldap://dc1:3268/OU=a%20%3F,DC=x?cn,sn?one?(cn=%2a)?x-a=1'), {
      secure: false,
      host: 'dc1',
      port: 3268,
      dn: 'OU=a ?,DC=x',
      depth: 'one',
      filter: parseFilter('(cn=*)'),
    });
    assert.deepEqual(parseLdapUrl('ldap://dc1/dc=x??sub')?.depth, 'sub');
    assert.deepEqual(parseLdapUrl('ldap://dc1/dc=x???')?.filter, undefined);
  });

  it('is not followed when it cannot be understood completely', () => {
    for (const text of [
      '',
      'ldap://',
      'ldap:///dc=x',
      'http://dc1/dc=x',
      'ldap://user@dc1/dc=x',
      'dc1',
      'ldap://dc1/%zz',
      'ldap://dc1/nothing',
      'ldap://dc1/dc=x??children',
      'ldap://dc1/dc=x??constructor',
      'ldap://dc1/dc=x??sub?(cn=',
      'ldap://dc1/dc=x???(cn=a)?!x-critical',
      'ldap://dc1:port/dc=x',
    ]) {
      assert.equal(parseLdapUrl(text), undefined, text);
    }
  });
});
