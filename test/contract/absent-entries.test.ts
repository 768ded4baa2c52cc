import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { LdapSourceOptions } from '../../src/adapters/ldap/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { SourceId } from '../../src/core/model/entry.ts';
import type { Fate } from '../../src/ports/directory-source.ts';
import { follow } from '../support/following.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { unicodePassword } from './ad-feed.ts';
import { first } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';

const names = ['Anna', 'Bert', 'Cleo', 'Dora', 'Emil'];
const filter = '(&(objectClass=person)(title=Clerk))';
const modify = (dn: string, ...lines: string[]): string => `dn: ${dn}\nchangetype: modify\n${lines.join('\n')}\n\n`;
const move = (dn: string, base: string): string => `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${dn.split(',')[0] ?? ''}\ndeleteoldrdn: 1\nnewsuperior: ${base}\n\n`;
const departures = (people: string, elsewhere: string): string =>
  [
    `dn: CN=Anna,${people}\nchangetype: delete\n\n`,
    move(`CN=Bert,${people}`, elsewhere),
    modify(`CN=Cleo,${people}`, 'replace: title', 'title: Guest'),
  ].join('');

/** What a poll after a change reports, by common name. */
async function fatesAfter(
  options: LdapSourceOptions,
  how: 'delta' | 'complete',
  ...changes: (() => Promise<void>)[]
): Promise<Record<string, Fate>[]> {
  let told: ReadonlyMap<SourceId, Fate> = new Map();
  const source = createLdapSource({ ...options, onAbsent: (fates) => void (told = fates) });
  const follower = follow(source, { user: ['cn', 'title'], group: [] });
  await follower.poll();
  const nameOf = new Map([...follower.picture.known].map(([id, entry]) => [id, first(entry, 'cn') ?? '']));
  const answers: Record<string, Fate>[] = [];
  for (const change of changes) {
    told = new Map();
    await change();
    const before = [...follower.picture.known.keys()];
    const { verdict } = await follower.poll();
    assert.equal(verdict.kind, how, 'because' in verdict ? verdict.because : '');
    const gone = before.filter((id) => !follower.picture.known.has(id));
    const left = [...told].filter(([, fate]) => fate !== 'unreadable').map(([id]) => id);
    assert.deepEqual(gone.sort(), left.sort(), 'all but those who cannot be read are gone');
    answers.push(Object.fromEntries([...told].map(([id, fate]) => [nameOf.get(id) ?? id, fate] as const).sort()));
  }
  return answers;
}

describe('OpenLDAP', () => {
  const people = `ou=People,${slapdSuffix}`;
  const elsewhere = `ou=Elsewhere,${slapdSuffix}`;
  let server: Slapd;
  beforeEach(async () => {
    const folders = [people, elsewhere].map((dn) => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`);
    server = await startSlapd({
      ldif: [...folders, ...names.map((name) => `dn: cn=${name},${people}\nobjectClass: inetOrgPerson\nsn: x\ntitle: Clerk\n\n`)].join(''),
      access: [
        'access to attrs=userPassword by anonymous auth',
        'access to filter=(description=hidden) by users =d',
        'access to filter=(description=half) attrs=objectClass by users =d',
        'access to * by users read',
      ],
    });
  });
  afterEach(() => server.dispose());

  const ways = { delta: 'auto', complete: 'full' } as const;
  for (const how of ['delta', 'complete'] as const) it(`tells the deleted, the moved, the filtered and the unreadable apart (${how})`, async () => {
    const fates = await fatesAfter(
      ldapOptions(server.url, server.reader, { changes: ways[how], users: { bases: [people], filter } }),
      how,
      () => Promise.resolve(),
      () => server.change(departures(people, elsewhere)),
      () => server.change(`${modify(`cn=Dora,${people}`, 'replace: description', 'description: hidden')}${modify(`cn=Emil,${people}`, 'replace: description', 'description: half')}`),
    );
    assert.deepEqual(fates, [
      {},
      { Anna: 'deleted', Bert: 'moved', Cleo: 'filtered' },
      { Dora: 'unreadable', Emil: 'unreadable' },
    ]);
  });
});

describe('Active Directory (Samba)', () => {
  const people = `OU=People,${sambaSuffix}`;
  const elsewhere = `OU=Elsewhere,${sambaSuffix}`;
  const reader = { dn: `CN=reader,CN=Users,${sambaSuffix}`, password: 'Passw0rd.Reader' };
  let server: Samba;
  before(async () => {
    server = await startSamba();
    const user = (name: string, base: string): string => `dn: CN=${name},${base}\nchangetype: add\nobjectClass: user\nsAMAccountName: ${name}\nuserAccountControl: 544\ntitle: Clerk\n\n`;
    await server.change(
      [
        ...[people, elsewhere].map((dn) => `dn: ${dn}\nchangetype: add\nobjectClass: organizationalUnit\n\n`),
        ...names.map((name) => user(name, people)),
        user('reader', `CN=Users,${sambaSuffix}`),
        modify(reader.dn, 'replace: unicodePwd', `unicodePwd:: ${unicodePassword(reader.password)}`),
      ].join(''),
    );
  });
  after(() => server.dispose());

  it('tells the deleted, the moved, the filtered and the unreadable apart', async () => {
    const fates = await fatesAfter(
      ldapOptions(server.url, reader, { users: { bases: [people], filter } }),
      'delta',
      () => Promise.resolve(),
      () => server.change(departures(people, elsewhere)),
      async () => {
        await server.addRule(`CN=Dora,${people}`, '(D;;RP;;;AU)');
        await server.change(modify(`CN=Dora,${people}`, 'replace: description', 'description: hidden'));
      },
    );
    assert.deepEqual(fates, [{}, { Anna: 'deleted', Bert: 'moved', Cleo: 'filtered' }, { Dora: 'unreadable' }]);
  });
});
