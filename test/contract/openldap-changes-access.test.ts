import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapOperation } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { follow } from '../support/following.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { until } from '../support/until.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { groups, people, scopes, treeLdif } from './openldap-tree.ts';

const anna = `cn=Anna Berg,${people}`;
const describeAs = (dn: string, text: string): string =>
  `dn: ${dn}\nchangetype: modify\nreplace: description\ndescription: ${text}\n`;
const attributes = { user: ['cn', 'title', 'manager'], group: ['cn', 'member'] };
const overlays = ['overlay refint', 'refint_attributes member manager', `refint_nothing cn=nobody,${slapdSuffix}`];
const outsider = `ou=Outside,${slapdSuffix}`;

describe('following OpenLDAP behind access rules', () => {
  let server: Slapd;
  const clock = fakeClock();
  const operations: LdapOperation[] = [];
  const source = () =>
    createLdapSource(
      ldapOptions(server.url, server.reader, {
        ...scopes,
        clock,
        onRequest: (operation) => void operations.push(operation),
      }),
    );
  before(async () => {
    server = await startSlapd({
      ldif: `${treeLdif}dn: ${outsider}\nobjectClass: organizationalUnit\n\ndn: cn=far,${outsider}\nobjectClass: inetOrgPerson\ncn: far\nsn: x\n`,
      global: ['moduleload refint'],
      access: [
        'access to attrs=userPassword by anonymous auth',
        'access to filter=(description=hidden) by users =d',
        'access to filter=(description=half) attrs=objectClass by users =d',
        'access to filter=(description=nameless) attrs=entryUUID by users =d',
        'access to * by users read',
      ],
      database: ['limits dn.exact="cn=reader,dc=example,dc=org" size=unlimited time=unlimited', ...overlays],
    });
  });
  after(() => server.dispose());

  for (const how of ['hidden', 'half']) {
    it(`does not count as gone who only cannot be read (${how})`, async () => {
      const follower = follow(source(), attributes);
      await follower.check();
      const size = follower.directoryCache.known.length;
      await server.change(describeAs(anna, how));
      for (const poll of [1, 2]) {
        const { verdict } = await follower.poll();
        assert.ok(verdict.kind === 'delta' && verdict.gone.length === 0, `poll ${poll}`);
        assert.equal(follower.directoryCache.known.length, size);
      }
      await server.change(describeAs(anna, 'seen again'));
      assert.equal((await follower.check()).kind, 'delta');
    });
  }

  it('fails when somebody is there without an id', async () => {
    const follower = follow(source(), attributes);
    await follower.check();
    await server.change(describeAs(anna, 'nameless'));
    await assert.rejects(follower.poll(), /without a usable entryUUID/);
    await server.change(describeAs(anna, 'named'));
    assert.equal((await follower.check()).kind, 'delta');
  });

  it('reads again within the hour who mentions somebody outside of the scope', async () => {
    const follower = follow(source(), attributes);
    await server.change(`dn: cn=staff,${groups}\nchangetype: modify\nadd: member\nmember: cn=far,${outsider}\n`);
    await follower.check(true);
    await server.change(`dn: cn=far,${outsider}\nchangetype: modrdn\nnewrdn: cn=further\ndeleteoldrdn: 1\n`);
    await until('refint is done', async () => (await server.search('-b', groups, 'member')).includes('cn=further,'));
    assert.equal((await follower.check()).kind, 'delta');
    await clock.advance(60 * 60_000);
    assert.equal((await follower.check(true)).kind, 'delta');
  });

  it('reads everything when something changed and memberOf is asked for, which changes without a trace', async () => {
    const follower = follow(source(), { ...attributes, user: ['cn', 'memberof'] });
    await follower.check();
    await server.change(describeAs(anna, 'changed'));
    const verdict = await follower.check();
    assert.ok(verdict.kind === 'complete' && verdict.because?.includes('memberof'));
  });

  it('reads everything each time where that is asked for', async () => {
    const full = createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, changes: 'full' }));
    const follower = follow(full, attributes);
    await follower.check();
    const changes = 'full (`changes: full` asks for it)';
    const verdict = await follower.check();
    assert.ok(verdict.kind === 'complete');
    assert.deepEqual([verdict.because, verdict.changes], [undefined, changes]);
    const { details } = await full.inspect(new AbortController().signal);
    assert.ok(details.includes(`changes: ${changes}`));
  });

  it('reads everything when what was asked for does not work here', async () => {
    const source = createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, changes: 'dirsync' }));
    const { details } = await source.inspect(new AbortController().signal);
    assert.match(details.at(-1) ?? '', /^changes: full \(dirsync does not work here: .+\)$/);
    await follow(source, attributes).check();
  });
});
