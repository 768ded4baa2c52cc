import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { startDs389, type Ds389 } from '../support/ds389.ts';
import { first, readAll } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { groups, people } from './openldap-tree.ts';

const names = ['Anna', 'Bert', 'Cleo'];
const folder = (dn: string): string => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`;
const person = (name: string): string =>
  `dn: cn=${name},${people}\nobjectClass: inetOrgPerson\nsn: ${name}\ntitle: Clerk\n\n`;

describe('what 389 Directory Server hides from the account', () => {
  let server: Ds389;
  const source = (filter?: string) =>
    createLdapSource(
      ldapOptions(server.url, server.reader, {
        users: { bases: [people], ...(filter === undefined ? {} : { filter }) },
        groups: { bases: [groups] },
      }),
    );
  const hide = (attribute: string, change: 'add' | 'delete'): Promise<void> => {
    const rule = `(targetattr = "${attribute}")(version 3.0; acl "hide ${attribute}"; deny (read, search, compare) userdn = "ldap:///${server.reader.dn}";)`;
    return server.change(`dn: ${people}\nchangetype: modify\n${change}: aci\naci: ${rule}\n`);
  };
  const locksNow = async (): Promise<string | undefined> =>
    (await source().inspect(new AbortController().signal)).details.find((line) => line.startsWith('lock attributes'));
  before(async () => {
    server = await startDs389({ ldif: [people, groups].map(folder).join('') + names.map(person).join('') });
  });
  after(() => server.dispose());

  it('is told from a lock that nobody has', async () => {
    assert.match((await locksNow()) ?? '', /nsaccountlock readable/);
    await hide('nsAccountLock', 'add');
    assert.match((await locksNow()) ?? '', /nsaccountlock not shown to this account/);
    const { entries } = await readAll(source(), { user: ['cn', 'nsaccountlock'] });
    assert.deepEqual(
      entries.filter(({ type }) => type === 'user').map(({ hidden }) => [...(hidden ?? [])]),
      names.map(() => ['nsaccountlock']),
    );
    await hide('nsAccountLock', 'delete');
    assert.match((await locksNow()) ?? '', /nsaccountlock readable/);
  });

  it('makes nobody look as if they no longer matched the filter', async () => {
    const clerks = source('(&(objectClass=person)(title=Clerk))');
    const known: Entry[] = (await readAll(clerks, { user: ['cn'] })).entries.filter(({ type }) => type === 'user');
    assert.equal(known.length, 3);
    const absenceReasons = async () => {
      const all = await clerks.lookUp?.(
        known.map(({ id, type }) => ({ id, type })),
        new AbortController().signal,
      );
      return Object.fromEntries(known.map((entry) => [first(entry, 'cn') ?? '', all?.get(entry.id)] as const));
    };
    assert.deepEqual(await absenceReasons(), { Anna: 'present', Bert: 'present', Cleo: 'present' });
    await server.change(`dn: cn=Anna,${people}\nchangetype: modify\nreplace: title\ntitle: Boss\n`);
    assert.deepEqual(await absenceReasons(), { Anna: 'filtered', Bert: 'present', Cleo: 'present' });
    await hide('title', 'add');
    const hidden = await absenceReasons();
    assert.deepEqual(hidden, { Anna: 'unreadable', Bert: 'unreadable', Cleo: 'unreadable' });
  });
});
