import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { follow, type Follower } from '../support/following.ts';
import { slapdSuffix, startSlapd, type Slapd, type SlapdOptions } from '../support/slapd.ts';
import { until } from '../support/until.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { groups, people } from './openldap-tree.ts';

const entry = (...lines: string[]): string => `${lines.join('\n')}\n\n`;
const person = (name: string, parent: string): string =>
  entry(
    `dn: uid=${name},${parent}`,
    'objectClass: inetOrgPerson',
    `uid: ${name}`,
    `cn: ${name}`,
    'sn: x',
    'employeeType: staff',
  );
const sales = `ou=Sales,${people}`;
const outside = `ou=Outside,${slapdSuffix}`;
const folder = (dn: string): string => entry(`dn: ${dn}`, 'objectClass: organizationalUnit');
const group = (name: string, ...members: string[]): string =>
  entry(
    `dn: cn=${name},${groups}`,
    'objectClass: groupOfNames',
    `cn: ${name}`,
    ...members.map((dn) => `member: ${dn}`),
  );

const ldif =
  [people, groups, sales, outside].map(folder).join('') +
  ['ann', 'ben', 'cem'].map((name) => person(name, people)).join('') +
  ['sue', 'sam'].map((name) => person(name, sales)).join('') +
  person('out', outside) +
  group('staff', `uid=ann,${people}`, `uid=sue,${sales}`, `uid=ben,${people}`) +
  group('mixed', `uid=out,${outside}`, `uid=cem,${people}`);

const limits = 'limits dn.exact="cn=reader,dc=example,dc=org" size=unlimited time=unlimited';
const syncprov = ['overlay syncprov', 'syncprov-sessionlog 1000'];
const overlays = [
  'overlay memberof',
  'memberof-refint TRUE',
  'overlay refint',
  'refint_attributes member manager',
  `refint_nothing cn=nobody,${slapdSuffix}`,
];

const servers: Readonly<Record<string, SlapdOptions>> = {
  'OpenLDAP that tells nothing': { ldif, database: [limits] },
  'OpenLDAP with syncprov': { ldif, global: ['moduleload syncprov'], database: [limits, ...syncprov] },
  'OpenLDAP with memberof and refint': {
    ldif,
    global: ['moduleload memberof', 'moduleload refint', 'moduleload syncprov'],
    database: [limits, ...overlays, ...syncprov],
  },
};

const scopes = {
  users: { bases: [people], filter: '(&(objectClass=inetOrgPerson)(employeeType=staff))' },
  groups: { bases: [groups] },
};
const attributes = { user: ['cn', 'title', 'manager'], group: ['cn', 'member', 'description'] };

const modify = (dn: string, ...lines: string[]): string => entry(`dn: ${dn}`, 'changetype: modify', ...lines);
const rename = (dn: string, rdn: string, ...lines: string[]): string =>
  entry(`dn: ${dn}`, 'changetype: modrdn', `newrdn: ${rdn}`, 'deleteoldrdn: 1', ...lines);
const remove = (dn: string): string => entry(`dn: ${dn}`, 'changetype: delete');
const add = (text: string): string => text.replace('\n', '\nchangetype: add\n');

