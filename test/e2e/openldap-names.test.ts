import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { slapdSuffix, startSlapd, type Slapd, type SlapdOptions } from '../support/slapd.ts';
import { until } from '../support/until.ts';
import { companyLdif } from './support/company.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office } from './support/people.ts';
import { createSite, type Site, type SiteOptions } from './support/site.ts';

/** A site that follows the whole of a server without referential integrity. */
async function siteFor(slapd: Slapd, filter: string, options: SiteOptions = {}): Promise<Site> {
  const directory = `    urls: ["${slapd.url}"]
    allowCleartext: true
    bind: { dn: "${slapd.reader.dn}", password: { file: ldap-password } }
    users: { bases: ["${slapdSuffix}"] }
    groups: { bases: ["ou=groups,${slapdSuffix}"], filter: "${filter}" }`;
  const site = await createSite({ ...options, directory });
  await writeFile(join(site.folder, 'ldap-password'), slapd.reader.password);
  return site;
}

const sizes = ({ target }: Site): Record<string, number> =>
  Object.fromEntries(
    target
      .groups()
      .map(({ displayName, members }) => [String(displayName), Array.isArray(members) ? members.length : 0]),
  );
const moved = `dn: ou=people,${slapdSuffix}\nchangetype: modrdn\nnewrdn: ou=staff\ndeleteoldrdn: 1\n`;
const everybody = { 'oslo-sales': 3, 'oslo-support': 2 };

describe('an OU that is renamed on an OpenLDAP that keeps no references in order', () => {
  let slapd: Slapd;
  before(async () => (slapd = await startSlapd({ ldif: companyLdif(office) })));
  after(() => slapd.dispose());

  it('takes no membership and no manager, in one sync after it', async () => {
    await using site = await siteFor(slapd, '(objectClass=groupOfNames)');
    const first = await site.run('sync');
    assert.equal(first.code, 0, first.stderr + first.stdout);
    assert.deepEqual(sizes(site), everybody);
    site.target.clearRequests();
    await slapd.change(moved);
    const { code, stdout, stderr } = await site.run('sync');
    assert.equal(code, 0, stderr + stdout);
    assert.deepEqual([site.target.requests, sizes(site)], [[], everybody]);
    const check = await site.run('check');
    assert.equal(check.code, 0, check.stderr + check.stdout);
    assert.doesNotMatch(check.stdout, /oslo-sales|oslo-support/, 'check knows the former names as well');
  });

  it('takes none in a daemon, and somebody who leaves the group afterwards leaves it', async () => {
    await slapd.change(moved.replace('ou=people', 'ou=staff').replace('newrdn: ou=staff', 'newrdn: ou=people'));
    await using site = await siteFor(slapd, '(objectClass=groupOfNames)', { sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.groups().length === 2 && site.target.users().length === 8);
    await daemon.moreCycles(1, 'success');
    site.target.clearRequests();
    await slapd.change(moved);
    await daemon.moreCycles(3, 'success');
    assert.deepEqual([site.target.requests, sizes(site)], [[], everybody]);
    await slapd.change(
      `dn: cn=oslo-sales,ou=groups,${slapdSuffix}\nchangetype: modify\ndelete: member\nmember: uid=celeste,ou=people,${slapdSuffix}\n`,
    );
    await until('one has left', () => sizes(site)['oslo-sales'] === 2);
    assert.equal(sizes(site)['oslo-support'], 2);
  });
});

describe('a posixGroup of OpenLDAP', () => {
  const team = `dn: cn=wiki-users,ou=groups,${slapdSuffix}\nobjectClass: posixGroup\ncn: wiki-users\ngidNumber: 100\nmemberUid: amara\nmemberUid: hector\nmemberUid: nobody\n\n`;
  const global = ['include /etc/ldap/schema/nis.schema'];
  const options: SlapdOptions = { ldif: `${companyLdif({ ...office, groups: {} })}\n${team}`, global };
  const scope = `    scope: { users: { memberOf: ["cn=wiki-users,ou=groups,${slapdSuffix}"] } }`;

  it('has the members that stand in it by login, and says what names nobody', async () => {
    const slapd = await startSlapd(options);
    try {
      await using site = await siteFor(slapd, '(objectClass=posixGroup)', { target: scope });
      const { code, stdout, stderr } = await site.run('sync');
      assert.equal(code, 0, stderr + stdout);
      assert.deepEqual(
        [
          site.target
            .users()
            .map(({ userName }) => userName)
            .sort(),
          sizes(site),
        ],
        [['amara', 'hector'], { 'wiki-users': 2 }],
      );
      assert.match(stdout, /1 member in 1 group in the directory names nobody who is read/);
      for (const [command, expected] of [
        [['status'], /unresolved +1 member in 1 group/],
        [['check'], /group wiki-users: nobody/],
        [
          ['explain', 'wiki-users'],
          /members +2 members in scope: \w+, \w+; 1 value\s+names\s+nobody\s+that\s+is\s+read:\s+nobody/,
        ],
      ] as const) {
        assert.match((await site.run(...command)).stdout, expected);
      }
    } finally {
      await slapd.dispose();
    }
  });

  it('whose memberUid is hidden puts nobody out of scope', async () => {
    const [shown, hidden] = await Promise.all([
      startSlapd(options),
      startSlapd({
        ...options,
        access: ['access to attrs=memberUid by * none', 'access to * by users read by anonymous auth'],
      }),
    ]);
    try {
      await using site = await siteFor(shown, '(objectClass=posixGroup)', { target: scope });
      assert.equal((await site.run('sync')).code, 0);
      await site.reconfigure((text) => text.replace(shown.url, hidden.url));
      const { code, stderr } = await site.run('sync');
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^D2S_SCOPE_GROUP_UNREADABLE: /m);
      assert.ok(site.target.users().every(({ active }) => active === true));
    } finally {
      await Promise.all([shown.dispose(), hidden.dispose()]);
    }
  });
});
