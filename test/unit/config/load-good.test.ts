import assert from 'node:assert/strict';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it } from 'node:test';
import { loadConfiguration } from '../../../src/config/load.ts';
import { changed, loadText, smallest, withTarget } from './files.ts';
import { limitsWith } from '../../support/limits.ts';

it('fills in the defaults of the product page', async (t) => {
  const configuration = await loadText(t, smallest);
  const { directories, targets, ...rest } = configuration;
  const folder = dirname(configuration.file);
  assert.deepEqual(rest, {
    file: configuration.file,
    schedule: {
      poll: { kind: 'interval', milliseconds: 10_000 },
      full: { kind: 'cron', expression: '0 3 * * *' },
      probeMilliseconds: 300_000,
    },
    state: { path: join(folder, 'state') },
    notify: [],
    http: { listen: { host: '127.0.0.1', port: 9464 } },
    log: { level: 'info', format: 'auto', values: false, keepMilliseconds: 90 * 24 * 60 * 60_000, megabytes: 256 },
  });
  assert.deepEqual(directories.get('corp'), {
    name: 'corp',
    kind: 'auto',
    changes: 'auto',
    limits: { maximumEntries: 10_000_000, readTimeoutMilliseconds: 600_000 },
    urls: ['ldaps://dc1.corp.example'],
    users: { bases: ['OU=Staff,DC=corp,DC=example'] },
    sees: [],
    startTls: false,
    tls: {},
    referrals: { follow: [] },
    allowCleartext: false,
  });
  const about = targets.get('wiki')?.profile.about;
  assert.equal(about?.tested, 'lab');
  assert.deepEqual(targets.get('wiki'), {
    name: 'wiki',
    url: 'https://wiki.example/scim/v2',
    auth: { kind: 'bearer', token: { env: 'WIKI_TOKEN' } },
    profile: { name: 'rfc7644', about, layers: [] },
    tls: {},
    allowCleartext: false,
    from: ['corp'],
    overlap: 'held',
    drift: 'report',
    scope: { users: { memberOf: [] }, groups: { memberOf: [] }, nested: 'flatten' },
    users: {
      match: ['externalId', 'userName'],
      adopt: 'first-match',
      reactivateAdopted: false,
      createInactive: false,
      map: [],
    },
    groups: { match: ['externalId', 'displayName'], adoptedMembers: 'keep', map: [] },
    removal: { leaves: 'deactivate', groups: 'keep' },
    guard: { ...limitsWith(), mustSee: [] },
    limits: { concurrency: 'auto', seatOrder: 'userName' },
    notes: [],
  });
});

it('takes servers from DNS, and a certificate in place of a password', async (t) => {
  const at = async (servers: string) =>
    (await loadText(t, smallest.replace('urls: [ldaps://dc1.corp.example]', servers))).directories.get('corp');
  const short = await at('discover: corp.example');
  assert.ok(short?.kind === 'auto');
  assert.deepEqual(short.discover, { domain: 'corp.example' });
  assert.deepEqual(short.urls, []);
  const long = await at(
    'discover: { domain: corp.example, site: Berlin }\n    startTls: true\n    bind: { external: true }\n    tls: { cert: a.crt, key: /b.key }',
  );
  assert.ok(long?.kind === 'auto');
  assert.deepEqual(long.discover, { domain: 'corp.example', site: 'Berlin' });
  assert.deepEqual(long.bind, { kind: 'external' });
  assert.match(String(long.tls.cert), /\/a\.crt$/);
  assert.equal(long.tls.key, '/b.key');
});

it('loads the example that comes with the project', async () => {
  const file = fileURLToPath(new URL('../../../config/example.yaml', import.meta.url));
  const configuration = await loadConfiguration(file);
  const target = configuration.targets.get('wiki');
  assert.ok(target !== undefined);
  assert.equal(target.removal.deleteAfter, undefined, 'nobody deletes who only copied');
  assert.ok(
    !target.users.map.some(({ path }) => path.text === 'active'),
    'the preset knows better who is active: expired accounts are not',
  );
  assert.equal(target.scope.users.where?.source, 'department in ["Sales", "Support"]');
  assert.deepEqual(target.users.map.map(({ path, rule }) => [path.text, rule?.apply]).at(-1), [
    'preferredLanguage',
    'create',
  ]);
  const corp = configuration.directories.get('corp');
  assert.ok(corp !== undefined && corp.kind !== 'ldif');
  assert.equal(corp.tls.ca, resolve(dirname(file), 'corp-ca.pem'));
});

