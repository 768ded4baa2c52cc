import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dirsync } from '../../src/adapters/ldap/changes/dirsync.ts';
import type { Feed } from '../../src/adapters/ldap/changes/change-strategy.ts';
import { usn } from '../../src/adapters/ldap/changes/usn.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { SourceId } from '../../src/core/model/entry.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { feedOf, guidIn, unicodePassword, withServer, type FeedUnderTest } from './ad-feed.ts';
import { ldapOptions } from './ldap-fixture.ts';

const people = `OU=People,${sambaSuffix}`;
const elsewhere = `OU=Elsewhere,${sambaSuffix}`;
const groups = `OU=Groups,${sambaSuffix}`;
const ou = (dn: string): string => `dn: ${dn}\nchangetype: add\nobjectClass: organizationalUnit\n\n`;
const user = (name: string, base = people, control = 544): string =>
  `dn: CN=${name},${base}\nchangetype: add\nobjectClass: user\nsAMAccountName: ${name}\nuserAccountControl: ${control}\n\n`;
const group = (name: string, ...members: string[]): string =>
  `dn: CN=${name},${groups}\nchangetype: add\nobjectClass: group\nsAMAccountName: ${name}\n${members.map((member) => `member: CN=${member},${people}\n`).join('')}\n`;
const modify = (dn: string, ...lines: string[]): string => `dn: ${dn}\nchangetype: modify\n${lines.join('\n')}\n`;
const move = (dn: string, rdn: string, base?: string): string =>
  `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${rdn}\ndeleteoldrdn: 1\n${base === undefined ? '' : `newsuperior: ${base}\n`}`;
const reader = { dn: `CN=reader,CN=Users,${sambaSuffix}`, password: 'Passw0rd.Reader' };

