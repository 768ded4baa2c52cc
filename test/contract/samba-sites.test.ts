import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createSrvLookUp } from '../../src/adapters/ldap/connect/srv-look-up.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { startDnsServer, type DnsServer } from '../support/dns-server.ts';
import { listenOnLoopback } from '../support/loopback.ts';
import { startSamba, type Samba } from '../support/samba.ts';
import { ldapOptions, trusting } from './ldap-fixture.ts';

const { signal } = new AbortController();
const domain = 'lab.example.org';
const configuration = `CN=Sites,CN=Configuration,DC=lab,DC=example,DC=org`;
const everywhere = `_ldap._tcp.dc._msdcs.${domain}`;
const inBerlin = `_ldap._tcp.berlin._sites.dc._msdcs.${domain}`;

/** The domain controller under another port, as if it were another one. */
interface Door extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  readonly count: () => number;
}

async function openDoor(address: string): Promise<Door> {
  let count = 0;
  const server: Server = createServer((client) => {
    count += 1;
    const upstream = connect(636, address);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.pipe(upstream).pipe(client);
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    count: () => count,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('the site of this machine, asked of a domain controller (Samba)', () => {
  let dns: DnsServer;
  let samba: Samba;
  let address: string;
  const optionsFor = (servers: string[], rest: Partial<LdapSourceOptions> = {}): LdapSourceOptions =>
    ldapOptions('', samba.administrator, {
      urls: [],
      users: { bases: [`CN=Users,${samba.suffix}`] },
      tls: { ...trusting(samba.certificates.ca), serverName: 'dc1.lab.example.org' },
      discover: { domain, anyName: true, lookUp: createSrvLookUp([dns.address]), random: () => 0.5 },
      onRequest: (operation, _milliseconds, outcome, server) => {
        if (operation === 'bind') servers.push(`${outcome} ${new URL(server ?? '').port}`);
      },
      ...rest,
    });
  const record = (port: number) => [{ name: 'localhost', port, priority: 0, weight: 100 }];

  before(async () => {
    [dns, samba] = await Promise.all([startDnsServer(), startSamba()]);
    address = new URL(samba.url).hostname;
    await samba.change(
      [
        `dn: CN=Berlin,${configuration}\nchangetype: add\nobjectClass: site\n`,
        `dn: CN=127.0.0.0/8,CN=Subnets,${configuration}\nchangetype: add\nobjectClass: subnet\nsiteObject: CN=Berlin,${configuration}\n`,
      ].join('\n'),
    );
  });
  after(async () => {
    await dns.close();
    await samba.dispose();
  });

  it('has its domain controllers read, and the account shown to no other', async () => {
    await using far = await openDoor(address);
    await using near = await openDoor(address);
    dns.zone.set(everywhere, record(far.port));
    dns.zone.set(inBerlin, record(near.port));
    const bound: string[] = [];
    const source = createLdapSource(optionsFor(bound));
    await source.inspect(signal);
    assert.deepEqual(bound, [`success ${near.port}`]);
    await source.inspect(signal);
    assert.deepEqual([far.count(), near.count()], [1, 2], 'asked once');
  });

  it('leaves everything as it is where DNS knows no server of it, or the server there does not answer', async () => {
    await using far = await openDoor(address);
    dns.zone.set(everywhere, record(far.port));
    dns.zone.delete(inBerlin);
    const bound: string[] = [];
    await createLdapSource(optionsFor(bound)).inspect(signal);
    const closed = await openDoor(address);
    await closed[Symbol.asyncDispose]();
    dns.zone.set(inBerlin, record(closed.port));
    await createLdapSource(optionsFor(bound)).inspect(signal);
    assert.deepEqual(bound, [`success ${far.port}`, `success ${far.port}`]);
  });

  it('is not asked where the configuration names one', async () => {
    await using far = await openDoor(address);
    await using near = await openDoor(address);
    dns.zone.set(everywhere, record(far.port));
    dns.zone.set(inBerlin, record(near.port));
    dns.zone.set(`_ldap._tcp.oslo._sites.dc._msdcs.${domain}`, record(far.port));
    const bound: string[] = [];
    const discover = { ...optionsFor([]).discover, domain, anyName: true, site: 'Oslo' };
    await createLdapSource(optionsFor(bound, { discover })).inspect(signal);
    assert.deepEqual(bound, [`success ${far.port}`]);
    assert.equal(near.count(), 0);
  });
});
