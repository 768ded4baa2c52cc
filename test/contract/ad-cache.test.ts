import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { DirectoryCache } from '../../src/core/directory/directory-cache.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import type { DirectorySource, ReadOutcome } from '../../src/ports/directory-source.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { unicodePassword } from './ad-feed.ts';
import { ldapOptions } from './ldap-fixture.ts';

const people = `OU=People,${sambaSuffix}`;
const elsewhere = `OU=Elsewhere,${sambaSuffix}`;
const groups = `OU=Groups,${sambaSuffix}`;
const reader = { dn: `CN=reader,CN=Users,${sambaSuffix}`, password: 'Passw0rd.Reader' };
const ou = (dn: string): string => `dn: ${dn}\nchangetype: add\nobjectClass: organizationalUnit\n\n`;
const user = (name: string, base = people): string =>
  `dn: CN=${name},${base}\nchangetype: add\nobjectClass: user\nsAMAccountName: ${name}\nuserAccountControl: 544\ntitle: Clerk\n\n`;
const modify = (dn: string, ...lines: string[]): string => `dn: ${dn}\nchangetype: modify\n${lines.join('\n')}\n\n`;
const move = (dn: string, rdn: string, base?: string): string =>
  `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${rdn}\ndeleteoldrdn: 1\n${base === undefined ? '' : `newsuperior: ${base}\n`}\n`;
const remove = (dn: string): string => `dn: ${dn}\nchangetype: delete\n\n`;

/** What happens, one after the other, and what it is called. */
const steps: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a new person', user('Gina')],
  ['a changed attribute', modify(`CN=Anna,${people}`, 'replace: description', 'description: changed')],
  ['a cleared attribute', modify(`CN=Anna,${people}`, 'delete: description')],
  ['a write that changes nothing', modify(`CN=Anna,${people}`, 'replace: title', 'title: Clerk')],
  ['a new member', modify(`CN=staff,${groups}`, 'add: member', `member: CN=Gina,${people}`)],
  ['a member less', modify(`CN=staff,${groups}`, 'delete: member', `member: CN=Gina,${people}`)],
  ['a renamed member and manager', move(`CN=Bert,${people}`, 'CN=Berta')],
  ['a member who leaves the base', move(`CN=Cleo,${people}`, 'CN=Cleo', elsewhere)],
  ['a member who comes back', move(`CN=Cleo,${elsewhere}`, 'CN=Cleo', people)],
  ['a member who leaves the filter', modify(`CN=Cleo,${people}`, 'replace: title', 'title: Guest')],
  ['a member who enters the filter', modify(`CN=Cleo,${people}`, 'replace: title', 'title: Clerk')],
  ['a disabled person', modify(`CN=Dora,${people}`, 'replace: userAccountControl', 'userAccountControl: 546')],
  ['a renamed group', move(`CN=inner,${groups}`, 'CN=core')],
  ['a renamed container', move(`OU=Team,${people}`, 'OU=Crew')],
  ['a container that leaves the base', move(`OU=Crew,${people}`, 'OU=Crew', elsewhere)],
  ['a container that comes back', move(`OU=Crew,${elsewhere}`, 'OU=Crew', people)],
  [
    'a new container with people moved into it',
    `${ou(`OU=New,${people}`)}${move(`CN=Finn,${people}`, 'CN=Finn', `OU=New,${people}`)}`,
  ],
  ['a deleted group', remove(`CN=core,${groups}`)],
  [
    'everything at once',
    `${user('Hugo')}${move(`CN=Anna,${people}`, 'CN=Anne')}${modify(`CN=staff,${groups}`, 'add: member', `member: CN=Hugo,${people}`)}${move(`OU=Crew,${people}`, 'OU=Staff')}`,
  ],
  ['a deleted member and manager', remove(`CN=Berta,${people}`)],
  ['a person deleted and made again', `${remove(`CN=Dora,${people}`)}${user('Dora')}`],
];

