import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createDiscovery } from '../../src/adapters/ldap/connect/discovery.ts';
import { createSrvLookUp } from '../../src/adapters/ldap/connect/srv-look-up.ts';
import type { SrvRecord } from '../../src/adapters/ldap/connect/srv-order.ts';
import type { LdapDiscovery } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { startDnsServer, type DnsServer } from '../support/dns-server.ts';
import { listenOnLoopback } from '../support/loopback.ts';
import { startSlapd, type Slapd } from '../support/slapd.ts';
import { createCertificates } from '../support/tls.ts';
import { readAll } from './directory-source.ts';
import { tree } from './directory-tree.ts';
import { ldapOptions, trusting } from './ldap-fixture.ts';
import { scopes, treeLdif } from './openldap-tree.ts';

const record = (name: string, port = 389, priority = 0, weight = 100): SrvRecord => ({ name, port, priority, weight });
const { signal } = new AbortController();

let dns: DnsServer;
before(async () => {
  dns = await startDnsServer();
});
after(() => dns.close());
beforeEach(() => {
  dns.zone.clear();
  dns.questions.length = 0;
});

const discovery = (domain: string, rest: Partial<LdapDiscovery> = {}): LdapDiscovery => ({
  domain,
  anyName: false,
  lookUp: createSrvLookUp([dns.address]),
  random: () => 0.5,
  ...rest,
});
const list = (rest: Partial<LdapDiscovery> = {}, startTls = false) =>
  createDiscovery(discovery('corp.example', rest), startTls).list(undefined, false, signal);

describe('servers by DNS', () => {
  it('are the domain controllers, over TLS, those of the site first', async () => {
    dns.zone.set('_ldap._tcp.berlin._sites.dc._msdcs.corp.example', [record('DC3.corp.example')]);
    dns.zone.set('_ldap._tcp.dc._msdcs.corp.example', [
      record('dc2.corp.example', 389, 10),
      record('dc1.corp.example'),
      record('dc3.corp.example'),
    ]);
    assert.deepEqual(await list({ site: 'Berlin' }), [
      'ldaps://dc3.corp.example:636',
      'ldaps://dc1.corp.example:636',
      'ldaps://dc2.corp.example:636',
    ]);
    assert.deepEqual(dns.questions, [
      '_ldap._tcp.berlin._sites.dc._msdcs.corp.example',
      '_ldap._tcp.dc._msdcs.corp.example',
    ]);
    assert.equal((await list({}, true))[0], 'ldap://dc1.corp.example:389', 'with StartTLS, on the port of the record');
  });

  it('are those of any LDAP service where there are no domain controllers', async () => {
    dns.zone.set('_ldap._tcp.corp.example', [record('ldap.corp.example', 1636)]);
    assert.deepEqual(await list(), ['ldaps://ldap.corp.example:1636']);
  });

  it('are those of the domain where the site has none, or is not answered for', async () => {
    dns.zone.set('_ldap._tcp.dc._msdcs.corp.example', [record('dc1.corp.example')]);
    assert.deepEqual(await list({ site: 'Nowhere' }), ['ldaps://dc1.corp.example:636']);
    dns.zone.set('_ldap._tcp.berlin._sites.dc._msdcs.corp.example', { code: 2 });
    assert.deepEqual(await list({ site: 'Berlin' }), ['ldaps://dc1.corp.example:636']);
  });

  it('are none, said in so many words, where DNS names none or says that there is no service', async () => {
    await assert.rejects(list(), { code: 'D2S_DIRECTORY_UNREACHABLE', message: /no SRV records under _ldap/ });
    dns.zone.set('_ldap._tcp.dc._msdcs.corp.example', [record('.'), record('dc1.corp.example', 0)]);
    await assert.rejects(list(), { code: 'D2S_DIRECTORY_UNREACHABLE' });
    const options = ldapOptions('', { dn: 'cn=a', password: 'b' }, { urls: [], discover: discovery('corp.example') });
    await assert.rejects(createLdapSource(options).inspect(signal), { message: /^directories\.\w+\.discover: / });
    dns.zone.set('_ldap._tcp.dc._msdcs.corp.example', { code: 2 });
    await assert.rejects(list(), { code: 'D2S_DIRECTORY_UNREACHABLE', message: /looked up in DNS \(ESERVFAIL\)/ });
  });

  it('are passed over when their names are no names of hosts within the domain', async () => {
    const foreign = ['evil.example', 'corp.example.evil.example', 'xcorp.example', '10.0.0.1', 'a@b.corp.example'];
    dns.zone.set(
      '_ldap._tcp.dc._msdcs.corp.example',
      foreign.map((name) => record(name)),
    );
    dns.zone.set('_ldap._tcp.corp.example', [record('dc1.corp.example')]);
    await assert.rejects(list(), { code: 'D2S_DIRECTORY_TLS', message: /not within corp\.example/ });
    // Where it is said whose certificates count, a name of elsewhere is one as well, and an address is still none.
    assert.deepEqual((await list({ anyName: true })).toSorted(), [
      'ldaps://corp.example.evil.example:636',
      'ldaps://evil.example:636',
      'ldaps://xcorp.example:636',
    ]);
  });

  it('are at most 16, and the nearest of them', async () => {
    const many = Array.from({ length: 40 }, (_, index) => record(`dc${index}.corp.example`, 389, index));
    dns.zone.set('_ldap._tcp.dc._msdcs.corp.example', many);
    const servers = await list({
      lookUp: (name) => Promise.resolve((dns.zone.get(name) ?? []) as readonly SrvRecord[]),
    });
    assert.equal(servers.length, 16);
    assert.equal(servers[0], 'ldaps://dc0.corp.example:636');
  });

  it('are looked up again when that is asked for, and stay what they were when DNS does not answer', async () => {
    dns.zone.set('_ldap._tcp.dc._msdcs.corp.example', [record('dc1.corp.example')]);
    const servers = createDiscovery(discovery('corp.example'), false);
    const first = ['ldaps://dc1.corp.example:636'];
    assert.deepEqual(await servers.list(undefined, false, signal), first);
    dns.zone.set('_ldap._tcp.dc._msdcs.corp.example', [record('dc2.corp.example'), record('dc3.corp.example')]);
    assert.deepEqual(await servers.list(first[0], false, signal), first);
    const now = await servers.list(first[0], true, signal);
    assert.deepEqual(now.toSorted(), ['ldaps://dc2.corp.example:636', 'ldaps://dc3.corp.example:636']);
    for (const current of now) assert.equal((await servers.list(current, false, signal))[0], current, 'among equals');
    for (const name of ['_ldap._tcp.dc._msdcs.corp.example', '_ldap._tcp.corp.example'])
      dns.zone.set(name, { code: 2 });
    assert.deepEqual((await servers.list(now[0], true, signal)).toSorted(), now.toSorted());
  });

  it('are waited for only as long as the reading goes on', async () => {
    dns.zone.set('_ldap._tcp.dc._msdcs.corp.example', 'silence');
    const options = ldapOptions('', { dn: 'cn=a', password: 'b' }, { urls: [], discover: discovery('corp.example') });
    const ending = new AbortController();
    const reading = createLdapSource(options).inspect(ending.signal);
    const ended = assert.rejects(reading, { code: 'D2S_INTERRUPTED' });
    ending.abort();
    await ended;
  });
});

