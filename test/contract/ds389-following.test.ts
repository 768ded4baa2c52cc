import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { ds389Suffix, startDs389, type Ds389 } from '../support/ds389.ts';
import { follow } from '../support/following.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { groups, people, scopes } from './openldap-tree.ts';

const sales = `ou=Sales,${people}`;
const outside = `ou=Outside,${ds389Suffix}`;
const ou = (dn: string): string => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`;
const person = (name: string, base: string): string =>
  `dn: cn=${name},${base}\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nsn: ${name}\n\n`;
const group = (name: string, ...members: string[]): string =>
  `dn: cn=${name},${groups}\nobjectClass: groupOfNames\n${members.map((dn) => `member: ${dn}\n`).join('')}\n`;
const modify = (dn: string, ...lines: string[]): string => `dn: ${dn}\nchangetype: modify\n${lines.join('\n')}\n\n`;
const rename = (dn: string, rdn: string, base?: string): string =>
  `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${rdn}\ndeleteoldrdn: 1\n${base === undefined ? '' : `newsuperior: ${base}\n`}\n`;
const remove = (dn: string): string => `dn: ${dn}\nchangetype: delete\n\n`;

/** The memberOf and referential integrity plug-ins rewrite others, who are then changed like anybody else. */
const steps: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a changed attribute', modify(`cn=Anna,${people}`, 'replace: title', 'title: x')],
  ['a new member, whose memberOf is written', modify(`cn=staff,${groups}`, 'add: member', `member: cn=Cleo,${people}`)],
  ['a member less', modify(`cn=staff,${groups}`, 'delete: member', `member: cn=Cleo,${people}`)],
  ['a renamed member, whose name is written in lower case in the group', rename(`cn=Bert,${people}`, 'cn=Bertram')],
  ['a renamed group', rename(`cn=staff,${groups}`, 'cn=crew')],
  ['a renamed container', rename(sales, 'ou=Trade')],
  ['a member who leaves the bases', rename(`cn=Anna,${people}`, 'cn=Anna', outside)],
  ['a member who comes back', rename(`cn=Anna,${outside}`, 'cn=Anna', people)],
  ['a deleted member', remove(`cn=Bertram,${people}`)],
  ['a deleted group', remove(`cn=crew,${groups}`)],
];

for (const changes of ['syncrepl', 'timestamp'] as const) {
  describe(`following 389 Directory Server by ${changes}, memberOf included`, () => {
    let server: Ds389;
    const operations: string[] = [];
    const options = (): LdapSourceOptions =>
      ldapOptions(server.url, server.reader, {
        ...scopes,
        changes,
        onRequest: (operation) => void operations.push(operation),
      });
    before(async () => {
      server = await startDs389({
        ldif: [
          ...[people, groups, sales, outside].map(ou),
          ...['Anna', 'Bert', 'Cleo'].map((name) => person(name, people)),
          person('Sue', sales),
          group('staff', `cn=Anna,${people}`, `cn=Bert,${people}`, `cn=Sue,${sales}`),
        ].join(''),
      });
    });
    after(() => server.dispose());

    it('sees everything that a complete reading sees, as deltas', async () => {
      const follower = follow(createLdapSource(options()), {
        user: ['cn', 'title', 'memberof'],
        group: ['cn', 'member'],
      });
      assert.equal((await follower.check()).kind, 'complete');
      for (const [what, ldif] of steps) {
        if (ldif !== '') await server.change(ldif);
        const verdict = await follower.check();
        assert.equal(verdict.kind, 'delta', `${what}: ${'because' in verdict ? (verdict.because ?? '') : ''}`);
      }
    });

    it('asks next to nothing when nothing happened', async () => {
      const follower = follow(createLdapSource(options()), { user: ['cn'], group: ['cn'] });
      await follower.poll();
      await follower.poll();
      operations.length = 0;
      assert.deepEqual((await follower.poll()).visited, []);
      // With `timestamp`, the count of all writes (lastusn) in the rootDSE says so.
      assert.deepEqual(operations.slice(3), changes === 'timestamp' ? ['root_dse'] : ['root_dse', 'search']);
    });
  });
}
