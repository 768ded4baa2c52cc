import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { ProgramResult } from '../support/program.ts';
import { startScimServer } from '../support/scim-server/server.ts';
import { idOf } from './support/company.ts';
import { office, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

/** Every command that plans, and `check`, end with this code and name it once. */
async function allRefuse(site: Site, errorCode: string): Promise<void> {
  for (const args of [['plan'], ['sync'], ['explain', 'amara'], ['check']]) {
    const { code, stderr }: ProgramResult = await site.run(...args);
    assert.deepEqual(
      [args[0], code, stderr.split('\n').filter((line) => line.startsWith(`${errorCode}:`)).length],
      [args[0], 2, 1],
      stderr,
    );
  }
}

const people = Object.keys(office.people).length;

describe('what the state is bound to', { concurrency: 2 }, () => {
  it('is the place of the target: another one is refused, and begun anew when a person says so', async () => {
    await using site = await createSite({ company: office });
    const first = await site.run('sync');
    assert.match(first.stderr, /new state in .*: first run, nothing will be removed/);
    assert.doesNotMatch((await site.run('sync')).stderr, /new state/);
    const other = await startScimServer({ token: site.token });
    try {
      await site.reconfigure((text) => text.replace(site.target.url, other.url));
      await allRefuse(site, 'D2S_TARGET_CHANGED');
      assert.equal((await site.run('state', 'rebind', 'wiki')).code, 2, 'nobody is there');
      assert.equal((await site.run('state', 'reset', 'wiki')).code, 2, 'nobody can be asked');
      assert.deepEqual(other.users(), []);
      assert.equal((await site.run('state', 'reset', 'wiki', '--yes')).code, 0);
      assert.equal((await site.run('sync')).code, 0);
      assert.equal(other.users().length, people);
      await site.reconfigure((text) => text.replace(other.url, `${other.url}/`));
      assert.equal((await site.run('plan')).code, 0, 'a slash is no change');
    } finally {
      await other.stop();
    }
  });

  it('is the id attribute of the directory: a file that lost it is refused, and taken when a person says so', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    const id = /^entryUUID: (\w{8})-(\w{4})-(\w{4})-(\w{4})-(\w{12})$/gm;
    const text = await readFile(site.ldif, 'utf8');
    await writeFile(site.ldif, text.replace(id, '$&\nnsUniqueId: $1-abcd$3-$4abcd-$1'));
    assert.equal((await site.run('plan')).code, 0, 'known by what they were known by');
    await writeFile(site.ldif, text.replace('objectClass: inetOrgPerson', '$&\nsAMAccountName: one'));
    assert.equal((await site.run('plan')).code, 0, 'one record makes no export of Active Directory');
    await writeFile(site.ldif, text.replace(id, 'nsUniqueId: $1-abcd$3-$4abcd-$1'));
    await allRefuse(site, 'D2S_DIRECTORY_CHANGED');
    const refused = await site.run('state', 'repin', 'corp');
    assert.match(refused.stderr, /0 of \d+ who are linked from it are there; the other \d+ depart in the next cycle/);
    assert.equal(refused.code, 2, 'nobody can be asked');
    assert.equal((await site.run('state', 'repin', 'corp', '--yes')).code, 0);
    assert.notEqual((await site.run('plan')).code, 2);
  });

  it('counts in status what belongs to targets and directories that the configuration does not name any more', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    await site.reconfigure((text) => text.replace('  corp:', '  head:'));
    assert.match((await site.run('status')).stdout, /corp: not in the configuration, \d+ links are remembered/);
    await site.reconfigure((text) => text.replace('  head:', '  corp:').replace('  wiki:', '  docs:'));
    await allRefuse(site, 'D2S_TARGET_CHANGED');
    assert.match((await site.run('plan')).stderr, /npm run -s dir2scim -- state rename --config \S+ wiki docs/);
    assert.match(
      (await site.run('status')).stdout,
      /wiki: not in the configuration, \d+ links are remembered; npm run -s dir2scim -- state reset --config \S+ wiki forgets them/,
    );
    assert.equal((await site.run('state', 'rename', 'wiki', 'docs')).code, 0);
    assert.doesNotMatch((await site.run('status')).stdout, /not in the configuration/);
    assert.equal((await site.run('plan')).code, 0);
    assert.equal((await site.run('state', 'recheck')).code, 0);
    assert.equal((await site.run('sync')).code, 0);
  });

  it('hands an account over to another entry when a person says that it is the same one', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    const before = site.target.users().find(({ externalId }) => externalId === idOf('hector'));
    const without = officeWithout('hector');
    await site.show({ ...without, people: { ...without.people, hugo: { name: 'Hugo Vandermeer' } } });
    assert.equal((await site.run('state', 'relink', 'nobody', idOf('hugo'), '--yes')).code, 1, 'nobody is linked so');
    assert.equal(
      (await site.run('state', 'relink', idOf('hector'), idOf('amara'), '--yes')).code,
      2,
      'she has an account of her own',
    );
    const told = await site.run('state', 'relink', idOf('hector'), idOf('hugo'), '--yes');
    assert.equal(told.code, 0, told.stderr);
    site.target.clearRequests();
    const sync = await site.run('sync');
    assert.equal(sync.code, 0, sync.stderr + sync.stdout);
    const after = site.target.users().find(({ externalId }) => externalId === idOf('hugo'));
    assert.deepEqual([after?.['id'], after?.['userName'], after?.['active']], [before?.['id'], 'hugo', true]);
    assert.equal(site.target.users().length, people);
    assert.deepEqual(
      site.target.requests.filter(({ method }) => method === 'POST' || method === 'DELETE'),
      [],
    );
    site.target.clearRequests();
    assert.equal((await site.run('sync')).code, 0);
    assert.deepEqual(site.target.requests, []);
  });
});
