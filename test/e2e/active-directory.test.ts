import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { createSite, type Site } from './support/site.ts';

const staff = `OU=Staff,${sambaSuffix}`;
const oslo = `OU=Oslo,${staff}`;
const teams = `OU=Teams,${sambaSuffix}`;
const folder = (dn: string): string => `dn: ${dn}\nchangetype: add\nobjectClass: organizationalUnit\n`;
const person = (name: string, more = ''): string => {
  const [given = '', surname = ''] = name.split(' ');
  const account = given.toLowerCase();
  return `dn: CN=${name},${staff}
changetype: add
objectClass: user
sAMAccountName: ${account}
userPrincipalName: ${account}@lab.example.org
givenName: ${given}
sn: ${surname}
displayName: ${name}
mail: ${account}@lab.example.org
userAccountControl: 544
${more}`;
};
const team = (name: string, ...members: readonly string[]): string =>
  `dn: CN=${name},${teams}\nchangetype: add\nobjectClass: group\nsAMAccountName: ${name}\n${members.map((dn) => `member: ${dn}\n`).join('')}`;
const cn = (name: string): string => `CN=${name},${staff}`;

describe('from Active Directory', () => {
  let samba: Samba;
  let site: Site;
  before(async () => {
    samba = await startSamba();
    await samba.change(
      [
        ...[staff, oslo, teams].map(folder),
        person('Amara Osterholm'),
        person('Bastian Quill', `manager: ${cn('Amara Osterholm')}\ndepartment: Sales\n`),
        person('Celeste Wain'),
        person('Dorian Apple'),
        team('inner', cn('Celeste Wain')),
        team('outer', cn('Amara Osterholm'), cn('Bastian Quill'), `CN=inner,${teams}`),
      ].join('\n'),
    );
    site = await createSite({ directory: directory(samba.secureUrl, '') });
    await writeFile(join(site.folder, 'ldap-password'), samba.administrator.password);
  });
  after(async () => {
    await site[Symbol.asyncDispose]();
    await samba.dispose();
  });

  const directory = (url: string, more: string): string => `    urls: ["${url}"]
    bind: { dn: "${samba.administrator.dn}", password: { file: ldap-password } }
    tls: { ca: "${samba.certificates.caFile}" }
${more}    users: { bases: ["${staff}"] }
    groups: { bases: ["${teams}"] }`;
  const user = (name: string) => site.target.users().find(({ userName }) => userName === `${name}@lab.example.org`);
  const membersOf = (name: string): unknown[] => {
    const members: unknown = site.target.groups().find(({ displayName }) => displayName === name)?.['members'];
    const ids = new Map(site.target.users().map(({ id, userName }) => [id, userName]));
    return (Array.isArray(members) ? members : [])
      .map(({ value }: { value: unknown }) => String(ids.get(value)).split('@')[0])
      .sort();
  };
  /** Syncs once with success, then once more without a request. Gives what was asked of the target. */
  const syncs = async (): Promise<string[]> => {
    site.target.clearRequests();
    const { code, stderr, stdout } = await site.run('sync');
    assert.equal(code, 0, stderr + stdout);
    const requests = site.target.requests.map(({ method, path }) => `${method} ${path.split('/')[1] ?? ''}`);
    site.target.clearRequests();
    assert.equal((await site.run('sync')).code, 0);
    assert.deepEqual(
      site.target.requests.map(({ method, path }) => `${method} ${path}`),
      [],
      'the second sync is not silent',
    );
    assert.deepEqual(site.target.violations, []);
    return requests;
  };

  it('is recognised, with the map that goes with it', async () => {
    const { code, stdout, stderr } = await site.run('check');
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /directory corp: active-directory at .*source id\s+objectGUID, map active-directory/);
  });

  it('loads everyone over LDAPS, with managers and flattened groups', async () => {
    await syncs();
    assert.equal(site.target.users().length, 4);
    assert.deepEqual(membersOf('outer'), ['amara', 'bastian', 'celeste']);
    assert.deepEqual(membersOf('inner'), ['celeste']);
    const enterprise = user('bastian')?.['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'];
    assert.ok(JSON.stringify(enterprise).includes(String(user('amara')?.['id'])));
  });

  it('deactivates an account that is disabled, with one request, and switches it on again', async () => {
    const control = (value: number): string =>
      `dn: ${cn('Dorian Apple')}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: ${value}\n`;
    await samba.change(control(546));
    assert.deepEqual(await syncs(), ['PATCH Users']);
    assert.equal(user('dorian')?.['active'], false);
    await samba.change(control(544));
    assert.deepEqual(await syncs(), ['PATCH Users']);
    assert.equal(user('dorian')?.['active'], true);
  });

  it('follows a marriage in place and a move to another OU: the same account', async () => {
    const before = user('celeste')?.['id'];
    await samba.change(
      `dn: ${cn('Celeste Wain')}\nchangetype: modify\nreplace: sn\nsn: Brightwater\n-\nreplace: displayName\ndisplayName: Celeste Brightwater\n`,
    );
    await samba.change(
      `dn: ${cn('Celeste Wain')}\nchangetype: modrdn\nnewrdn: CN=Celeste Brightwater\ndeleteoldrdn: 1\nnewsuperior: ${oslo}\n`,
    );
    assert.deepEqual(await syncs(), ['PATCH Users']);
    assert.deepEqual([user('celeste')?.['id'], user('celeste')?.['displayName']], [before, 'Celeste Brightwater']);
    assert.deepEqual(membersOf('outer'), ['amara', 'bastian', 'celeste']);
  });

  it('follows a membership with one request', async () => {
    const change = (what: string): string => `dn: CN=outer,${teams}\nchangetype: modify\n${what}\n`;
    await samba.change(
      change(`add: member\nmember: ${cn('Dorian Apple')}\n-\ndelete: member\nmember: ${cn('Bastian Quill')}`),
    );
    assert.deepEqual(await syncs(), ['PATCH Groups']);
    assert.deepEqual(membersOf('outer'), ['amara', 'celeste', 'dorian']);
  });

  it('deactivates who is deleted', async () => {
    await samba.change(`dn: ${cn('Bastian Quill')}\nchangetype: delete\n`);
    await syncs();
    assert.equal(user('bastian')?.['active'], false);
    assert.equal(site.target.users().filter(({ active }) => active === true).length, 3);
  });

  it('is read over StartTLS to the same end', async () => {
    await site.reconfigure((text) =>
      text.replace(samba.secureUrl, samba.url).replace('    users:', '    startTls: true\n    users:'),
    );
    assert.deepEqual(await syncs(), []);
  });
});
