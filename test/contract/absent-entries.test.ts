import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { SourceId } from '../../src/core/model/entry.ts';
import type { AbsenceReason } from '../../src/core/model/reading.ts';
import { follow } from '../support/following.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { unicodePassword } from './ad-feed.ts';
import { first, readAll } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';

const names = ['Anna', 'Bert', 'Cleo', 'Dora', 'Emil'];
const filter = '(&(objectClass=person)(title=Clerk))';
const modify = (dn: string, ...lines: string[]): string => `dn: ${dn}\nchangetype: modify\n${lines.join('\n')}\n\n`;
const move = (dn: string, base: string): string =>
  `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${dn.split(',')[0] ?? ''}\ndeleteoldrdn: 1\nnewsuperior: ${base}\n\n`;
const departures = (people: string, elsewhere: string): string =>
  [
    `dn: CN=Anna,${people}\nchangetype: delete\n\n`,
    move(`CN=Bert,${people}`, elsewhere),
    modify(`CN=Cleo,${people}`, 'replace: title', 'title: Guest'),
  ].join('');

/** What a poll after a change reports, by common name. */
async function absenceReasonsAfter(
  options: LdapSourceOptions,
  how: 'delta' | 'complete',
  ...changes: (() => Promise<void>)[]
): Promise<Record<string, AbsenceReason>[]> {
  let told: ReadonlyMap<SourceId, AbsenceReason> = new Map();
  const source = createLdapSource({ ...options, onAbsent: (absenceReasons) => void (told = absenceReasons) });
  const follower = follow(source, { user: ['cn', 'title'], group: [] });
  await follower.poll();
  const nameOf = new Map([...follower.directoryCache.known].map((entry) => [entry.id, first(entry, 'cn') ?? '']));
  const answers: Record<string, AbsenceReason>[] = [];
  for (const change of changes) {
    told = new Map();
    await change();
    const before = [...follower.directoryCache.known.ids()];
    const { verdict } = await follower.poll();
    assert.equal(verdict.kind, how, 'because' in verdict ? verdict.because : '');
    const gone = before.filter((id) => !follower.directoryCache.known.has(id));
    const left = [...told].filter(([, absenceReason]) => absenceReason !== 'unreadable').map(([id]) => id);
    assert.deepEqual(gone.sort(), left.sort(), 'all but those who cannot be read are gone');
    answers.push(
      Object.fromEntries([...told].map(([id, absenceReason]) => [nameOf.get(id) ?? id, absenceReason] as const).sort()),
    );
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
      ldif: [
        ...folders,
        ...names.map((name) => `dn: cn=${name},${people}\nobjectClass: inetOrgPerson\nsn: x\ntitle: Clerk\n\n`),
      ].join(''),
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
  for (const how of ['delta', 'complete'] as const)
    it(`tells the deleted, the moved, the filtered and the unreadable apart (${how})`, async () => {
      const absenceReasons = await absenceReasonsAfter(
        ldapOptions(server.url, server.reader, { changes: ways[how], users: { bases: [people], filter } }),
        how,
        () => Promise.resolve(),
        () => server.change(departures(people, elsewhere)),
        () =>
          server.change(
            `${modify(`cn=Dora,${people}`, 'replace: description', 'description: hidden')}${modify(`cn=Emil,${people}`, 'replace: description', 'description: half')}`,
          ),
      );
      assert.deepEqual(absenceReasons, [
        {},
        // slapd says "no such object" of whom it hides as well, where a rule does not let it disclose more.
        { Anna: 'missing', Bert: 'moved', Cleo: 'filtered' },
        { Dora: 'unreadable', Emil: 'unreadable' },
      ]);
    });
});

