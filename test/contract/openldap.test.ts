import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapOperation, LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { freePort } from '../support/process.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { directorySourceContract, first, readAll } from './directory-source.ts';
import { tree } from './directory-tree.ts';
import { ldapFixture, ldapOptions } from './ldap-fixture.ts';
import { dialect, fails, groups, people, scopes, treeLdif } from './openldap-tree.ts';

directorySourceContract('OpenLDAP', async () => {
  const server = await startSlapd({ ldif: treeLdif });
  return ldapFixture(server, dialect, ldapOptions(server.url, server.reader, scopes));
});

describe('OpenLDAP with a small tree', () => {
  let server: Slapd;
  before(async () => {
    const entry = (...lines: string[]): string => `${lines.join('\n')}\n\n`;
    const both = entry(
      `dn: cn=Both,${people}`,
      'objectClass: inetOrgPerson',
      'cn: Both',
      'sn: Both',
      'description: both',
    );
    const sales =
      entry(`dn: ou=Sales,${people}`, 'objectClass: organizationalUnit') +
      entry(
        `dn: uid=sue,ou=Sales,${people}`,
        'objectClass: inetOrgPerson',
        'cn: Sue',
        'sn: Sue',
        'cn;lang-de: Susanne',
      );
    const referral = entry(
      `dn: ou=Elsewhere,${slapdSuffix}`,
      'objectClass: referral',
      'objectClass: extensibleObject',
      'ref: ldap://other.example.org/ou=Elsewhere,dc=example,dc=org',
    );
    server = await startSlapd({ ldif: treeLdif + both + sales + referral });
  });
  after(() => server.dispose());
  const source = (rest: Partial<LdapSourceOptions> = {}) =>
    createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, ...rest }));

  it('recognizes OpenLDAP and its paging', async () => {
    const facts = await source().inspect(new AbortController().signal);
    assert.deepEqual([facts.kind, facts.idAttribute, facts.preset], ['openldap', 'entryUUID', 'openldap']);
    assert.equal(facts.server, server.url);
    assert.deepEqual(facts.details.slice(0, 2), ['naming contexts: dc=example,dc=org', 'paged results: yes']);
    assert.match(facts.details[2] ?? '', /^changes: timestamp \(/);
  });

  it('gives the entryUUID that the server has', async () => {
    const { entries } = await readAll(source());
    const anna = entries.find((entry) => first(entry, 'cn') === 'Anna Berg');
    const printed = await server.search('-b', people, '(cn=Anna Berg)', 'entryUUID');
    assert.ok(printed.includes(`entryUUID: ${anna?.id ?? '?'}\n`), printed);
  });

  it('gives attributes under the name by which they are asked for, and each language for itself', async () => {
    const entries: Entry[] = [];
    const attributes = {
      user: new Set(['commonname', 'surname', 'cn', 'cn;lang-de', 'registeredaddress']),
      group: new Set<string>(),
    };
    await source().read({
      attributes,
      visit: (entry) => void entries.push(entry),
      signal: new AbortController().signal,
    });
    const sue = entries.find(({ dn }) => dn.startsWith('uid=sue'));
    assert.deepEqual(
      ['commonname', 'surname', 'cn', 'cn;lang-de', 'registeredaddress'].map((name) => sue?.attributes.get(name)),
      [['Sue'], ['Sue'], ['Sue'], ['Susanne'], undefined],
    );
  });

  it('visits an entry of overlapping bases once', async () => {
    const bases = [`ou=Sales,${people}`, people, `OU=people,${slapdSuffix}`];
    const { entries } = await readAll(source({ users: { bases } }));
    assert.equal(entries.filter((entry) => first(entry, 'cn') === 'Sue').length, 1);
    assert.equal(new Set(entries.map((entry) => entry.id)).size, entries.length);
  });

  it('visits an entry that is found as a user and as a group once, as a user', async () => {
    const filter = '(|(objectClass=groupOfNames)(description=both))';
    const { entries } = await readAll(source({ groups: { bases: [people, groups], filter } }));
    const both = entries.filter((entry) => first(entry, 'cn') === 'Both');
    assert.deepEqual(
      both.map((entry) => entry.type),
      ['user'],
    );
  });

  it('reads the type that has a scope, and no other', async () => {
    const { groups: none, ...usersOnly } = ldapOptions(server.url, server.reader, scopes);
    assert.notEqual(none, undefined);
    const { entries } = await readAll(createLdapSource(usersOnly));
    assert.ok(entries.length > 0 && entries.every((entry) => entry.type === 'user'));
  });

  it('sends filters with values outside of ASCII, in parts and with options', async () => {
    const found = async (filter: string): Promise<string[]> => {
      const none = { bases: [groups], filter: '(cn=none)' };
      const { entries } = await readAll(source({ users: { bases: [people], filter }, groups: none }));
      return entries.map((entry) => first(entry, 'cn') ?? '').sort();
    };
    assert.deepEqual(await found('(cn=Jos\\c3\\a9 M\\c3\\bcller \\e5\\a4\\aa\\e9\\83\\8e)'), ['José Müller 太郎']);
    assert.deepEqual(await found('(cn=José*太郎)'), ['José Müller 太郎']);
    assert.deepEqual(await found('(cn=*M\\c3\\bc*lle*)'), ['José Müller 太郎']);
    assert.deepEqual(await found('(cn;lang-de=Susanne)'), ['Sue']);
    assert.deepEqual(await found('(2.5.4.3=Anna Berg)'), ['Anna Berg']);
    assert.deepEqual(await found('(&(objectClass=inetOrgPerson)(cn:caseExactMatch:=Anna Berg))'), ['Anna Berg']);
    assert.deepEqual(await found('(&(objectClass=inetOrgPerson)(|(cn~=Anna Berg)(ou:dn:=Sales))(!(sn=Q*)))'), [
      'Anna Berg',
      'Sue',
    ]);
    assert.deepEqual(
      await found('(&(createTimestamp>=20000101000000Z)(!(createTimestamp<=20000101000000Z))(mail=anna*))'),
      ['Anna Berg'],
    );
  });

  it('fails when a base does not exist, or may not be read', async () => {
    const reading = readAll(source({ groups: { bases: [groups, `ou=Gone,${slapdSuffix}`] } }));
    await assert.rejects(
      reading,
      fails(
        'D2S_DIRECTORY_BASE_MISSING',
        /^directories\.corp\.\w+s\.bases: the base ou=Gone,dc=example,dc=org does not exist, .*beneath dc=example,dc=org there are: .*ou=People,dc=example,dc=org/,
      ),
    );
    const { bind, ...anonymous } = ldapOptions(server.url, server.reader, scopes);
    assert.notEqual(bind, undefined);
    await assert.rejects(readAll(createLdapSource(anonymous)), fails('D2S_DIRECTORY_BASE_MISSING', /ou=People/));
  });

  it('fails when a part of a base, or the base, is at another server, and names that server', async () => {
    for (const base of [slapdSuffix, `ou=Elsewhere,${slapdSuffix}`]) {
      const reading = readAll(source({ users: { bases: [base] } }));
      await assert.rejects(reading, fails('D2S_DIRECTORY_READ_INCOMPLETE', /other\.example\.org/));
    }
  });

  it('fails on a wrong password, and asks no second server', async () => {
    const password = (): Promise<string> => Promise.resolve('wrong');
    let binds = 0;
    const onRequest = (operation: LdapOperation): void => void (binds += operation === 'bind' ? 1 : 0);
    const reading = readAll(
      source({ urls: [server.url, server.url], bind: { dn: server.reader.dn, password }, onRequest }),
    );
    await assert.rejects(reading, fails('D2S_DIRECTORY_AUTH', /invalidCredentials \(49\)/));
    assert.equal(binds, 1);
  });

  it('refuses an empty password without sending it', async () => {
    const operations: LdapOperation[] = [];
    const bind = { dn: server.reader.dn, password: () => Promise.resolve('') };
    const reading = readAll(source({ bind, onRequest: (operation) => void operations.push(operation) }));
    await assert.rejects(reading, fails('D2S_DIRECTORY_AUTH', /empty/));
    assert.deepEqual(operations, ['connect']);
  });

  it('asks for the password again for each reading', async () => {
    let password = 'wrong';
    const changing = source({ bind: { dn: server.reader.dn, password: () => Promise.resolve(password) } });
    await assert.rejects(readAll(changing), fails('D2S_DIRECTORY_AUTH', /49/));
    password = server.reader.password;
    assert.equal((await readAll(changing)).verdict.kind, 'complete');
  });

  it('goes on to the next server when one cannot be reached', async () => {
    const dead = `ldap://127.0.0.1:${await freePort()}`;
    const { entries } = await readAll(source({ urls: [dead, server.url] }));
    assert.ok(entries.length > tree.length);
    const reading = readAll(source({ urls: [dead, `ldap://127.0.0.1:${await freePort()}`] }));
    await assert.rejects(reading, fails('D2S_DIRECTORY_UNREACHABLE', /ECONNREFUSED.*; .*ECONNREFUSED/));
  });

  it('fails when entries come without the id that the configured kind has', async () => {
    const reading = readAll(
      source({ kind: 'active-directory', users: { bases: [people], filter: '(objectClass=person)' } }),
    );
    await assert.rejects(reading, fails('D2S_ENTRY_WITHOUT_ID', /objectGUID/));
  });

  it('tells how long each request took', async () => {
    const operations: LdapOperation[] = [];
    await readAll(
      source({
        onRequest: (operation, milliseconds) => {
          assert.ok(milliseconds >= 0);
          operations.push(operation);
        },
      }),
    );
    assert.deepEqual(
      operations,
      ['connect', 'bind', 'root_dse', 'search', 'search', 'search', 'search'],
      'contextCSN, the schema (once), users and groups',
    );
  });
});