for (const [strategy, account] of [
  [usn, 'an ordinary'],
  [dirsync, 'an ordinary'],
  [usn, 'a privileged'],
  [dirsync, 'a privileged'],
] as const) {
  /** Deleted objects are shown to administrators only, here as on Windows. */
  const seesDeleted = account === 'a privileged';
  /** Whoever is not shown any more among the last changes is named, so that somebody looks what became of them. */
  const missesDeleted = strategy === usn && !seesDeleted;

  describe(`The ${strategy.name} feed on Active Directory (Samba), for ${account} account`, () => {
    let server: Samba;
    let options: LdapSourceOptions;
    let feed: FeedUnderTest;
    let skew = 0;

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
          group('staff', 'Anna', 'Bert'),
          group('other'),
          // In every real domain something was deleted before.
          user('Gone'),
          `dn: CN=Gone,${people}\nchangetype: delete\n\n`,
          user('reader', `CN=Users,${sambaSuffix}`),
          modify(reader.dn, 'replace: unicodePwd', `unicodePwd:: ${unicodePassword('Passw0rd.Reader')}`),
        ].join(''),
      );
      const clock = { monotonic: () => performance.now() + skew };
      const bind = seesDeleted ? server.administrator : reader;
      options = ldapOptions(server.url, bind, { users: { bases: [people] }, groups: { bases: [groups] }, clock });
      feed = feedOf(strategy, () => options);
      await feed.begin();
    });
    after(() => server.dispose());

    const idOf = async (name: string): Promise<SourceId> =>
      guidIn(await server.search('-b', sambaSuffix, `(name=${name})`, 'objectGUID'));
    const only = async (...names: string[]): Promise<object> => ({
      changed: (await Promise.all(names.map(idOf))).sort(),
      gone: [],
      containers: false,
    });

    it('works with that account', async () => {
      const { details } = await createLdapSource({ ...options, changes: strategy.name }).inspect(
        new AbortController().signal,
      );
      assert.ok(
        details.some((line) => line.startsWith(`changes: ${strategy.name} `)),
        details.join('\n'),
      );
      const shown = seesDeleted ? 'deletions: shown to this account' : 'deletions: not shown to this account';
      assert.ok(
        details.some((line) => line.startsWith(shown)),
        details.join('\n'),
      );
    });

    it('refuses bases outside of the domain of the server', async () => {
      const outside = { ...options, users: { bases: ['DC=sales,DC=example,DC=org'] } };
      await assert.rejects(
        withServer(outside, (directory) => strategy.begin(directory)),
        { message: /DC=sales.* outside/ },
      );
    });

    it('names nobody when nothing happened, for one small request more than opening the session', async () => {
      const requests: string[] = [];
      options = { ...options, onRequest: (operation) => void requests.push(operation) };
      assert.equal((await feed.poll()).kind, 'unchanged');
      assert.deepEqual(requests, ['connect', 'bind', 'root_dse', 'search']);
    });

    it('names a new entry', async () => {
      await server.change(user('Gina'));
      assert.deepEqual(await feed.changes(), await only('Gina'));
      assert.equal((await feed.poll()).kind, 'unchanged');
    });

    it('names a changed entry, and one of which an attribute was cleared', async () => {
      await server.change(modify(`CN=Anna,${people}`, 'replace: title', 'title: Engineer'));
      assert.deepEqual(await feed.changes(), await only('Anna'));
      await server.change(modify(`CN=Anna,${people}`, 'delete: title'));
      assert.deepEqual(await feed.changes(), await only('Anna'));
    });

    it('names nobody for a write that changes nothing, nor for logons, failed ones included', async () => {
      await server.change(modify(`CN=Bert,${people}`, 'replace: title', 'title: Clerk'));
      await feed.changes();
      await server.change(modify(`CN=Bert,${people}`, 'replace: title', 'title: Clerk'));
      await server.search('-b', '', '-s', 'base');
      const wrong = createLdapSource({ ...options, bind: { dn: reader.dn, password: () => Promise.resolve('wrong') } });
      await assert.rejects(wrong.inspect(new AbortController().signal), { code: 'D2S_DIRECTORY_AUTH' });
      assert.deepEqual(await feed.changes(), await only());
    });

    it('names a group when members come and go', async () => {
      await server.change(modify(`CN=staff,${groups}`, 'add: member', `member: CN=Cleo,${people}`));
      assert.deepEqual(await feed.changes(), await only('staff'));
      await server.change(modify(`CN=staff,${groups}`, 'delete: member', `member: CN=Cleo,${people}`));
      assert.deepEqual(await feed.changes(), await only('staff'));
    });

    it('names who is renamed, without their groups', async () => {
      await server.change(move(`CN=Bert,${people}`, 'CN=Berta'));
      assert.deepEqual(await feed.changes(), await only('Berta'));
      assert.match(
        await server.search('-b', groups, '(cn=staff)', 'member'),
        /CN=Berta/,
        'the group followed silently',
      );
    });

    it('names who leaves the base, and who comes back', async () => {
      await server.change(move(`CN=Cleo,${people}`, 'CN=Cleo', elsewhere));
      assert.deepEqual(await feed.changes(), await only('Cleo'));
      await server.change(move(`CN=Cleo,${elsewhere}`, 'CN=Cleo', people));
      assert.deepEqual(await feed.changes(), await only('Cleo'));
    });

    it('names who leaves a filter of the configuration', async () => {
      options = { ...options, users: { bases: [people], filter: '(title=Clerk)' } };
      await server.change(modify(`CN=Berta,${people}`, 'replace: title', 'title: Boss'));
      assert.deepEqual(await feed.changes(), await only('Berta'));
    });

    it('names who is disabled', async () => {
      await server.change(modify(`CN=Dora,${people}`, 'replace: userAccountControl', 'userAccountControl: 546'));
      assert.deepEqual(await feed.changes(), await only('Dora'));
    });

    it('says who was deleted where it is shown or missed among the last changes, and names none of the groups', async () => {
      const anna = await idOf('Anna');
      await server.change(`dn: CN=Anna,${people}\nchangetype: delete\n`);
      assert.deepEqual(await feed.changes(), {
        changed: missesDeleted ? [anna] : [],
        gone: seesDeleted ? [anna] : [],
        containers: false,
      });
      assert.doesNotMatch(
        await server.search('-b', groups, '(cn=staff)', 'member'),
        /CN=Anna/,
        'the group lost her silently',
      );
    });

    it('gives a new id to who is deleted and made again', async () => {
      const emil = await idOf('Emil');
      await server.change(`dn: CN=Emil,${people}\nchangetype: delete\n\n${user('Emil')}`);
      const changed = [await idOf('Emil'), ...(missesDeleted ? [emil] : [])].sort();
      assert.deepEqual(await feed.changes(), { changed, gone: seesDeleted ? [emil] : [], containers: false });
    });

    it('asks for one comparison within ten minutes when somebody may have been deleted unseen', async () => {
      assert.equal((await feed.poll()).kind, 'unchanged', 'not at once');
      skew += 10 * 60_000;
      assert.deepEqual(await feed.changes(), { changed: [], gone: [], containers: !seesDeleted });
      skew += 10 * 60_000;
      assert.equal((await feed.poll()).kind, 'unchanged', 'once');
    });

    it('reports a container that is renamed or moved, and names nobody beneath it', async () => {
      await server.change(move(`OU=Team,${people}`, 'OU=Crew'));
      assert.deepEqual(await feed.changes(), { ...(await only('Crew')), containers: true });
      await server.change(move(`OU=Crew,${people}`, 'OU=Crew', elsewhere));
      assert.deepEqual(await feed.changes(), { ...(await only('Crew')), containers: true });
    });

    it('does not report a new container, whoever is put into it: they are named themselves', async () => {
      await server.change(`${ou(`OU=New,${people}`)}${move(`CN=Finn,${people}`, 'CN=Finn', `OU=New,${people}`)}`);
      assert.deepEqual(await feed.changes(), await only('New', 'Finn'));
    });

    it('names who gets another primary group', async () => {
      await server.change(modify(`CN=other,${groups}`, 'add: member', `member: CN=Cleo,${people}`));
      await feed.changes();
      const sid = await server.inspectDatabase('-b', `CN=other,${groups}`, '-s', 'base', 'objectSid');
      const rid = /objectSid: .*-(\d+)$/m.exec(sid)?.[1] ?? assert.fail('no SID');
      await server.change(modify(`CN=Cleo,${people}`, 'replace: primaryGroupID', `primaryGroupID: ${rid}`));
      const { changed } = await feed.changes();
      assert.ok(changed.includes(await idOf('Cleo')));
    });

    it('misses nothing of many changes between two polls', async () => {
      const names = Array.from({ length: 30 }, (_, index) => `P${index}`);
      await server.change(names.map((name) => user(name)).join(''));
      assert.deepEqual(await feed.changes(), await only(...names));
    });

    it('compares nothing when every change is accounted for', async () => {
      await feed.begin();
      await server.change(modify(`CN=Cleo,${people}`, 'replace: title', 'title: Lead'));
      await feed.changes();
      skew += 3_600_000;
      // DirSync names no change numbers: it cannot tell what else happened.
      assert.equal((await feed.changes()).containers, strategy === dirsync && !seesDeleted);
    });

    it('is lost when the server was set back, or another one answers', async () => {
      const real = await withServer(options, (directory) => strategy.begin(directory));
      const bent = (from: RegExp, to: string): Promise<Feed> =>
        withServer(options, (directory) => strategy.poll(directory, real.replace(from, to)));
      const later = await bent(/"usn":"\d+"/, '"usn":"99999999"');
      assert.match(later.kind === 'lost' ? later.reason : '', /USN fell/);
      const other = await bent(/"server":"[^"]+"/, '"server":"00112233445566778899aabbccddeeff"');
      assert.match(other.kind === 'lost' ? other.reason : '', /another domain controller/);
    });
  });
}

it('A DirSync cookie that the server does not take is lost', async () => {
  const server = await startSamba();
  try {
    const options = ldapOptions(server.url, server.administrator, { users: { bases: [sambaSuffix] } });
    const cursor = await withServer(options, (directory) => dirsync.begin(directory));
    await server.change(user('Anna', `CN=Users,${sambaSuffix}`));
    for (const cookie of ['Z2FyYmFnZQ==', 'TVNEUwAA']) {
      const bent = cursor.replace(/"cookie":"[^"]+"/, `"cookie":"${cookie}"`);
      const feed = await withServer(options, (directory) => dirsync.poll(directory, bent));
      assert.match(feed.kind === 'lost' ? feed.reason : feed.kind, /refuses the DirSync cookie/);
    }
  } finally {
    await server.dispose();
  }
});
