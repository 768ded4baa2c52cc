import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describePort } from '../../../../src/adapters/ldap/connect/catalog-port.ts';

describe('the port of a directory server', () => {
  it('is told where it is one of the global catalog, which has a part of everything only', () => {
    for (const url of ['ldap://dc1.corp.example:3268', 'ldaps://dc1.corp.example:3269', 'ldaps://[2001:db8::1]:3269']) {
      assert.match(describePort(url).join(), /^urls: port 326[89] is the global catalog.*use 389 or 636$/, url);
    }
  });

  it('is nothing to tell otherwise', () => {
    for (const url of ['ldap://dc1.corp.example', 'ldaps://dc1.corp.example', 'ldap://dc1.corp.example:3890'])
      assert.deepEqual(describePort(url), [], url);
  });
});
