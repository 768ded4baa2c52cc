import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { ds389Suffix, startDs389, type Ds389 } from '../support/ds389.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { fails, people } from './openldap-tree.ts';

const policy = `cn=policy,${slapdSuffix}`;
const account = (name: string): { readonly dn: string; readonly password: string } => ({
  dn: `cn=${name},${people}`,
  password: 'right-secret',
});
const entryOf = (name: string, ...more: string[]): string =>
  [
    `dn: ${account(name).dn}`,
    'objectClass: organizationalRole',
    'objectClass: simpleSecurityObject',
    `cn: ${name}`,
    'userPassword: right-secret',
    ...more,
    '',
    '',
  ].join('\n');
const ldif = [
  `dn: ${people}\nobjectClass: organizationalUnit\n\n`,
  `dn: ${policy}\nobjectClass: organizationalRole\nobjectClass: pwdPolicy\ncn: policy\npwdAttribute: userPassword\npwdMustChange: TRUE\npwdLockout: TRUE\npwdMaxAge: 86400\n\n`,
  entryOf('reset', 'pwdReset: TRUE'),
  entryOf('locked', 'pwdAccountLockedTime: 000001010000Z'),
  entryOf('expired', 'pwdChangedTime: 20200101000000Z'),
  entryOf('fine'),
].join('');

describe('a bind account that the password policy of OpenLDAP stops', () => {
  let server: Slapd;
  before(async () => {
    server = await startSlapd({
      ldif,
      global: ['moduleload ppolicy'],
      database: ['overlay ppolicy', `ppolicy_default "${policy}"`, 'ppolicy_use_lockout'],
    });
  });
  after(() => server.dispose());

  const inspect = (name: string, password = 'right-secret') =>
    createLdapSource(
      ldapOptions(server.url, { dn: account(name).dn, password }, { users: { bases: [people] } }),
    ).inspect(new AbortController().signal);

  const expected = {
    reset: [/must be changed before anything else/, /change the password of the bind account as the account itself/],
    locked: [/the account is locked/, /unlock the bind account/],
    expired: [/the password has expired/, /set a new password/],
  } as const;
  for (const [name, [message, remedy]] of Object.entries(expected)) {
    it(`says why and what to do (${name})`, async () => {
      await assert.rejects(
        inspect(name),
        (error) =>
          fails('D2S_DIRECTORY_AUTH', message)(error) &&
          error instanceof Error &&
          'remedy' in error &&
          remedy.test(String(error.remedy)),
      );
    });
  }

  it('says no more than that of a wrong password, and nothing of a right one', async () => {
    await assert.rejects(inspect('fine', 'wrong'), fails('D2S_DIRECTORY_AUTH', /invalidCredentials \(49\)/));
    assert.equal((await inspect('fine')).kind, 'openldap');
  });
});

describe('a bind account that 389 Directory Server stops', () => {
  let server: Ds389;
  before(async () => {
    server = await startDs389({ ldif: `dn: ${people}\nobjectClass: organizationalUnit\n\n` });
  });
  after(() => server.dispose());
  const inspect = (password = server.reader.password) =>
    createLdapSource(
      ldapOptions(server.url, { dn: server.reader.dn, password }, { users: { bases: [ds389Suffix] } }),
    ).inspect(new AbortController().signal);

  it('is told that it is inactivated, locked, or has to change its password', async () => {
    const lock = (value: string): Promise<void> =>
      server.change(`dn: ${server.reader.dn}\nchangetype: modify\nreplace: nsAccountLock\nnsAccountLock: ${value}\n`);
    await lock('true');
    await assert.rejects(inspect(), fails('D2S_DIRECTORY_AUTH', /inactivated/));
    await lock('false');
    const set = (...lines: string[]): Promise<void> =>
      server.change(
        `dn: cn=config\nchangetype: modify\n${lines.map((line) => `replace: ${line.split(':')[0] ?? ''}\n${line}`).join('\n-\n')}\n`,
      );
    await set('passwordLockout: on', 'passwordMaxFailure: 2');
    for (let time = 0; time < 3; time += 1) await assert.rejects(inspect('wrong'));
    await assert.rejects(inspect(), fails('D2S_DIRECTORY_AUTH', /locked/));
    await set('passwordLockout: off', 'passwordMustChange: on');
    await server.change(
      `dn: ${server.reader.dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: ${server.reader.password}\n`,
    );
    await assert.rejects(inspect(), fails('D2S_DIRECTORY_AUTH', /must be changed/));
  });
});
