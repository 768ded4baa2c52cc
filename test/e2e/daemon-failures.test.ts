import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { startScimServer } from '../support/scim-server/server.ts';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office, officeWith } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

const run = promisify(execFile);
const titleOf = ({ target }: Site, name: string) => target.users().find(({ userName }) => userName === name)?.['title'];

describe('the daemon when something fails', { concurrency: 2 }, () => {
  it('waits for a target that is down at its start, lives and is ready meanwhile, and loads everyone when it comes', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await site.target.stop();
    await using daemon = await startDaemon(site);
    await daemon.moreCycles(1, 'error');
    assert.equal((await daemon.get('/livez')).status, 200);
    assert.equal((await daemon.get('/readyz')).status, 200);
    const target = await startScimServer({ token: site.token, port: site.target.port });
    try {
      await until('everyone is there', () => target.users().length === 8 && target.groups().length === 2);
      await daemon.moreCycles(1, 'success');
      assert.deepEqual(target.violations, []);
    } finally {
      await target.stop();
    }
  });

  it('removes nobody while the directory is missing, and carries on when it is back', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(1, 'success');
    await rename(site.ldif, `${site.ldif}.away`);
    await daemon.moreCycles(1, 'error');
    site.target.clearRequests();
    await daemon.moreCycles(3, 'error');
    assert.deepEqual(site.target.requests, []);
    assert.equal((await daemon.get('/readyz')).status, 200);
    await site.show(officeWith({ hector: { name: 'Hector Vandermeer', title: 'Navigator' } }));
    await until('the change is there', () => titleOf(site, 'hector') === 'Navigator');
    assert.ok(site.target.users().every(({ active }) => active === true));
  });

  it('waits as long as a target asks it to', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(1, 'success');
    site.target.clearRequests();
    let throttled = 0;
    site.target.setFaults({
      before: () => (throttled++ === 0 ? { kind: 'answer', status: 429, headers: { 'retry-after': '2' } } : undefined),
    });
    await site.show(officeWith({ hector: { name: 'Hector Vandermeer', title: 'Navigator' } }));
    await until('the change is there', () => titleOf(site, 'hector') === 'Navigator');
    const [first, second, ...more] = site.target.requests;
    assert.deepEqual([first?.status, second?.status, more.length], [429, 200, 0]);
    assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 1_990, 'it came back too early');
    assert.match((await daemon.get('/metrics')).text, /^dir2scim_scim_throttled_total\{target="wiki"\} 1$/m);
  });

  // A real full disk: a file system of 256 KiB, which only root can make. The servers of other tests need root as well.
  it('sends nothing while its state has no room, says so, and recovers by itself', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await mkdir(site.state);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'none', site.state]);
    try {
      await using daemon = await startDaemon(site);
      await until('everyone is there', () => site.target.users().length === 8);
      await daemon.moreCycles(2, 'success');
      const filler = join(site.state, 'filler');
      await fill(site.state, filler);
      const promoted = Object.fromEntries(
        Object.entries(office.people).map(([uid, person]) => [uid, { ...person, title: 'Navigator' }]),
      );
      await site.show(officeWith(promoted));
      await until('it is not ready', async () => (await daemon.get('/readyz')).status === 503);
      assert.equal((await daemon.get('/livez')).status, 200);
      await daemon.moreCycles(1, 'error');
      site.target.clearRequests();
      await daemon.moreCycles(2, 'error');
      await site.show(officeWith({ ...promoted, iris: { name: 'Iris Featherstone' } }));
      await daemon.moreCycles(2, 'error');
      assert.deepEqual(
        site.target.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
        [],
      );
      await rm(filler);
      await until('the changes are there', () => {
        const users = site.target.users();
        return users.length === 9 && users.every(({ userName, title }) => userName === 'iris' || title === 'Navigator');
      });
      await until('it is ready again', async () => (await daemon.get('/readyz')).status === 200);
      await daemon.moreCycles(1, 'success');
      assert.deepEqual(site.target.violations, []);
    } finally {
      await run('umount', ['--lazy', site.state]);
    }
  });
});

/** Takes all room, to the last page: what stays free would be enough for many records. */
async function fill(folder: string, file: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  await writeFile(file, Buffer.alloc(bavail * bsize));
  // The last page of the journal still has room in it: what eight changes leave behind takes more.
  assert.equal((await statfs(folder)).bavail, 0);
}