describe('OpenLDAP servers by DNS', () => {
  let [first, second]: (Slapd | undefined)[] = [];
  const options = (rest = {}) => {
    const [one, other] = [first, second].map((server) => server?.certificates?.ca);
    return ldapOptions('', first?.reader ?? { dn: '', password: '' }, {
      ...scopes,
      urls: [],
      startTls: true,
      tls: trusting(one, other),
      discover: discovery('localhost'),
      ...rest,
    });
  };
  before(async () => {
    const start = () => startSlapd({ ldif: treeLdif, tls: true, names: ['localhost'], global: ['security tls=128'] });
    [first, second] = await Promise.all([start(), start()]);
  });
  after(async () => {
    await first?.dispose();
    await second?.dispose();
  });

  it('are read with StartTLS, and the next one when one is gone, by the records of then', async () => {
    dns.zone.set('_ldap._tcp.localhost', [record('localhost', first?.port)]);
    const switches: string[] = [];
    const source = createLdapSource(options({ onFailover: (_from: string, to: string) => void switches.push(to) }));
    assert.equal((await readAll(source)).entries.length, tree.length);
    const { length } = dns.questions;
    assert.equal((await readAll(source)).entries.length, tree.length);
    assert.equal(dns.questions.length, length, 'nothing is looked up while it works');
    await first?.kill();
    // Nobody knew of the second one when the first was found.
    dns.zone.set('_ldap._tcp.localhost', [record('localhost', second?.port)]);
    assert.equal((await readAll(source)).entries.length, tree.length);
    assert.deepEqual(switches, [`ldap://localhost:${second?.port ?? 0}`]);
  });

  it('are read where the question for the site ends the connection: a guard before them lets nothing through without a bind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dir2scim-guard-'));
    const { ca, certificateFile, keyFile } = await createCertificates(folder, { dns: ['localhost'], ip: [] });
    let refused = 0;
    const guard = createServer({ cert: await readFile(certificateFile), key: await readFile(keyFile) }, (client) => {
      const upstream = connect({ port: Number(new URL(second?.secureUrl ?? '').port), ca: second?.certificates?.ca });
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
      client.on('data', (data: Buffer) => {
        if (!data.includes('netlogon')) return;
        refused += 1;
        client.destroy();
      });
      client.pipe(upstream).pipe(client);
    });
    const port = await listenOnLoopback(guard);
    try {
      dns.zone.set('_ldap._tcp.dc._msdcs.localhost', [record('localhost', port)]);
      const source = createLdapSource(options({ startTls: false, tls: trusting(ca) }));
      for (let reading = 0; reading < 2; reading += 1)
        assert.equal((await readAll(source)).entries.length, tree.length);
      assert.equal(refused, 1, 'each server is asked once');
    } finally {
      guard.close();
      await once(guard, 'close');
      await rm(folder, { recursive: true });
    }
  });

  it('get no password when their certificate has another name than the record', async () => {
    const impostor = await startSlapd({ ldif: treeLdif, tls: true });
    let asked = 0;
    const bind = { dn: impostor.reader.dn, password: () => Promise.resolve(`secret${asked++}`) };
    try {
      dns.zone.set('_ldap._tcp.localhost', [record('localhost', impostor.port)]);
      const tls = trusting(impostor.certificates?.ca);
      await assert.rejects(readAll(createLdapSource(options({ tls, bind }))), { code: 'D2S_DIRECTORY_TLS' });
      dns.zone.set('_ldap._tcp.localhost', [record('localhost', Number(new URL(impostor.secureUrl).port))]);
      const secure = options({ tls, bind, startTls: false });
      await assert.rejects(readAll(createLdapSource(secure)), { code: 'D2S_DIRECTORY_TLS' });
      assert.equal(asked, 0);
    } finally {
      await impostor.dispose();
    }
  });
});
