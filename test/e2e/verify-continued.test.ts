import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { change, user, userNamed } from './support/by-hand.ts';
import { logOf } from './support/commands.ts';
import type { Company } from './support/company.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { createSite, type Site, type SiteOptions } from './support/site.ts';

/** 120 people: more than twice as many as are noted at once. */
const crowd: Company = {
  people: Object.fromEntries(
    Array.from({ length: 120 }, (_, at) => [`p${String(at).padStart(3, '0')}`, { name: `Person No${at}` }]),
  ),
  groups: {},
};

/** A target that does not list, and answers one look-up after the other. */
async function crowdedSite(options: SiteOptions = {}): Promise<Site> {
  const { target = '', ...rest } = options;
  const site = await createSite({ company: crowd, target: `    limits: { concurrency: 1 }\n${target}`, ...rest });
  const { code, stderr } = await site.run('sync');
  assert.equal(code, 0, stderr);
  site.target.setBehaviour({ http: { latencyMilliseconds: 20 }, list: { unfiltered: 'refused' } });
  site.target.clearRequests();
  return site;
}

const lookUps = ({ target }: Site): string[] =>
  target.requests.flatMap(({ method, path }) => (method === 'GET' && path.startsWith('/Users/') ? [path] : []));
const notesOf = async ({ state }: Site): Promise<string[]> =>
  (await readdir(state)).filter((name) => name.startsWith('compared.'));

describe('verify that is cut short', { concurrency: 2 }, () => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const)
    it(`goes on where it was after ${signal}, says so, and leaves nothing behind`, async () => {
      await using site = await crowdedSite();
      const program = await site.start('verify');
      await until('half of them were looked up', () => lookUps(site).length >= 60);
      const { stdout } = await program.stop(signal);
      if (signal === 'SIGINT')
        assert.match(stdout, /stopped: \d+ resources not looked at; \S[^;]*goes\s+on\s+from\s+here/);
      assert.deepEqual(await notesOf(site), ['compared.wiki.ndjson']);
      site.target.clearRequests();
      const again = await site.run('verify');
      assert.equal(again.code, 0, again.stdout + again.stderr);
      assert.match(again.stdout, /✓ 120 users and 0 groups compared, all as they should be\n/);
      assert.match(
        again.stdout,
        /\d\d resources of these were looked up since 20\S+Z, by comparisons that were cut short/,
      );
      assert.ok(lookUps(site).length <= 120 - 50 + 3, `${lookUps(site).length} look-ups`);
      assert.deepEqual(await notesOf(site), []);
    });
});

describe('the daemon, killed while it compares by schedule', { concurrency: 2 }, () => {
  const sections = daemonSections.replace('poll: 300ms', 'poll: 300ms, verify: 1s');
  /** The next time of the schedule is far away: what happens after a restart is not by the schedule. */
  const seldom = (site: Site): Promise<void> => site.reconfigure((text) => text.replace('verify: 1s', 'verify: 24h'));

  it('goes on where it was after the restart, long before the next time of its schedule', async () => {
    await using site = await crowdedSite({ sections });
    {
      await using daemon = await startDaemon(site);
      await until('half of them were looked up', () => lookUps(site).length >= 60);
      daemon.kill('SIGKILL');
      await daemon.ended;
    }
    await seldom(site);
    site.target.clearRequests();
    await using daemon = await startDaemon(site);
    await until('it is compared', () => daemon.said('verified'));
    const told = daemon.log.find(({ event }) => event === 'verified');
    assert.deepEqual([told?.['compared'], told?.['level']], [{ user: 120, group: 0 }, 'info']);
    assert.ok(lookUps(site).length <= 120 - 50 + 3, `${lookUps(site).length} look-ups`);
    await daemon.moreCycles(2);
    assert.equal(daemon.log.filter(({ event }) => event === 'verified').length, 1, 'and then no more');
  });

  it('puts right after the restart what it was putting right: nothing is believed that was not answered', async () => {
    await using site = await crowdedSite({ sections, target: '    drift: repair' });
    const wrong = ['p003', 'p040', 'p090'];
    for (const name of wrong)
      await change(site, user(site, name), { op: 'replace', path: 'displayName', value: 'Somebody Else' });
    const isWrong = (name: string): boolean => userNamed(site, name)?.['displayName'] === 'Somebody Else';
    {
      await using daemon = await startDaemon(site);
      // One is put right, another is on its way.
      await until('a repair has begun', () => wrong.some((name) => !isWrong(name)));
      daemon.kill('SIGKILL');
      await daemon.ended;
    }
    await seldom(site);
    await using daemon = await startDaemon(site);
    await until('all of them are right', () => !wrong.some(isWrong));
    await daemon.moreCycles(2, 'success');
    daemon.kill('SIGTERM');
    await daemon.ended;
    const { entries, flaws } = await logOf(site);
    assert.deepEqual(flaws, []);
    const updated = entries.filter(({ verb, outcome }) => verb === 'update' && outcome === 'applied');
    assert.ok(updated.length >= wrong.length);
    site.target.setBehaviour({});
    const { code, stdout } = await site.run('verify');
    assert.equal(code, 0, stdout);
  });
});