for (const [name, options] of Object.entries(servers)) {
  const rewrites = name.includes('refint');

  describe(`following ${name}`, () => {
    let server: Slapd;
    let follower: Follower;
    before(async () => {
      server = await startSlapd(options);
      follower = follow(createLdapSource(ldapOptions(server.url, server.reader, scopes)), attributes);
      assert.equal((await follower.check()).kind, 'complete');
    });
    after(() => server.dispose());

    /** A change, and a poll that must see it as a delta. refint works some time after the answer. */
    const step = async (ldif: string, vanished?: string): Promise<void> => {
      await server.change(ldif);
      if (vanished !== undefined && rewrites) {
        await until('refint is done', async () => !(await server.search('-b', groups, 'member')).includes(vanished));
      }
      assert.equal((await follower.check()).kind, 'delta');
    };
    const known = (cn: string): boolean =>
      [...follower.directoryCache.known].some(({ attributes: its }) => its.get('cn')?.includes(cn));

    it('visits nobody when nothing happened', async () => {
      const { verdict, visited } = await follower.poll();
      assert.equal(verdict.kind, 'delta');
      assert.deepEqual(visited, []);
    });

    it('asks as little as there is to ask when nothing happened', async () => {
      const operations: string[] = [];
      const onRequest = (operation: string): void => void operations.push(operation);
      const quiet = follow(
        createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, onRequest })),
        attributes,
      );
      await quiet.poll();
      operations.length = 0;
      await quiet.poll();
      // One search for each of the two scopes, whether it is content synchronization or a comparison of stamps.
      assert.deepEqual(operations, ['connect', 'bind', 'root_dse', 'search', 'search']);
    });

    it('sees changes, the second one in the same second too', async () => {
      await step(modify(`uid=ann,${people}`, 'replace: title', 'title: one'));
      await step(modify(`uid=ann,${people}`, 'replace: title', 'title: two'));
      await step(modify(`uid=ann,${people}`, 'replace: title'));
    });

    it('sees who comes, leaves the filter, returns and is deleted', async () => {
      await step(add(person('new', people)));
      assert.ok(known('new'));
      await step(modify(`uid=new,${people}`, 'replace: employeeType', 'employeeType: alumni'));
      assert.ok(!known('new'));
      await step(modify(`uid=new,${people}`, 'replace: employeeType', 'employeeType: staff'));
      assert.ok(known('new'));
      await step(remove(`uid=new,${people}`));
      assert.ok(!known('new'));
    });

    it('takes who is deleted and made again under the same name for another', async () => {
      const old = [...follower.directoryCache.known].find(({ dn }) => dn === `uid=ben,${people}`);
      await step(remove(`uid=ben,${people}`) + add(person('ben', people)));
      const now = [...follower.directoryCache.known].find(({ dn }) => dn === `uid=ben,${people}`);
      assert.ok(now !== undefined && now.id !== old?.id);
    });

    it('follows a renamed person into groups', async () => {
      await step(rename(`uid=ann,${people}`, 'uid=anna'), `uid=ann,${people}`);
      await step(rename(`uid=anna,${people}`, 'uid=ann'), `uid=anna,${people}`);
    });

    it('follows a renamed container, and back', async () => {
      await step(rename(sales, 'ou=Trade'), sales);
      await step(rename(`ou=Trade,${people}`, 'ou=Sales'), `ou=Trade,${people}`);
    });

    it('sees a container leave the bases with everybody in it, and return', async () => {
      await step(rename(sales, 'ou=Sales', `newsuperior: ${outside}`), sales);
      assert.ok(!known('sue'));
      await step(rename(`ou=Sales,${outside}`, 'ou=Sales', `newsuperior: ${people}`), `ou=Sales,${outside}`);
      assert.ok(known('sue'));
    });

    it('knows members who come into the scope under another name than before', async () => {
      await server.change(rename(`uid=out,${outside}`, 'uid=outer'));
      if (rewrites)
        await until('refint is done', async () => (await server.search('-b', groups, 'member')).includes('uid=outer,'));
      await follower.poll();
      await step(rename(`uid=outer,${outside}`, 'uid=outer', `newsuperior: ${people}`), outside);
      assert.ok(known('out'));
    });

    it('sees a deleted group and a changed membership', async () => {
      await step(modify(`cn=mixed,${groups}`, 'add: member', `member: uid=sam,${sales}`));
      await step(modify(`cn=mixed,${groups}`, 'delete: member', `member: uid=sam,${sales}`));
      await step(remove(`cn=mixed,${groups}`));
    });

    it('reads everything when the watermark is damaged or belongs to another scope', async () => {
      const { known: entries, watermark } = follower.directoryCache;
      assert.ok(watermark !== undefined);
      const source = createLdapSource(ldapOptions(server.url, server.reader, scopes));
      const request = {
        attributes: { user: new Set(attributes.user), group: new Set(attributes.group) },
        visit: () => undefined,
        signal: new AbortController().signal,
      };
      const damaged = await source.read({ ...request, since: { watermark: `${watermark}x`, known: entries } });
      assert.ok(damaged.kind === 'complete' && damaged.because === 'the watermark is damaged');
      const other = createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, users: { bases: [people] } }));
      const rescoped = await other.read({ ...request, since: { watermark, known: entries } });
      assert.ok(rescoped.kind === 'complete' && rescoped.because === 'what is read of the directory has changed');
    });

    it('names the way in which changes are found', async () => {
      const { details } = await createLdapSource(ldapOptions(server.url, server.reader, scopes)).inspect(
        new AbortController().signal,
      );
      assert.ok(
        details.some((line) => /^changes: (syncrepl|timestamp) \(.+\)$/.test(line)),
        details.join('\n'),
      );
    });
  });
}
