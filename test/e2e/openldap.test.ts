import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startScimmy, type ScimmyServer } from '../support/scimmy.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { until } from '../support/until.ts';
import { companyLdif, groupDn, personDn } from './support/company.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office } from './support/people.ts';
import { startProxy } from './support/proxy.ts';
import { createSite, type Site } from './support/site.ts';

type Json = Record<string, unknown>;

/** Everyone on a target, as any client would read them. */
async function list({ url, token }: ScimmyServer, type: 'Users' | 'Groups'): Promise<Json[]> {
  const answer = await fetch(`${url}/${type}?count=100`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await answer.json()) as { Resources?: Json[] };
  return body.Resources ?? [];
}

const directory = (url: string, more: string): string => `    urls: ["${url}"]
    bind: { dn: "cn=reader,${slapdSuffix}", password: { file: ldap-password } }
${more}    users: { bases: ["ou=people,${slapdSuffix}"] }
    groups: { bases: ["ou=groups,${slapdSuffix}"] }`;

/** Who has not encrypted the connection reads nothing. */
const encryptedOnly = ['access to attrs=userPassword by anonymous auth', 'access to * by users tls_ssf=128 read'];

describe('from OpenLDAP to scimmy', () => {
  let slapd: Slapd;
  let scimmy: ScimmyServer;
  let site: Site;
  before(async () => {
    [slapd, scimmy] = await Promise.all([
      startSlapd({ tls: true, ldif: companyLdif(office), access: encryptedOnly }),
      startScimmy(),
    ]);
    const tls = `    startTls: true\n    tls: { ca: "${slapd.certificates?.caFile ?? ''}" }\n`;
    site = await createSite({ directory: directory(slapd.url, tls), removal: 'leaves: deactivate' });
    await site.reconfigure((text) => text.replace(site.target.url, scimmy.url));
    await writeFile(join(site.folder, 'token'), scimmy.token);
    await writeFile(join(site.folder, 'ldap-password'), slapd.reader.password);
  });
  after(async () => {
    await site[Symbol.asyncDispose]();
    await scimmy.stop();
    await slapd.dispose();
  });

  const change = (ldif: string): Promise<void> => slapd.change(ldif);
  const user = async (name: string): Promise<Json | undefined> =>
    (await list(scimmy, 'Users')).find(({ userName }) => userName === name);
  const membersOf = async (name: string): Promise<number> => {
    const members = (await list(scimmy, 'Groups')).find(({ displayName }) => displayName === name)?.['members'];
    return Array.isArray(members) ? members.length : 0;
  };
  const syncs = async (): Promise<void> => {
    const { code, stderr, stdout } = await site.run('sync');
    assert.equal(code, 0, stderr + stdout);
    const plan = await site.run('plan');
    assert.equal(plan.code, 0, `not in step afterwards: ${plan.stdout}${plan.stderr}`);
  };

  it('is checked: server, certificate, target', async () => {
    const { code, stdout, stderr } = await site.run('check');
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /directory corp: openldap at .*entryUUID/);
  });

  it('loads everyone over StartTLS, with managers and members', async () => {
    await syncs();
    const amara = await user('amara');
    const manager = (await user('bastian'))?.['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'] as
      { manager?: Json } | undefined;
    assert.equal(manager?.manager?.['value'], amara?.['id']);
    assert.deepEqual(
      [(await list(scimmy, 'Users')).length, await membersOf('oslo-sales'), await membersOf('oslo-support')],
      [8, 3, 2],
    );
  });

  it('follows a rename in place: the same account, another name', async () => {
    const before = await user('elodie');
    await change(`dn: ${personDn('elodie')}\nchangetype: modrdn\nnewrdn: uid=elodie-b\ndeleteoldrdn: 1\n`);
    await change(
      `dn: ${groupDn('oslo-support')}\nchangetype: modify\nreplace: member\nmember: ${personDn('dorian')}\nmember: ${personDn('elodie-b')}\n`,
    );
    await syncs();
    assert.equal((await user('elodie-b'))?.['id'], before?.['id']);
    assert.equal(await membersOf('oslo-support'), 2);
  });

  it('follows a membership, and a leaver', async () => {
    await change(
      `dn: ${groupDn('oslo-sales')}\nchangetype: modify\nadd: member\nmember: ${personDn('hector')}\n-\ndelete: member\nmember: ${personDn('celeste')}\n`,
    );
    await change(`dn: ${personDn('giselle')}\nchangetype: delete\n`);
    await syncs();
    assert.equal(await membersOf('oslo-sales'), 3);
    assert.equal((await user('giselle'))?.['active'], false);
  });

  it('shows a certificate that nobody trusts as what it is', async () => {
    const stranger = await startSlapd({ tls: true });
    try {
      const { caFile = '' } = slapd.certificates ?? {};
      await writeFile(join(site.folder, 'stranger.pem'), stranger.certificates?.ca ?? '');
      await site.reconfigure((text) => text.replace(caFile, join(site.folder, 'stranger.pem')));
      const { code, stderr } = await site.run('sync');
      assert.equal(code, 1);
      assert.match(stderr, /^D2S_DIRECTORY_TLS: /m);
      await site.reconfigure((text) => text.replace(join(site.folder, 'stranger.pem'), caFile));
    } finally {
      await stranger.dispose();
    }
  });
});

describe('the daemon and an OpenLDAP that goes away', () => {
  it('removes nobody, and carries on when the server is back', async () => {
    const slapd = await startSlapd({ ldif: companyLdif(office) });
    const proxy = await startProxy(slapd.port);
    try {
      await using site = await createSite({
        directory: directory(`ldap://127.0.0.1:${proxy.port}`, ''),
        sections: daemonSections,
      });
      await writeFile(join(site.folder, 'ldap-password'), slapd.reader.password);
      await using daemon = await startDaemon(site);
      await until('everyone is there', () => site.target.users().length === 8);
      await daemon.moreCycles(1, 'success');
      await proxy.close();
      await daemon.moreCycles(1, 'error');
      site.target.clearRequests();
      await slapd.change(`dn: ${personDn('hector')}\nchangetype: modify\nreplace: title\ntitle: Navigator\n`);
      await daemon.moreCycles(2, 'error');
      assert.deepEqual(site.target.requests, []);
      await proxy.open();
      await until('the change is there', () => site.target.users().some(({ title }) => title === 'Navigator'));
      assert.ok(site.target.users().every(({ active }) => active === true));
    } finally {
      await proxy.close();
      await slapd.dispose();
    }
  });
});
