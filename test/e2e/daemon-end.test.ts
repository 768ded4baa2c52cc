import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon, type Daemon } from './support/daemon.ts';
import { office } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

const newSite = (): Promise<Site> =>
  createSite({ company: office, sections: daemonSections, target: '    limits: { concurrency: 2 }' });
const creations = ({ target }: Site) => target.requests.filter(({ method }) => method === 'POST');

/** Whoever comes next finds everyone once, and a second look finds nothing to do. */
async function checkRestart(site: Site): Promise<void> {
  site.target.setFaults({});
  const restarted = await site.run('sync');
  assert.equal(restarted.code, 0, restarted.stderr + restarted.stdout);
  assert.equal(site.target.users().length, 8);
  assert.equal(site.target.groups().length, 2);
  assert.deepEqual(
    site.target.requests.filter(({ status }) => status === 409),
    [],
    'someone was created twice',
  );
  site.target.clearRequests();
  assert.equal((await site.run('sync')).code, 0);
  assert.deepEqual(site.target.requests, []);
  assert.deepEqual(site.target.violations, []);
}

async function endWithin(daemon: Daemon, milliseconds: number): Promise<number | null> {
  const began = performance.now();
  const { code } = await daemon.ended;
  assert.ok(performance.now() - began < milliseconds, `it took ${performance.now() - began} ms`);
  return code;
}

describe('the end of the daemon', { concurrency: 2 }, () => {
  it('on SIGTERM starts no new operation, finishes what is in flight, and ends with 0', async () => {
    await using site = await newSite();
    const gate = Promise.withResolvers<undefined>();
    site.target.setFaults({ before: ({ method }) => (method === 'POST' ? gate.promise : undefined) });
    await using daemon = await startDaemon(site);
    await until('two creations are in flight', () => creations(site).length === 2);
    daemon.kill('SIGTERM');
    await until('it knows', () => daemon.said('daemon_stopping'));
    gate.resolve(undefined);
    assert.equal(await endWithin(daemon, 5_000), 0);
    assert.equal(creations(site).length, 2, 'nothing was started any more');
    assert.equal(site.target.users().length, 2, 'what was in flight has ended');
    const seen = site.target.requests.length;
    await checkRestart(site);
    assert.ok(seen > 0);
  });

  it('comes at once with the second SIGTERM, while the target hangs', async () => {
    await using site = await newSite();
    site.target.setFaults({
      before: ({ method }) => (method === 'POST' ? { kind: 'hang', applied: true } : undefined),
    });
    await using daemon = await startDaemon(site);
    await until('two creations hang', () => creations(site).length === 2);
    daemon.kill('SIGTERM');
    await until('it knows', () => daemon.said('daemon_stopping'));
    daemon.kill('SIGTERM');
    assert.equal(await endWithin(daemon, 3_000), 0);
    await checkRestart(site);
  });

  it('is survived when it is kill -9 in the middle of a push', async () => {
    await using site = await newSite();
    let posts = 0;
    site.target.setFaults({
      before: ({ method }) =>
        method === 'POST' && (posts += 1) > 3 ? { kind: 'hang', applied: posts % 2 === 0 } : undefined,
    });
    await using daemon = await startDaemon(site);
    await until('two creations hang', () => posts === 5);
    daemon.kill('SIGKILL');
    assert.equal((await daemon.ended).signal, 'SIGKILL');
    await checkRestart(site);
  });
});