it('takes a file as a directory, relative to the configuration', async (t) => {
  const text = changed(
    'urls: [ldaps://dc1.corp.example]\n',
    'kind: ldif\n    path: data/people.ldif\n    groups: { filter: "(cn=*)" }\n',
  );
  const configuration = await loadText(t, text);
  const corp = configuration.directories.get('corp');
  assert.ok(corp?.kind === 'ldif');
  assert.equal(corp.path, join(dirname(configuration.file), 'data/people.ldif'));
  assert.deepEqual(corp.groups, { filter: '(cn=*)' });
});

it('takes a file that says what kind of server it was exported from, and by what its entries are known', async (t) => {
  const text = changed(
    'urls: [ldaps://dc1.corp.example]\n',
    'kind: 389ds\n    idAttribute: entryUUID\n    path: people.ldif\n',
  );
  const corp = (await loadText(t, text)).directories.get('corp');
  assert.ok(corp?.kind === 'ldif');
  assert.deepEqual([corp.exportedFrom, corp.idAttribute], ['389ds', 'entryUUID']);
});

it('keeps the order of a map and what null removes', async (t) => {
  const configuration = await loadText(t, withTarget('users: { map: { title: null, nickName: cn, USERNAME: mail } }'));
  const map = configuration.targets.get('wiki')?.users.map ?? [];
  assert.deepEqual(
    map.map(({ path, rule }) => [path.text, rule?.expression.source]),
    [
      ['title', undefined],
      ['nickName', 'cn'],
      ['userName', 'mail'],
    ],
  );
  assert.match(map[0]?.place ?? '', /dir2scim\.yaml:10:21$/);
});

it('fills in what a guard limit leaves out', async (t) => {
  const configuration = await loadText(t, withTarget('guard: { removals: { percent: 2 } }'));
  assert.deepEqual(configuration.targets.get('wiki')?.guard.removals, { percent: 2, atLeast: 5 });
});

it('makes secret files absolute and leaves variables alone', async (t) => {
  const text = changed(
    'auth: { bearer: { env: WIKI_TOKEN } }',
    'auth: { headers: { X-Key: { file: key }, X-Other: { env: OTHER } } }',
  );
  const configuration = await loadText(t, text);
  const auth = configuration.targets.get('wiki')?.auth;
  assert.ok(auth?.kind === 'headers');
  assert.deepEqual(
    [...auth.headers],
    [
      ['X-Key', { file: join(dirname(configuration.file), 'key') }],
      ['X-Other', { env: 'OTHER' }],
    ],
  );
});

it('understands anchors and aliases', async (t) => {
  const text = changed(
    'users: { bases: ["OU=Staff,DC=corp,DC=example"] }',
    'users: &where { bases: ["OU=Staff,DC=corp,DC=example"] }\n    groups: *where',
  );
  const configuration = await loadText(t, text);
  assert.deepEqual(configuration.directories.get('corp')?.groups, { bases: ['OU=Staff,DC=corp,DC=example'] });
});

const harmless = {
  'ldap:// to loopback with a password': changed(
    'urls: [ldaps://dc1.corp.example]',
    'urls: [ldap://127.0.0.2, "ldap://[::1]:1389", ldap://localhost]\n    bind: { dn: cn=a, password: { env: P } }',
  ),
  'ldap:// with StartTLS': changed(
    'urls: [ldaps://dc1.corp.example]',
    'urls: [ldap://dc1]\n    startTls: true\n    bind: { dn: cn=a, password: { env: P } }',
  ),
  'ldap:// without a password': changed('ldaps://', 'ldap://'),
  'ldap:// that is allowed': changed(
    'urls: [ldaps://dc1.corp.example]',
    'urls: [ldap://dc1]\n    allowCleartext: true\n    bind: { dn: cn=a, password: { env: P } }',
  ),
  'http:// to loopback': changed('https://wiki.example/scim/v2', 'http://127.0.0.1:8080/scim'),
  'http:// that is allowed': withTarget('allowCleartext: true').replace('https://', 'http://'),
};
for (const [name, text] of Object.entries(harmless)) {
  it(`accepts ${name}`, async (t) => assert.ok(await loadText(t, text)));
}
