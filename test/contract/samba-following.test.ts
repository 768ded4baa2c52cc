import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapOperation, LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { follow } from '../support/following.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { ldapOptions } from './ldap-fixture.ts';

const people = `OU=People,${sambaSuffix}`;
const sales = `OU=Sales,${people}`;
const groups = `OU=Groups,${sambaSuffix}`;
const outside = `OU=Outside,${sambaSuffix}`;
const user = '(&(sAMAccountType=805306368)(!(title=alumni)))';

const add = (dn: string, ...lines: string[]): string => [`dn: ${dn}`, 'changetype: add', ...lines, ''].join('\n');
const modify = (dn: string, ...lines: string[]): string => [`dn: ${dn}`, 'changetype: modify', ...lines, ''].join('\n');
const rename = (dn: string, rdn: string, ...lines: string[]): string =>
  [`dn: ${dn}`, 'changetype: modrdn', `newrdn: ${rdn}`, 'deleteoldrdn: 1', ...lines, ''].join('\n');
const remove = (dn: string): string => `dn: ${dn}\nchangetype: delete\n`;
const person = (name: string, parent: string): string =>
  add(`CN=${name},${parent}`, 'objectClass: user', `sAMAccountName: ${name}`, 'userAccountControl: 544');

const steps: readonly (readonly [string, string])[] = [
  ['a changed attribute', modify(`CN=anna,${people}`, 'replace: title', 'title: boss')],
  ['a new person', person('neu', people)],
  ['who leaves the filter', modify(`CN=neu,${people}`, 'replace: title', 'title: alumni')],
  ['who returns into the filter', modify(`CN=neu,${people}`, 'replace: title')],
  ['a new member', modify(`CN=team,${groups}`, 'add: member', `member: CN=neu,${people}`)],
  ['a renamed member', rename(`CN=neu,${people}`, 'CN=neuer')],
  ['a renamed container', rename(sales, 'OU=Trade')],
  ['a container that leaves the bases', rename(`OU=Trade,${people}`, 'OU=Trade', `newsuperior: ${outside}`)],
  ['a container that returns', rename(`OU=Trade,${outside}`, 'OU=Trade', `newsuperior: ${people}`)],
  ['a deleted member', remove(`CN=neuer,${people}`)],
  [
    'a manager who is deleted',
    modify(`CN=anna,${people}`, 'replace: manager', `manager: CN=boss,${people}`) + '\n' + remove(`CN=boss,${people}`),
  ],
  ['a deleted group', remove(`CN=team,${groups}`)],
];

describe('following Active Directory (Samba)', () => {
  let server: Samba;
  const operations: LdapOperation[] = [];
  const source = (rest: Partial<LdapSourceOptions> = {}) =>
    createLdapSource(
      ldapOptions(server.url, server.administrator, {
        users: { bases: [people], filter: user },
        groups: { bases: [groups] },
        onRequest: (operation) => void operations.push(operation),
        ...rest,
      }),
    );
  const attributes = { user: ['cn', 'title', 'manager'], group: ['cn', 'member'] };
  before(async () => {
    server = await startSamba();
    await server.change(
      [
        ...[people, sales, groups, outside].map((dn) => add(dn, 'objectClass: organizationalUnit')),
        ...['anna', 'boss'].map((name) => person(name, people)),
        person('sue', sales),
        ...['team', 'other'].map((name) =>
          add(`CN=${name},${groups}`, 'objectClass: group', `sAMAccountName: ${name}`, `member: CN=sue,${sales}`),
        ),
      ].join('\n'),
    );
  });
  after(() => server.dispose());

  it('sees everything that a complete reading sees, as deltas', async () => {
    const followers = new Map(
      (['usn', 'dirsync'] as const).map((changes) => [changes, follow(source({ changes }), attributes)]),
    );
    for (const follower of followers.values()) await follower.check();
    for (const [what, ldif] of steps) {
      await server.change(ldif);
      for (const [changes, follower] of followers)
        assert.equal((await follower.check()).kind, 'delta', `${what} with ${changes}`);
    }
  });

  it('asks next to nothing when nothing happened', async () => {
    const follower = follow(source(), attributes);
    await follower.poll();
    await follower.poll();
    operations.length = 0;
    const { visited } = await follower.poll();
    assert.equal(visited.length, 0);
    assert.ok(operations.filter((operation) => operation === 'search').length <= 1, operations.join());
  });

  it('reads everything when a membership changes and memberOf is asked for', async () => {
    const follower = follow(source(), { ...attributes, user: ['cn', 'memberof'] });
    await follower.check();
    await server.change(modify(`CN=other,${groups}`, 'add: member', `member: CN=anna,${people}`));
    assert.equal((await follower.check()).kind, 'complete');
  });

  it('reads only people again when only people changed, although memberOf is asked for', async () => {
    let skew = 0;
    const clock = { monotonic: () => performance.now() + skew };
    const sees = { ...attributes, user: ['cn', 'title', 'memberof'] };
    const follower = follow(source({ changes: 'usn', clock }), sees);
    const filtered = follow(
      source({ changes: 'usn', clock, users: { bases: [people], filter: `(memberOf=CN=other,${groups})` } }),
      { ...attributes, user: ['cn', 'title'] },
    );
    const kinds = async (ldif: string): Promise<string> => {
      await server.change(ldif);
      return `${(await follower.check()).kind} ${(await filtered.check()).kind}`;
    };
    await kinds(modify(`CN=anna,${people}`, 'replace: title', 'title: Boss'));
    assert.equal(await kinds(modify(`CN=anna,${people}`, 'replace: title', 'title: Chief')), 'delta delta');
    assert.equal(await kinds(rename(`CN=anna,${people}`, 'CN=anne')), 'delta delta');
    assert.equal(await kinds(person('new', people)), 'delta delta');
    assert.equal(await kinds(`dn: CN=new,${people}\nchangetype: delete\n\n`), 'delta delta');
    assert.equal(
      await kinds(modify(`CN=other,${groups}`, 'delete: member', `member: CN=anne,${people}`)),
      'complete complete',
    );
    assert.equal(await kinds(rename(`CN=other,${groups}`, 'CN=others')), 'complete complete');
    skew += 60 * 60_000;
    assert.equal((await follower.check()).kind, 'complete', 'within the hour, whatever the account cannot see');
    const reports = follow(source({ changes: 'usn' }), { ...attributes, user: ['cn', 'directreports'] });
    await reports.check();
    await server.change(modify(`CN=anne,${people}`, 'replace: title', 'title: Head'));
    assert.equal((await reports.check()).kind, 'complete', 'people have reports');
  });
});
