import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { startSlapd, type Slapd } from '../support/slapd.ts';
import { readAll } from './directory-source.ts';
import { tree } from './directory-tree.ts';
import { ldapOptions, trusting } from './ldap-fixture.ts';
import { fails, manyLdif, scopes, treeLdif } from './openldap-tree.ts';

describe('OpenLDAP over TLS', () => {
  let server: Slapd;
  let strangerCa: string;
  const source = (rest: Partial<LdapSourceOptions>) =>
    createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, ...rest }));
  const ca = () => trusting(server.certificates?.ca);

  before(async () => {
    const [own, stranger] = await Promise.all([startSlapd({ ldif: treeLdif, tls: true }), startSlapd({ tls: true })]);
    server = own;
    strangerCa = stranger.certificates?.ca ?? '';
    await stranger.dispose();
  });
  after(() => server.dispose());

  it('reads over ldaps:// with the CA that signed the certificate', async () => {
    const { entries } = await readAll(source({ urls: [server.secureUrl], tls: ca() }));
    assert.equal(entries.length, tree.length);
  });

  it('reads over ldap:// with StartTLS, and the server agrees that it is encrypted', async () => {
    const strict = await startSlapd({ ldif: treeLdif, tls: true, global: ['security tls=128'] });
    try {
      const options = ldapOptions(strict.url, strict.reader, scopes);
      await assert.rejects(
        readAll(createLdapSource(options)),
        fails('D2S_DIRECTORY_AUTH', /confidentialityRequired \(13\)/),
      );
      const tls = trusting(strict.certificates?.ca);
      const { entries } = await readAll(createLdapSource({ ...options, startTls: true, tls }));
      assert.equal(entries.length, tree.length);
    } finally {
      await strict.dispose();
    }
  });

  for (const [way, rest] of [
    ['ldaps://', () => ({ urls: [server.secureUrl] })],
    ['StartTLS', () => ({ startTls: true })],
  ] as const) {
    it(`refuses a certificate of an unknown CA with ${way}`, async () => {
      const reading = readAll(source({ ...rest(), tls: trusting(strangerCa) }));
      await assert.rejects(reading, fails('D2S_DIRECTORY_TLS', /certificate/));
      await assert.rejects(readAll(source({ ...rest(), tls: {} })), fails('D2S_DIRECTORY_TLS', /certificate/));
    });

    it(`refuses a certificate with another name with ${way}`, async () => {
      const tls = { ...ca(), serverName: 'other.example.org' };
      await assert.rejects(readAll(source({ ...rest(), tls })), fails('D2S_DIRECTORY_TLS', /other\.example\.org/));
      const named = await readAll(source({ ...rest(), tls: { ...ca(), serverName: 'ldap.example.org' } }));
      assert.equal(named.entries.length, tree.length);
    });
  }

  it('compares the certificate with the host of the URL', async () => {
    const urls = [server.secureUrl.replace('127.0.0.1', 'localhost')];
    await assert.rejects(readAll(source({ urls, tls: ca() })), fails('D2S_DIRECTORY_TLS', /localhost/));
    const url = server.url.replace('127.0.0.1', 'localhost');
    await assert.rejects(
      readAll(source({ urls: [url], startTls: true, tls: ca() })),
      fails('D2S_DIRECTORY_TLS', /localhost/),
    );
  });

  it('fails when the server goes away in the middle of a reading that began with StartTLS', async () => {
    const victim = await startSlapd({ ldif: manyLdif, tls: true });
    try {
      const reading = createLdapSource(
        ldapOptions(victim.url, victim.reader, { ...scopes, startTls: true, tls: trusting(victim.certificates?.ca) }),
      ).read({
        attributes: { user: new Set(['cn']), group: new Set(['cn']) },
        signal: new AbortController().signal,
        visit: () => victim.kill(),
      });
      await assert.rejects(reading, fails('D2S_DIRECTORY_READ_INCOMPLETE', /closed|broke/));
    } finally {
      await victim.dispose();
    }
  });

  it('never sends the password in clear when StartTLS is refused', async () => {
    const plain = await startSlapd({ ldif: treeLdif });
    let asked = 0;
    try {
      const options = ldapOptions(plain.url, plain.reader, { ...scopes, startTls: true });
      const reading = readAll(
        createLdapSource({
          ...options,
          bind: { dn: plain.reader.dn, password: () => Promise.resolve(`${plain.reader.password}${asked++}`) },
        }),
      );
      await assert.rejects(reading, fails('D2S_DIRECTORY_TLS', /refused StartTLS: protocolError \(2\)/));
      assert.equal(asked, 0);
    } finally {
      await plain.dispose();
    }
  });
});
