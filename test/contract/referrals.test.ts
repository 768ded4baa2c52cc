import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createApp } from '../../src/app.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { loadText, smallest, temporaryFolder } from '../unit/config/files.ts';
import { first, readAll } from './directory-source.ts';
import { ldapOptions, trusting } from './ldap-fixture.ts';
import { fails } from './openldap-tree.ts';

const people = `ou=People,${slapdSuffix}`;
const sales = `ou=Sales,${people}`;
const ou = (dn: string): string => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`;
const person = (name: string, base: string): string =>
  `dn: cn=${name},${base}\nobjectClass: inetOrgPerson\nsn: ${name}\n\n`;
const referral = (dn: string, uri: string): string =>
  `dn: ${dn}\nobjectClass: referral\nobjectClass: extensibleObject\nref: ${uri}\n\n`;

describe('OpenLDAP that refers to another server for a part of the base', () => {
  let holder: Slapd;
  let referring: Slapd;
  before(async () => {
    holder = await startSlapd({
      tls: true,
      ldif: `${ou(people)}${ou(sales)}${person('Sam', sales)}${person('Sue', sales)}`,
    });
    referring = await startSlapd({
      tls: true,
      ldif: `${ou(people)}${person('Anna', people)}${referral(sales, `${holder.url}/${sales}`)}`,
      database: ['limits users size=unlimited'],
    });
  });
  after(async () => {
    await referring.dispose();
    await holder.dispose();
  });

  const hostOf = (server: Slapd): string => `127.0.0.1:${server.port}`;
  const options = (follow: readonly string[], rest: Partial<LdapSourceOptions> = {}): LdapSourceOptions =>
    ldapOptions(referring.url, referring.reader, {
      users: { bases: [people] },
      ...(follow.length === 0 ? {} : { referrals: { follow, allowsCleartext: () => true } }),
      ...rest,
    });
  const namesOf = async (from: LdapSourceOptions): Promise<(string | undefined)[]> =>
    (await readAll(createLdapSource(from))).entries.map((entry) => first(entry, 'cn')).sort();
  const cas = (...more: (string | undefined)[]) =>
    trusting(...[referring, holder].map(({ certificates }) => certificates?.ca), ...more);

  it('is not read completely when the reference is not followed, and the other server is named', async () => {
    for (const follow of [[], ['127.0.0.1'], ['127.0.0.1:1'], ['localhost']]) {
      await assert.rejects(
        namesOf(options(follow)),
        fails('D2S_DIRECTORY_READ_INCOMPLETE', new RegExp(`held by another server: ${hostOf(holder)}`)),
      );
    }
  });

  it('is read with what the other server holds when it is, with the same account', async () => {
    assert.deepEqual(await namesOf(options([hostOf(holder)])), ['Anna', 'Sam', 'Sue']);
    const stranger = { dn: holder.reader.dn, password: () => Promise.resolve('wrong') };
    await assert.rejects(namesOf(options([hostOf(holder)], { bind: stranger })), { code: 'D2S_DIRECTORY_AUTH' });
  });

  it('is read where the whole base is held by the other server', async () => {
    assert.deepEqual(await namesOf(options([hostOf(holder)], { users: { bases: [sales] } })), ['Sam', 'Sue']);
    await assert.rejects(
      namesOf(options([], { users: { bases: [sales] } })),
      fails('D2S_DIRECTORY_READ_INCOMPLETE', /referral \(10\) to 127/),
    );
  });

  it('is read once where two bases contain the same reference, for each type', async () => {
    const users = { bases: [people, slapdSuffix] };
    const groups = { bases: [people], filter: '(objectClass=organizationalUnit)' };
    const { entries } = await readAll(createLdapSource(options([hostOf(holder)], { users, groups })));
    assert.deepEqual(entries.map(({ type, dn }) => `${type} ${dn}`).sort(), [
      `group ${people}`,
      `group ${sales}`,
      `user cn=Anna,${people}`,
      `user cn=Sam,${sales}`,
      `user cn=Sue,${sales}`,
    ]);
  });

  it('is read with StartTLS there when it is read over TLS here', async () => {
    const strict = await startSlapd({
      tls: true,
      global: ['security tls=128'],
      ldif: `${ou(people)}${ou(sales)}${person('Sid', sales)}`,
    });
    try {
      await referring.change(
        `dn: ${sales}\ncontrol: 2.16.840.1.113730.3.4.2 true\nchangetype: modify\nreplace: ref\nref: ${strict.url}/${sales}\n`,
      );
      const ca = cas(strict.certificates?.ca);
      const follow = [hostOf(strict)];
      for (const secure of [{ urls: [referring.secureUrl] }, { startTls: true }]) {
        assert.deepEqual(await namesOf(options(follow, { ...secure, tls: { ...ca, serverName: '127.0.0.1' } })), [
          'Anna',
          'Sid',
        ]);
        await assert.rejects(
          namesOf(options(follow, { ...secure, tls: cas() })),
          { code: 'D2S_DIRECTORY_TLS' },
          'a certificate of nobody we trust',
        );
      }
      await assert.rejects(
        namesOf(options(follow)),
        fails('D2S_DIRECTORY_AUTH', /confidentialityRequired/),
        'in clear it is refused',
      );
    } finally {
      await strict.dispose();
      await referring.change(
        `dn: ${sales}\ncontrol: 2.16.840.1.113730.3.4.2 true\nchangetype: modify\nreplace: ref\nref: ${holder.url}/${sales}\n`,
      );
    }
  });

  it('sends no password in clear text where that is not allowed', async () => {
    const referrals = { follow: [hostOf(holder)], allowsCleartext: ({ port }: URL) => port === '1' };
    await assert.rejects(namesOf(options([], { referrals })), fails('D2S_CLEARTEXT_REFUSED', /in clear text/));
  });

  it('is read as a whole each time, and says why', async () => {
    const source = createLdapSource(options([hostOf(holder)]));
    const { verdict } = await readAll(source);
    assert.match(
      verdict.kind === 'complete' ? (verdict.changes ?? '') : '',
      /^full \(references to other servers are followed/,
    );
    assert.ok(verdict.kind === 'complete' && verdict.watermark === undefined);
    assert.ok(!('watch' in source), 'each change would lead to a reading of everything');
    const { details } = await source.inspect(new AbortController().signal);
    assert.ok(details.includes(`references: followed to ${hostOf(holder)}`));
  });

  it('is read as the configuration says', async (context) => {
    const secret = join(await temporaryFolder(context), 'password');
    await writeFile(secret, referring.reader.password);
    const configuration = await loadText(
      context,
      smallest
        .replace('ldaps://dc1.corp.example', referring.url)
        .replace('OU=Staff,DC=corp,DC=example', people)
        .replace(
          '    users:',
          `    bind: { dn: "${referring.reader.dn}", password: { file: ${secret} } }\n    referrals: { follow: ["${hostOf(holder)}"] }\n    users:`,
        ),
    );
    const app = await createApp(configuration);
    try {
      const { entries } = await readAll(app.sources.get('corp') ?? assert.fail());
      assert.deepEqual(entries.map((entry) => first(entry, 'cn')).sort(), ['Anna', 'Sam', 'Sue']);
    } finally {
      await app.close();
    }
  });

  it('is not read completely when the other server is down', async () => {
    await holder.kill();
    await assert.rejects(namesOf(options([hostOf(holder)])), { code: 'D2S_DIRECTORY_UNREACHABLE' });
  });
});