for (const changes of ['usn', 'dirsync'] as const) {
  for (const account of ['an ordinary', 'a privileged'] as const) {
    describe(`A directory cache kept by ${changes} on Active Directory (Samba), for ${account} account`, () => {
      let server: Samba;
      let source: DirectorySource;
      let fresh: () => DirectorySource;
      let skew = 0;
      const directoryCache = new DirectoryCache();

      before(async () => {
        server = await startSamba();
        await server.change(
          [
            ou(people),
            ou(elsewhere),
            ou(`OU=Team,${people}`),
            ou(groups),
            ...['Anna', 'Bert', 'Cleo', 'Dora', 'Emil', 'Finn'].map((name) => user(name)),
            user('Tina', `OU=Team,${people}`),
            modify(`CN=Anna,${people}`, 'replace: manager', `manager: CN=Bert,${people}`),
            `dn: CN=inner,${groups}\nchangetype: add\nobjectClass: group\nsAMAccountName: inner\nmember: CN=Tina,OU=Team,${people}\n\n`,
            `dn: CN=staff,${groups}\nchangetype: add\nobjectClass: group\nsAMAccountName: staff\n${['CN=Anna', 'CN=Bert', 'CN=Cleo'].map((rdn) => `member: ${rdn},${people}\n`).join('')}member: CN=inner,${groups}\n\n`,
            user('Gone'),
            remove(`CN=Gone,${people}`),
            user('reader', `CN=Users,${sambaSuffix}`),
            modify(reader.dn, 'replace: unicodePwd', `unicodePwd:: ${unicodePassword(reader.password)}`),
          ].join(''),
        );
        const options: LdapSourceOptions = {
          ...ldapOptions(server.url, account === 'a privileged' ? server.administrator : reader, {
            users: { bases: [people], filter: '(&(objectClass=user)(title=Clerk))' },
            groups: { bases: [groups] },
            clock: { monotonic: () => performance.now() + skew },
          }),
          changes,
        };
        source = createLdapSource(options);
        fresh = () => createLdapSource(options);
        assert.equal((await bringUp(source, directoryCache)).kind, 'complete');
      });
      after(() => server.dispose());

      for (const [what, ldif] of steps) {
        it(`shows ${what} as a complete reading does`, async () => {
          if (ldif !== '') await server.change(ldif);
          let verdict = await bringUp(source, directoryCache);
          // Deletions that are not shown to the account are found by the comparison that follows within ten minutes.
          if (account === 'an ordinary' && what.includes('deleted')) {
            skew += 10 * 60_000;
            verdict = await bringUp(source, directoryCache);
          }
          const complete = new DirectoryCache();
          await bringUp(fresh(), complete);
          assert.deepEqual(shown(directoryCache), shown(complete));
          assert.equal(verdict.kind, 'delta', 'because' in verdict ? verdict.because : '');
        });
      }
    });
  }
}

/** What a daemon does with a source: reads what changed, and takes it in. */
async function bringUp(source: DirectorySource, directoryCache: DirectoryCache): Promise<ReadOutcome> {
  const entries: Entry[] = [];
  const { watermark, known } = directoryCache;
  const verdict = await source.read({
    attributes: {
      user: new Set(['cn', 'title', 'description', 'manager', 'useraccountcontrol']),
      group: new Set(['cn', 'member']),
    },
    since: watermark === undefined ? undefined : { watermark, known },
    visit: (entry) => void entries.push(entry),
    signal: new AbortController().signal,
  });
  directoryCache.update({ ...verdict, directory: source.name, entries });
  return verdict;
}

function shown(directoryCache: DirectoryCache): object[] {
  return [...directoryCache.known]
    .map(({ id, type, dn, attributes }) => ({
      id,
      type,
      dn,
      attributes: [...attributes]
        .map(([name, values]) => [
          name,
          values.map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('hex'))).sort(),
        ])
        .sort(),
    }))
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}
