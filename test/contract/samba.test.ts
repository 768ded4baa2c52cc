import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapOperation, LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { directorySourceContract, first, readAll } from './directory-source.ts';
import { toLdif, tree, type TreeDialect } from './directory-tree.ts';
import { ldapFixture, ldapOptions, trusting } from './ldap-fixture.ts';

const people = `OU=People,${sambaSuffix}`;
const groups = `OU=Groups,${sambaSuffix}`;
const folders = [people, groups].map((dn) => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`).join('');

/** Active Directory wants a short logon name, and telephoneNumber holds one value only. */
const dialect: TreeDialect = {
  folders: { user: people, group: groups },
  objectClasses: { user: ['user'], group: ['group'] },
  required: ({ name }) => ({ sAMAccountName: [`a${Buffer.from(name).toString('hex').slice(-12)}`] }),
  renamed: { telephoneNumber: 'otherTelephone' },
};

/** Loaded once for a machine: 1,600 contacts, which load faster than users, in one group. */
const contacts = Array.from({ length: 1600 }, (_, index) => `CN=contact ${index},OU=Contacts,${sambaSuffix}`);
const manyLdif = [
  `dn: OU=Contacts,${sambaSuffix}\nobjectClass: organizationalUnit\n`,
  ...contacts.map((dn) => `dn: ${dn}\nobjectClass: contact\n`),
  `dn: CN=big,OU=Contacts,${sambaSuffix}\nobjectClass: group\nsAMAccountName: big\n${contacts.map((dn) => `member: ${dn}`).join('\n')}\n`,
].join('\n');

directorySourceContract('Active Directory (Samba)', async () => {
  const server = await startSamba();
  const ldif = folders + tree.map((entry) => toLdif(dialect, entry)).join('');
  await server.change(ldif.replace(/^(dn:.*)$/gm, '$1\nchangetype: add'));
  const scopes = { users: { bases: [people] }, groups: { bases: [groups] } };
  return ldapFixture(server, dialect, ldapOptions(server.url, server.administrator, scopes));
});

describe('Active Directory (Samba)', () => {
  let server: Samba;
  before(async () => {
    server = await startSamba({ ldif: manyLdif });
    await server.change(
      [
        `dn: ${people}\nchangetype: add\nobjectClass: organizationalUnit\n`,
        `dn: CN=Anna,${people}\nchangetype: add\nobjectClass: user\nsAMAccountName: anna\nuserAccountControl: 544\n`,
        `dn: CN=Olaf,${people}\nchangetype: add\nobjectClass: user\nsAMAccountName: olaf\nuserAccountControl: 546\n`,
        `dn: CN=Ines,${people}\nchangetype: add\nobjectClass: inetOrgPerson\nsAMAccountName: ines\nuserAccountControl: 544\n`,
        `dn: CN=PC1,${people}\nchangetype: add\nobjectClass: computer\nsAMAccountName: PC1$\n`,
        `dn: CN=Kontakt,${people}\nchangetype: add\nobjectClass: contact\n`,
        `dn: CN=team,${people}\nchangetype: add\nobjectClass: group\nsAMAccountName: team\nmember: CN=Anna,${people}\n`,
      ].join('\n'),
    );
  });
  after(() => server.dispose());
  const source = (rest: Partial<LdapSourceOptions> = {}) =>
    createLdapSource(
      ldapOptions(server.url, server.administrator, {
        users: { bases: [sambaSuffix] },
        groups: { bases: [sambaSuffix] },
        ...rest,
      }),
    );

  it('is recognized as Active Directory', async () => {
    const facts = await source().inspect(new AbortController().signal);
    assert.deepEqual(
      [facts.kind, facts.idAttribute, facts.preset],
      ['active-directory', 'objectGUID', 'active-directory'],
    );
    assert.ok(facts.details.includes(`default naming context: ${sambaSuffix}`));
  });

  it('finds people and groups with the default filters, and neither computers nor what came with the domain', async () => {
    const { entries } = await readAll(source());
    const names = (type: string): (string | undefined)[] =>
      entries.filter((entry) => entry.type === type).map((entry) => first(entry, 'cn'));
    assert.deepEqual(names('user').sort(), ['Anna', 'Ines', 'Olaf']);
    assert.ok(names('group').includes('team') && names('group').includes('big'));
    for (const name of ['Domain Users', 'Domain Admins', 'Administrators'])
      assert.equal(names('group').includes(name), false);
  });

  it('takes filters with the matching rules of Active Directory', async () => {
    const named = async (filter: string): Promise<unknown> => {
      const scope = { bases: [people], filter };
      const { entries } = await readAll(source({ users: scope, groups: { bases: [] } }));
      return entries.map((entry) => first(entry, 'cn')).sort();
    };
    const isUser = '(sAMAccountType=805306368)';
    assert.deepEqual(await named(`(&${isUser}(userAccountControl:1.2.840.113556.1.4.803:=2))`), ['Olaf']);
    assert.deepEqual(await named(`(&${isUser}(!(userAccountControl:1.2.840.113556.1.4.803:=2)))`), ['Anna', 'Ines']);
    assert.deepEqual(await named(`(&${isUser}(memberOf:1.2.840.113556.1.4.1941:=CN=team,${people}))`), ['Anna']);
  });

  it('reads from the root of the domain, where the server always refers to the configuration', async () => {
    const references = await server.search('-b', sambaSuffix, '(cn=Anna)', 'dn');
    assert.match(references, /# refldap:\/\/|ref: ldap:\/\//, 'the server does send a reference');
    assert.equal((await readAll(source())).verdict.kind, 'complete');
  });

  it('spells objectGUID as Windows and Samba do', async () => {
    const { entries } = await readAll(source());
    for (const entry of entries.filter((candidate) => candidate.type === 'user')) {
      const printed = await server.inspectDatabase('-b', entry.dn, '-s', 'base', 'objectGUID');
      assert.match(printed, new RegExp(`objectGUID: ${entry.id}\n`));
    }
  });

  it('gives userAccountControl as text, objectSid and objectGUID as bytes', async () => {
    const { entries } = await readAll(source(), { user: ['cn', 'useraccountcontrol', 'objectsid'] });
    const olaf = entries.find((entry) => first(entry, 'cn') === 'Olaf');
    assert.deepEqual(olaf?.attributes.get('useraccountcontrol'), ['546']);
    const [sid] = olaf.attributes.get('objectsid') ?? [];
    assert.ok(sid instanceof Uint8Array);
    assert.deepEqual([...sid.subarray(0, 2)], [1, 5]);
    assert.ok(olaf.attributes.get('objectguid')?.[0] instanceof Uint8Array);
  });

  it('gives all members of a group with more than 1,500', async () => {
    const { entries } = await readAll(source(), { group: ['cn', 'member'] });
    const members = entries.find((entry) => first(entry, 'cn') === 'big')?.attributes.get('member') ?? [];
    assert.deepEqual([...members].sort(), [...contacts].sort());
  });

  it('reads over ldaps:// and StartTLS', async () => {
    const tls = trusting(server.certificates.ca);
    for (const rest of [{ urls: [server.secureUrl] }, { startTls: true }]) {
      assert.equal((await readAll(source({ ...rest, tls }))).verdict.kind, 'complete');
    }
  });

  it('explains why a bind was refused', async () => {
    const bind = { dn: server.administrator.dn, password: () => Promise.resolve('wrong') };
    await assert.rejects(readAll(source({ bind })), {
      code: 'D2S_DIRECTORY_AUTH',
      message: `directories.corp.bind: ${server.url} refused the bind: the user name or password is wrong (invalidCredentials (49), data 52e)`,
    });
  });

  it('tells a disabled account from a wrong password', async () => {
    await server.change(
      `dn: CN=Olaf,${people}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: ${Buffer.from('"Passw0rd.Olaf"', 'utf16le').toString('base64')}\n`,
    );
    const bind = { dn: `CN=Olaf,${people}`, password: () => Promise.resolve('Passw0rd.Olaf') };
    await assert.rejects(readAll(source({ bind })), {
      code: 'D2S_DIRECTORY_AUTH',
      message: /the account is disabled \(invalidCredentials \(49\), data 533\)/,
      remedy: 'enable the bind account',
    });
  });

  it('says what is missing when nobody binds', async () => {
    const { bind, ...anonymous } = ldapOptions(server.url, server.administrator, { users: { bases: [sambaSuffix] } });
    assert.notEqual(bind, undefined);
    await assert.rejects(readAll(createLdapSource(anonymous)), {
      code: 'D2S_DIRECTORY_READ_INCOMPLETE',
      message: /operationsError \(1\)/,
    });
  });

  it('reads in pages', async () => {
    const operations: LdapOperation[] = [];
    const onRequest = (operation: LdapOperation): void => void operations.push(operation);
    const users = { bases: [`OU=Contacts,${sambaSuffix}`], filter: '(objectClass=contact)' };
    const { entries } = await readAll(source({ users, groups: { bases: [people] }, onRequest }));
    assert.equal(entries.filter((entry) => entry.type === 'user').length, 1600);
    assert.ok(operations.filter((operation) => operation === 'search').length >= 5);
  });
});
