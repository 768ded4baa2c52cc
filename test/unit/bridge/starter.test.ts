import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { starterText, type StarterSource } from '../../../src/bridge/init/starter.ts';
import { parseConfiguration } from '../../../src/config/load.ts';

/** The directory of the configuration that init writes for a source. */
async function directoryFor(source: StarterSource) {
  const text = starterText(
    {
      directory: 'corp',
      source,
      bases: { users: 'OU=Staff,DC=corp,DC=example', groups: 'OU=Groups,DC=corp,DC=example' },
      target: 'wiki',
      targetUrl: 'https://wiki.example/scim/v2',
      profile: 'rfc7644',
      auth: { kind: 'bearer', secret: { env: 'WIKI_TOKEN' } },
      leaves: 'deactivate',
    },
    undefined,
  );
  const { directories } = await parseConfiguration('/etc/dir2scim/dir2scim.yaml', text);
  const directory = directories.get('corp');
  assert.ok(directory !== undefined && directory.kind !== 'ldif');
  return directory;
}

describe('the configuration to begin with', () => {
  it('asks DNS for the servers of a domain, of a site first where that is known', async () => {
    const bind = { dn: 'd2s@corp.example', password: { file: 'ldap' } };
    const found = await directoryFor({ servers: { domain: 'corp.example' }, startTls: false, bind });
    assert.deepEqual([found.urls, found.discover], [[], { domain: 'corp.example' }]);
    const near = await directoryFor({ servers: { domain: 'corp.example', site: 'Berlin' }, startTls: true, bind });
    assert.deepEqual([near.discover, near.startTls], [{ domain: 'corp.example', site: 'Berlin' }, true]);
  });

  it('shows a certificate in place of a password', async () => {
    const bind = { cert: 'own "d2s".crt', key: 'own.key' };
    const { bind: who, tls } = await directoryFor({ servers: ['ldaps://dc1'], startTls: false, ca: 'ca.pem', bind });
    assert.deepEqual(who, { kind: 'external' });
    assert.deepEqual(tls, {
      ca: '/etc/dir2scim/ca.pem',
      cert: '/etc/dir2scim/own "d2s".crt',
      key: '/etc/dir2scim/own.key',
    });
  });

  it('reads as nobody where nobody is said', async () => {
    const { bind, urls } = await directoryFor({ servers: ['ldaps://dc1', 'ldaps://dc2'], startTls: false });
    assert.deepEqual([bind, urls], [undefined, ['ldaps://dc1', 'ldaps://dc2']]);
  });
});