describe('looking up by id alone on OpenLDAP, as a single run does', () => {
  const people = `ou=People,${slapdSuffix}`;
  const elsewhere = `ou=Elsewhere,${slapdSuffix}`;

  /** The absence reason of each after access rules and a change, by name. */
  async function fatesWith(access: readonly string[], ldif = ''): Promise<Record<string, AbsenceReason | undefined>> {
    const folders = [people, elsewhere].map((dn) => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`);
    const persons = names.map(
      (name) =>
        `dn: cn=${name},${people}\nobjectClass: inetOrgPerson\nsn: x\ntitle: Clerk\n${name === 'Anna' ? '' : 'description: set\n'}\n`,
    );
    const server = await startSlapd({
      ldif: [...folders, ...persons].join(''),
      access: ['access to attrs=userPassword by anonymous auth', ...access, 'access to * by users read'],
    });
    try {
      const owner = createLdapSource(
        ldapOptions(
          server.url,
          { dn: `cn=owner,${slapdSuffix}`, password: 'owner-secret' },
          { users: { bases: [people], filter } },
        ),
      );
      const { entries } = await readAll(owner);
      if (ldif !== '') await server.change(ldif);
      const source = createLdapSource(ldapOptions(server.url, server.reader, { users: { bases: [people], filter } }));
      const absenceReasons = await source.lookUp?.(
        entries.map(({ id, type }) => ({ id, type })),
        new AbortController().signal,
      );
      return Object.fromEntries(
        entries.map((entry) => [first(entry, 'cn') ?? '', absenceReasons?.get(entry.id)] as const).sort(),
      );
    } finally {
      await server.dispose();
    }
  }
  const allAre = (absenceReason: AbsenceReason) => Object.fromEntries(names.map((name) => [name, absenceReason]));

  it('does not say filtered when the attribute of the filter is hidden', async () => {
    assert.deepEqual(await fatesWith(['access to attrs=title by users none']), allAre('unreadable'));
    assert.deepEqual(
      await fatesWith(['access to attrs=title by users none by * none'], modify(`cn=Anna,${people}`, 'delete: title')),
      allAre('unreadable'),
    );
  });

  it('says filtered when the attribute was cleared, and present when nothing is wrong', async () => {
    assert.deepEqual(await fatesWith([], modify(`cn=Anna,${people}`, 'delete: title')), {
      ...allAre('present'),
      Anna: 'filtered',
    });
  });

  it('does not take for deleted who may only be hidden', async () => {
    const denied = await fatesWith(
      ['access to filter=(description=set) by users =d'],
      departures(people, elsewhere).split('\n\n')[0],
    );
    assert.deepEqual(denied, allAre('missing'));
  });

  it('finds whoever lies elsewhere in the naming context', async () => {
    const { Bert } = await fatesWith([], move(`cn=Bert,${people}`, elsewhere));
    assert.equal(Bert, 'moved');
  });
});

describe('Active Directory (Samba)', () => {
  const people = `OU=People,${sambaSuffix}`;
  const elsewhere = `OU=Elsewhere,${sambaSuffix}`;
  const reader = { dn: `CN=reader,CN=Users,${sambaSuffix}`, password: 'Passw0rd.Reader' };
  let server: Samba;
  before(async () => {
    server = await startSamba();
    const user = (name: string, base: string): string =>
      `dn: CN=${name},${base}\nchangetype: add\nobjectClass: user\nsAMAccountName: ${name}\nuserAccountControl: 544\ntitle: Clerk\n\n`;
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
    const absenceReasons = await absenceReasonsAfter(
      ldapOptions(server.url, reader, { users: { bases: [people], filter } }),
      'delta',
      () => Promise.resolve(),
      () => server.change(departures(people, elsewhere)),
      async () => {
        await server.addRule(`CN=Dora,${people}`, '(D;;RP;;;AU)');
        await server.change(modify(`CN=Dora,${people}`, 'replace: description', 'description: hidden'));
      },
    );
    // The tombstone is not shown to this account, and "no such object" is also said of what may not be listed.
    assert.deepEqual(absenceReasons, [
      {},
      { Anna: 'missing', Bert: 'moved', Cleo: 'filtered' },
      { Dora: 'unreadable' },
    ]);
  });

  it('knows by its tombstone who was deleted, where the account is shown it, from the id alone', async () => {
    const dn = `CN=Fred,${people}`;
    await server.change(
      `dn: ${dn}\nchangetype: add\nobjectClass: user\nsAMAccountName: Fred\nuserAccountControl: 544\ntitle: Clerk\n\n`,
    );
    const sourceOf = (bind: typeof reader) =>
      createLdapSource(ldapOptions(server.url, bind, { users: { bases: [people], filter } }));
    const { entries } = await readAll(sourceOf(reader));
    const fred = entries.find((entry) => first(entry, 'cn') === 'Fred') ?? assert.fail();
    await server.change(`dn: ${dn}\nchangetype: delete\n\n`);
    const fateFor = async (bind: typeof reader) =>
      (await sourceOf(bind).lookUp?.([fred], new AbortController().signal))?.get(fred.id);
    assert.deepEqual([await fateFor(server.administrator), await fateFor(reader)], ['deleted', 'missing']);
  });
});
